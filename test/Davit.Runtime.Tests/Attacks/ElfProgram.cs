using System.Buffers.Binary;
using System.Text;

namespace Davit.Runtime.Tests.Attacks;

/// <summary>Small static programs for x86-64, made by hand: code, then texts that it addresses from where it stands.</summary>
internal static class ElfProgram
{
    private const int HeaderLength = 64 + 56;

    /// <summary>An ELF file of one segment that may be read and executed, and lies anywhere.</summary>
    /// <param name="code">Machine code that starts at its first byte.</param>
    /// <param name="texts">Zero-terminated texts behind it.</param>
    /// <param name="references">Places in the code of 32-bit displacements, in the order of the texts.</param>
    internal static byte[] Of(byte[] code, string[] texts, int[] references)
    {
        var at = code.Length;
        for (var i = 0; i < texts.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(code.AsSpan(references[i]), at - (references[i] + 4));
            at += texts[i].Length + 1;
        }

        byte[] file = [.. new byte[HeaderLength], .. code, .. Encoding.ASCII.GetBytes(string.Concat(texts.Select(t => t + "\0")))];
        ((byte[])[0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1]).CopyTo(file, 0);
        Word(file, 16, 3, 2); // ET_DYN
        Word(file, 18, 62, 2); // EM_X86_64
        Word(file, 20, 1, 4);
        Word(file, 24, HeaderLength, 8); // entry
        Word(file, 32, 64, 8); // program headers
        Word(file, 52, 64, 2);
        Word(file, 54, 56, 2);
        Word(file, 56, 1, 2);
        Word(file, 64, 1, 4); // PT_LOAD
        Word(file, 68, 5, 4); // read, execute
        Word(file, 96, file.Length, 8);
        Word(file, 104, file.Length, 8);
        Word(file, 112, 4096, 8);
        return file;
    }

    /// <summary>Writes a program that is executable.</summary>
    internal static void Write(string path, byte[] content)
    {
        File.WriteAllBytes(path, content);
        File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
    }

    private static void Word(byte[] file, int at, long value, int length)
    {
        for (var i = 0; i < length; i++) file[at + i] = (byte)(value >> (8 * i));
    }
}

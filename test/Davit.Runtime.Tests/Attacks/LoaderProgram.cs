using System.Buffers.Binary;
using System.Text;

namespace Davit.Runtime.Tests.Attacks;

/// <summary>
/// A program for x86-64 that takes the place of the dynamic loader: whoever executes a dynamically linked file runs it, with that file as /proc/self/exe. It
/// opens that as a handle (descriptor 3 where all others are closed) and executes <c>/bin/sh /attack</c>.
/// </summary>
internal static class LoaderProgram
{
    private const int HeaderLength = 64 + 56;

    /// <summary>The ELF file.</summary>
    internal static byte[] Bytes()
    {
        // lea rdi, exe; mov esi, O_PATH; xor edx, edx; mov eax, open; syscall
        // xor edx, edx; push rdx; lea rax, script; push rax; lea rdi, shell; push rdi; mov rsi, rsp; mov eax, execve; syscall; mov edi, 9; mov eax, exit; syscall
        byte[] code =
        [
            0x48, 0x8d, 0x3d, 0, 0, 0, 0, 0xbe, 0, 0, 0x20, 0, 0x31, 0xd2, 0xb8, 2, 0, 0, 0, 0x0f, 0x05,
            0x31, 0xd2, 0x52, 0x48, 0x8d, 0x05, 0, 0, 0, 0, 0x50, 0x48, 0x8d, 0x3d, 0, 0, 0, 0, 0x57, 0x48, 0x89, 0xe6, 0xb8, 59, 0, 0, 0, 0x0f, 0x05,
            0xbf, 9, 0, 0, 0, 0xb8, 60, 0, 0, 0, 0x0f, 0x05,
        ];
        var exe = code.Length;
        var script = exe + "/proc/self/exe\0".Length;
        var shell = script + "/attack\0".Length;
        Displacement(code, 3, exe);
        Displacement(code, 27, script);
        Displacement(code, 35, shell);
        byte[] body = [.. code, .. Encoding.ASCII.GetBytes("/proc/self/exe\0/attack\0/bin/sh\0")];
        var file = new byte[HeaderLength + body.Length];
        body.CopyTo(file, HeaderLength);
        ((byte[])[0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1]).CopyTo(file, 0);
        Word(file, 16, 3, 2); // a shared object, at any address
        Word(file, 18, 62, 2);
        Word(file, 20, 1, 4);
        Word(file, 24, HeaderLength, 8);
        Word(file, 32, 64, 8);
        Word(file, 52, 64, 2);
        Word(file, 54, 56, 2);
        Word(file, 56, 1, 2);
        Word(file, 64, 1, 4); // one segment, all of the file, read and execute
        Word(file, 68, 5, 4);
        Word(file, 96, file.Length, 8);
        Word(file, 104, file.Length, 8);
        Word(file, 112, 4096, 8);
        return file;
    }

    private static void Displacement(byte[] code, int at, int target) => BinaryPrimitives.WriteInt32LittleEndian(code.AsSpan(at), target - (at + 4));

    private static void Word(byte[] file, int at, long value, int length)
    {
        for (var i = 0; i < length; i++) file[at + i] = (byte)(value >> (8 * i));
    }
}

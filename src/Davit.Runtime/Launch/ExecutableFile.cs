using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Davit.Linux;

namespace Davit.Runtime.Launch;

/// <summary>
/// Says why the kernel does not execute a file that is there and may be executed: execve(2) has only <c>no such file or directory</c> for a missing interpreter
/// or loader, and <c>exec format error</c> for a program of another machine, an empty file and a script without its first line.
/// </summary>
public static class ExecutableFile
{
    /// <summary>Bytes of a file's start that suffice: the kernel itself looks at less of a script, and linkers put the loader's name early.</summary>
    public const int HeadLength = 4096;

    private const int ElfClass32 = 1, ProgramInterpreter = 3;

    /// <summary>The error that execve(2) has for it and what is wrong, to follow the error's text after a colon; null when nothing is found.</summary>
    /// <param name="path">Absolute path in the container.</param>
    /// <param name="head">Gives the first <see cref="HeadLength"/> bytes of a regular file in the container, links followed inside it; null bytes when there is none, and not known where it can't be told.</param>
    public static (Errno Errno, string Why)? Explain(string path, Func<string, (bool Known, byte[]? Bytes)> head)
    {
        ArgumentNullException.ThrowIfNull(head);
        return head(path) is (true, { } bytes) ? Explain(bytes, head) : null;
    }

    private static (Errno Errno, string Why)? Explain(byte[] bytes, Func<string, (bool Known, byte[]? Bytes)> head)
    {
        if (bytes.Length == 0) return (Errno.ENOEXEC, "the file is empty");
        if (bytes.AsSpan().StartsWith("#!"u8)) return Script(bytes, head);
        return bytes.AsSpan().StartsWith("\u007FELF"u8)
            ? Program(bytes, head)
            : (Errno.ENOEXEC, "it is no program for Linux, and no script with an interpreter on its first line: begin a shell script with #!/bin/sh");
    }

    private static (Errno Errno, string Why)? Script(byte[] bytes, Func<string, (bool Known, byte[]? Bytes)> head)
    {
        var end = bytes.AsSpan().IndexOf((byte)'\n');
        var line = Encoding.UTF8.GetString(bytes, 2, (end < 0 ? bytes.Length : end) - 2).Trim(' ', '\t');
        if (line.EndsWith('\r') && !line.AsSpan().ContainsAny(' ', '\t'))
        {
            return (Errno.ENOENT, $"its first line ends with a carriage return, so that \"{line[..^1]}\\r\" is looked for: save the file with Unix line ends");
        }

        var interpreter = line.Split([' ', '\t', '\r'])[0];
        if (interpreter.Length == 0) return (Errno.ENOEXEC, "its first line names no interpreter: write #!/bin/sh");
        if (!interpreter.StartsWith('/')) return null; // relative to whatever directory the process is in
        var (known, found) = head(interpreter);
        if (!known) return null;
        if (found is null) return (Errno.ENOENT, $"its interpreter {interpreter}, named on its first line, is not in the image");
        return !found.AsSpan().StartsWith("#!"u8) && Explain(found, head) is var (errno, why) ? (errno, $"its interpreter {interpreter}: {why}") : null;
    }

    private static (Errno Errno, string Why)? Program(byte[] bytes, Func<string, (bool Known, byte[]? Bytes)> head)
    {
        if (bytes.Length < 52) return (Errno.ENOEXEC, "the program is cut off in its first bytes");
        var machine = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(18));
        var (own, others) = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? (183, 40) : (62, 3);
        if (machine != own && machine != others) return (Errno.ENOEXEC, $"it is built for {Machine(machine)}, and this machine is {Machine(own)}: use an image for this platform");
        if (Loader(bytes) is not { } loader) return bytes.Length < HeadLength ? (Errno.ENOEXEC, "the program is cut off in its first bytes") : null;
        return loader.Length > 0 && head(loader) is (true, null)
            ? (Errno.ENOENT, $"its loader {loader} is not in the image: {(loader.Contains("musl", StringComparison.Ordinal) ? "it is built for musl, as in Alpine" : "it is built for glibc")}; link it statically, or build it on the image that it runs on")
            : null;
    }

    /// <summary>Path of the loader (PT_INTERP, elf(5)), empty for a static program; null when the head does not reach that far.</summary>
    private static string? Loader(ReadOnlySpan<byte> bytes)
    {
        var small = bytes[4] == ElfClass32;
        if (!small && bytes.Length < 64) return null;
        var table = small ? BinaryPrimitives.ReadUInt32LittleEndian(bytes[28..]) : BinaryPrimitives.ReadUInt64LittleEndian(bytes[32..]);
        int size = BinaryPrimitives.ReadUInt16LittleEndian(bytes[(small ? 42 : 54)..]), count = BinaryPrimitives.ReadUInt16LittleEndian(bytes[(small ? 44 : 56)..]);
        for (var i = 0; i < count; i++)
        {
            var at = table + (ulong)(i * size);
            if (size < (small ? 32 : 56) || at > (ulong)bytes.Length || (ulong)bytes.Length - at < (ulong)size) return null;
            var header = bytes[(int)at..];
            if (BinaryPrimitives.ReadUInt32LittleEndian(header) != ProgramInterpreter) continue;
            var start = small ? BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) : BinaryPrimitives.ReadUInt64LittleEndian(header[8..]);
            var length = small ? BinaryPrimitives.ReadUInt32LittleEndian(header[16..]) : BinaryPrimitives.ReadUInt64LittleEndian(header[32..]);
            if (start > (ulong)bytes.Length || length > (ulong)bytes.Length - start) return null;
            return Encoding.UTF8.GetString(bytes.Slice((int)start, (int)length)).TrimEnd('\0');
        }

        return "";
    }

    private static string Machine(int number) => number switch
    {
        3 => "386", 8 => "mips", 20 or 21 => "ppc64", 22 => "s390x", 40 => "arm", 62 => "amd64", 183 => "arm64", 243 => "riscv64", 258 => "loong64",
        _ => $"another machine (ELF number {number})",
    };
}

using System.Buffers.Binary;

namespace Davit.Runtime.Tests.Attacks;

/// <summary>A program that lets two paths change places, again and again (renameat2(2), RENAME_EXCHANGE): never is one of them missing.</summary>
internal static class SwapProgram
{
    /// <summary>The ELF file.</summary>
    /// <param name="first">A path.</param>
    /// <param name="second">Another on the same file system.</param>
    /// <param name="count">How often.</param>
    internal static byte[] Bytes(string first, string second, int count)
    {
        byte[] code =
        [
            0xbb, 0, 0, 0, 0, // mov ebx, count

            // again: mov eax, renameat2; mov rdi, AT_FDCWD; lea rsi, first; mov rdx, AT_FDCWD; lea r10, second; mov r8d, RENAME_EXCHANGE; syscall
            0xb8, 0x3c, 1, 0, 0, 0x48, 0xc7, 0xc7, 0x9c, 0xff, 0xff, 0xff, 0x48, 0x8d, 0x35, 0, 0, 0, 0, 0x48, 0xc7, 0xc2, 0x9c, 0xff, 0xff, 0xff,
            0x4c, 0x8d, 0x15, 0, 0, 0, 0, 0x41, 0xb8, 2, 0, 0, 0, 0x0f, 0x05,

            // dec ebx; jnz again; xor edi, edi; mov eax, exit; syscall
            0xff, 0xcb, 0x0f, 0x85, 0, 0, 0, 0, 0x31, 0xff, 0xb8, 60, 0, 0, 0, 0x0f, 0x05,
        ];
        BinaryPrimitives.WriteInt32LittleEndian(code.AsSpan(1), count);
        const int Again = 5, Jump = 50;
        BinaryPrimitives.WriteInt32LittleEndian(code.AsSpan(Jump), Again - (Jump + 4));
        return ElfProgram.Of(code, [first, second], [20, 34]);
    }
}

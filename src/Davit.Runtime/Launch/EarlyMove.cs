using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Davit.Runtime.Launch;

/// <summary>
/// The first move of a process to a cgroup of version 1 waits for an RCU grace period (6 to 20 ms: the kernel's cgroup_threadgroup_rwsem); moves in the next
/// tens of milliseconds do not. So this begins the wait while a start is still being planned, with a move of this process to where it is. A thread that is
/// none of the managed runtime's waits for it: a system call, and its end.
/// </summary>
internal static unsafe class EarlyMove
{
    private const int PageSize = 4096, WriteOnly = 0x80001, ReadWrite = 3, ReadExecute = 5, PrivateAnonymous = 0x22;
    private const ulong ThreadFlags = 0x100 | 0x200 | 0x400 | 0x800 | 0x10000 | 0x40000; // CLONE_VM, _FS, _FILES, _SIGHAND, _THREAD, _SYSVSEM
    private const int DescriptorAt = 1;

    /// <summary>Write(fd, "0", 1); exit(0). The descriptor is filled in; the text lies behind the code.</summary>
    private static ReadOnlySpan<byte> Code =>
    [
        0xbf, 0, 0, 0, 0, 0x48, 0x8d, 0x35, 0x15, 0, 0, 0, 0xba, 1, 0, 0, 0, 0xb8, 1, 0, 0, 0, 0x0f, 0x05, 0xb8, 60, 0, 0, 0, 0x31, 0xff, 0x0f, 0x05, (byte)'0',
    ];

    /// <summary>Begins; a failure costs nothing but the wait later.</summary>
    /// <param name="processes">The file <c>cgroup.procs</c> of the cgroup that this process is in.</param>
    internal static void Begin(string processes)
    {
        Kernel.Prepare();
        nint file;
        fixed (byte* path = Encoding.UTF8.GetBytes(processes + "\0")) file = Kernel.Call(SystemCall.Open, (nint)path, WriteOnly);
        if (file < 0) return;
        var code = (byte*)Kernel.Call(SystemCall.Mmap, 0, 2 * PageSize, ReadWrite, PrivateAnonymous, -1, 0);
        if ((nint)code == -1) return;

        // SAFETY: two pages of our own that stay. The new thread begins where clone3 returns, with the second page as its stack: on top of that lies the address
        // to which it returns, the code. That touches nothing but registers, and no signal finds the thread.
        Code.CopyTo(new Span<byte>(code, PageSize));
        Unsafe.WriteUnaligned(code + DescriptorAt, (int)file);
        *(nint*)(code + (2 * PageSize) - 16) = (nint)code;
        if (Kernel.Call(SystemCall.Mprotect, (nint)code, PageSize, ReadExecute) < 0) return;
        ContainerLauncher.CloneArguments arguments = default;
        arguments.Flags = ThreadFlags;
        arguments.Stack = (ulong)(code + PageSize);
        arguments.StackSize = PageSize - 16;
        ulong all = ~0ul;
        ulong before = 0;
        Kernel.Call(SystemCall.RtSigprocmask, 2, (nint)(&all), (nint)(&before), 8);
        Kernel.Call(SystemCall.Clone3, (nint)(&arguments), sizeof(ContainerLauncher.CloneArguments));
        Kernel.Call(SystemCall.RtSigprocmask, 2, (nint)(&before), 0, 8);
    }
}

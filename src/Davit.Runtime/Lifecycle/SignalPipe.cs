using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Davit.Linux;
using Davit.Runtime.Launch;

namespace Davit.Runtime.Lifecycle;

/// <summary>
/// Signals to this process as bytes of a pipe. The managed runtime's own way (PosixSignalRegistration) starts a thread, which costs a command that lives for
/// milliseconds a tenth of its time; a handler of a few instructions does not. They stay caught until the process ends: what is left to do then is clean up.
/// </summary>
internal static unsafe class SignalPipe
{
    private const int PageSize = 4096, NonBlocking = 0x800, CloseOnExec = 0x80000, CodeLength = 32, ReadWrite = 3, ReadExecute = 5, PrivateAnonymous = 0x22;
    private const long Restart = 0x10000000, HasRestorer = 0x04000000;

    /// <summary>Push the number; write(fd, stack, 1); pop; ret. The descriptor is filled in.</summary>
    private static ReadOnlySpan<byte> Handler => [0x57, 0x48, 0x89, 0xe6, 0xba, 1, 0, 0, 0, 0xbf, 0, 0, 0, 0, 0xb8, 1, 0, 0, 0, 0x0f, 0x05, 0x5f, 0xc3];

    /// <summary>Rt_sigreturn(2), which the C library would supply.</summary>
    private static ReadOnlySpan<byte> Restorer => [0xb8, 15, 0, 0, 0, 0x0f, 0x05];

    /// <summary>Catches signals.</summary>
    /// <param name="signals">Their numbers.</param>
    /// <returns>The descriptor to read their numbers from, a byte each.</returns>
    internal static int Open(ReadOnlySpan<byte> signals)
    {
        Kernel.Prepare();
        var ends = stackalloc int[2];
        Check(Kernel.Call(SystemCall.Pipe2, (nint)ends, CloseOnExec | NonBlocking), "pipe2");
        var code = (byte*)Check(Kernel.Call(SystemCall.Mmap, 0, PageSize, ReadWrite, PrivateAnonymous, -1, 0), "mmap");

        // SAFETY: a page of our own; the handler touches registers that sigreturn restores, its own stack, and no memory else.
        Handler.CopyTo(new Span<byte>(code, CodeLength));
        Unsafe.WriteUnaligned(code + 10, ends[1]);
        Restorer.CopyTo(new Span<byte>(code + CodeLength, CodeLength));
        Check(Kernel.Call(SystemCall.Mprotect, (nint)code, PageSize, ReadExecute), "mprotect");

        // struct sigaction of the kernel: handler, flags, restorer, mask
        var action = stackalloc long[4];
        (action[0], action[1], action[2], action[3]) = ((long)code, Restart | HasRestorer, (long)(code + CodeLength), 0);
        foreach (var signal in signals) Check(Kernel.Call(SystemCall.RtSigaction, signal, (nint)action, 0, 8), "rt_sigaction");
        return ends[0];
    }

    private static nint Check(nint result, string call) => result != -1 ? result : throw new LinuxException((Errno)Kernel.Errno, call).ToDavitException("can't catch signals");
}

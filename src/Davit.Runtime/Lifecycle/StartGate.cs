using System.Runtime.InteropServices;
using Davit.Linux;

namespace Davit.Runtime.Lifecycle;

/// <summary>The fifo at which a created container's process waits for <c>start</c>; once it is gone the container has been started.</summary>
internal static unsafe class StartGate
{
    private const int WriteOnly = 1, NonBlocking = 0x800, CloseOnExec = 0x80000;

    /// <summary>Makes it, for this user alone.</summary>
    /// <returns>Its path.</returns>
    internal static string Make(string path)
    {
        if (LifecycleLibc.MakeFifo(path, 0x190) < 0) throw new LinuxException((Errno)Marshal.GetLastPInvokeError(), "mkfifo", path).ToDavitException("create");
        return path;
    }

    /// <summary>Lets the process go on.</summary>
    internal static void Open(string path)
    {
        var fd = LifecycleLibc.Open(path, WriteOnly | NonBlocking | CloseOnExec, 0);
        if (fd < 0) throw new LinuxException((Errno)Marshal.GetLastPInvokeError(), "open", path).ToDavitException("cannot start the container");
        var go = (byte)'0';

        // SAFETY: one byte of this frame.
        LifecycleLibc.Write(fd, &go, 1);
        LifecycleLibc.Close(fd);
        File.Delete(path);
    }
}

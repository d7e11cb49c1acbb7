using Davit.Linux;
using Davit.Monitor.Kernel;

namespace Davit.Monitor.Zygote;

/// <summary>
/// A sealed copy of our executable in memory. Zygote and monitors run from it, so nothing inside a container that reaches <c>/proc/PID/exe</c>
/// can ever write the file that the next container is started from.
/// </summary>
internal static unsafe class SealedImage
{
    internal static int Create()
    {
        // MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC; kernels before 6.3 do not know the last.
        int copy = Sys.MemoryFile("davit-monitor", 0x13);
        if (copy < 0)
        {
            copy = Sys.MemoryFile("davit-monitor", 3);
        }

        int self = Sys.Open("/proc/self/exe", Sys.OCloexec);
        if (copy < 0 || self < 0)
        {
            throw new LinuxException((Errno)Sys.Errno, "memfd_create", "davit-monitor");
        }

        nint sent;
        // SAFETY: no pointer is passed. sendfile is call 40.
        while ((sent = Sys.Syscall(40, copy, self, 0, 1 << 24, 0, 0)) > 0)
        {
        }

        // F_ADD_SEALS: seal, shrink, grow, write
        if (sent < 0 || Sys.Control(copy, 1033, 15) < 0)
        {
            throw new LinuxException((Errno)Sys.Errno, "seal", "davit-monitor");
        }

        Sys.Close(self);
        return copy;
    }
}

using Davit.Linux;
using Davit.Monitor.Kernel;

namespace Davit.Monitor.Supervision;

/// <summary>A pipe, both ends close-on-exec.</summary>
internal readonly record struct PipePair(int Read, int Write)
{
    /// <summary>
    /// Makes a pipe. The larger ones hold a burst of output, so that writer and monitor change places less often; the kernel takes the memory
    /// only when it is used.
    /// </summary>
    internal static unsafe PipePair Create(bool large)
    {
        int* ends = stackalloc int[2];
        // SAFETY: two ints are what pipe2 writes.
        if (Sys.Pipe(ends, Sys.OCloexec) < 0)
        {
            throw new LinuxException((Errno)Sys.Errno, "pipe2");
        }

        if (large)
        {
            // F_SETPIPE_SZ; a host that allows less keeps the default.
            Sys.Control(ends[1], 1031, 256 * 1024);
        }

        return new PipePair(ends[0], ends[1]);
    }
}

using Davit.Linux;
using Davit.Monitor.Kernel;

namespace Davit.Monitor.Supervision;

/// <summary>How a child ended.</summary>
/// <param name="ExitCode">Exit code; 128 + signal when killed.</param>
/// <param name="Signal">The signal, or 0.</param>
internal readonly record struct ProcessEnd(int ExitCode, int Signal)
{
    /// <summary>Reaps a child whose pidfd is readable.</summary>
    internal static unsafe ProcessEnd Reap(int pidfd)
    {
        int* info = stackalloc int[32];
        // SAFETY: siginfo_t is 128 bytes. P_PIDFD is 3, WEXITED 4; si_code is the third int, si_status the seventh.
        while (Sys.WaitId(3, pidfd, info, 4, null) < 0)
        {
            if (Sys.Errno != (int)Errno.EINTR)
            {
                return new ProcessEnd(255, 0);
            }
        }

        return info[2] == 1 ? new ProcessEnd(info[6], 0) : new ProcessEnd(128 + info[6], info[6]);
    }
}

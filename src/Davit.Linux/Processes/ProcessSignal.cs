using System.Runtime.InteropServices;

namespace Davit.Linux.Processes;

/// <summary>kill(2).</summary>
public static partial class ProcessSignal
{
    /// <summary>Sends a signal to a process of the caller's pid namespace.</summary>
    /// <returns>ESRCH when it is gone.</returns>
    public static Errno Send(int pid, int signal) => Kill(pid, signal) == 0 ? Errno.None : (Errno)Marshal.GetLastPInvokeError();

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);
}

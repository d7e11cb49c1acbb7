namespace Davit.Linux.Seccomp;

/// <summary>Return values of a filter (linux/seccomp.h).</summary>
public static class SeccompReturn
{
    /// <summary>Kill the process.</summary>
    public const uint KillProcess = 0x80000000;

    /// <summary>Kill the thread.</summary>
    public const uint KillThread = 0;

    /// <summary>Send SIGSYS.</summary>
    public const uint Trap = 0x00030000;

    /// <summary>Fail with the error number in the low bits.</summary>
    public const uint Errno = 0x00050000;

    /// <summary>Ask a supervisor.</summary>
    public const uint Notify = 0x7fc00000;

    /// <summary>Tell a tracer.</summary>
    public const uint Trace = 0x7ff00000;

    /// <summary>Log and allow.</summary>
    public const uint Log = 0x7ffc0000;

    /// <summary>Allow.</summary>
    public const uint Allow = 0x7fff0000;
}

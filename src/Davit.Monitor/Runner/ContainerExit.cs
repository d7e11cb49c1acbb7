namespace Davit.Monitor.Runner;

/// <summary>How a container ended.</summary>
public sealed record ContainerExit
{
    /// <summary>Exit code; 128 + signal when killed by one.</summary>
    public int ExitCode { get; init; }

    /// <summary>Signal that killed it, or 0.</summary>
    public int Signal { get; init; }

    /// <summary>True when the kernel killed a process of its cgroup for want of memory.</summary>
    public bool OomKilled { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset FinishedAt { get; init; }

    /// <summary>Why, when it is not the process's own doing (<c>monitor died</c>); else empty.</summary>
    public string Error { get; init; } = "";
}

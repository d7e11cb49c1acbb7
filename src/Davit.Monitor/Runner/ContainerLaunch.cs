using Davit.Oci.Runtime;

namespace Davit.Monitor.Runner;

/// <summary>Everything that the start of a container needs. The monitor never asks the daemon back.</summary>
public sealed record ContainerLaunch
{
    /// <summary>Container id.</summary>
    public required string Id { get; init; }

    /// <summary>Run-time directory of this container (on tmpfs): monitor socket, state, exit record. Made by the caller.</summary>
    public required string RunDirectory { get; init; }

    /// <summary>The OCI specification; <c>process.terminal</c> asks for a pty. Its <c>root.path</c> is where the overlay is mounted, in the container's own mount namespace.</summary>
    public required Spec Spec { get; init; }

    /// <summary>Overlay to mount on <c>root.path</c> inside the container's mount namespace, or null when the root is there already.</summary>
    public OverlayRoot? Root { get; init; }

    /// <summary>Where the log's segments go, or null for no log (driver <c>none</c>, build steps).</summary>
    public string? LogDirectory { get; init; }

    /// <summary>Cap of one log segment in bytes.</summary>
    public long LogSegmentSize { get; init; } = 20 << 20;

    /// <summary>Segments kept; the oldest goes when one more is begun.</summary>
    public int LogSegments { get; init; } = 5;

    /// <summary>Keep stdin open for attach (<c>-i</c>).</summary>
    public bool OpenStdin { get; init; }

    /// <summary>Close stdin for good when the first attachment that had it closes it.</summary>
    public bool StdinOnce { get; init; }

    /// <summary>Names for DNS at 127.0.0.11, or null for no resolver of ours in the container's network namespace.</summary>
    public NameService? Names { get; init; }

    /// <summary>Initial size of the terminal in characters; 0 leaves the kernel's.</summary>
    public (int Columns, int Rows) TerminalSize { get; init; }

    /// <summary>File that must have the exit record before <c>Exited</c> completes: on disk for containers that must survive a reboot, else under the run-time directory.</summary>
    public required string ExitFile { get; init; }
}

/// <summary>An overlay mount by its parts.</summary>
/// <param name="LowerDirectories">Top-most first.</param>
/// <param name="UpperDirectory">Writable directory.</param>
/// <param name="WorkDirectory">Work directory.</param>
/// <param name="Volatile">Mount with <c>volatile</c>.</param>
public sealed record OverlayRoot(IReadOnlyList<string> LowerDirectories, string UpperDirectory, string WorkDirectory, bool Volatile);

/// <summary>What the monitor's resolver answers from. Names files are replaced by rename; the monitor looks at them again when their identity changes.</summary>
/// <param name="NamesFiles">One file per network of the container: lines <c>ADDRESS NAME</c>; several lines of a name are several addresses.</param>
/// <param name="Upstreams">Servers that other names are forwarded to, <c>address</c> or <c>address:port</c>, reached from the host's network namespace.</param>
public sealed record NameService(IReadOnlyList<string> NamesFiles, IReadOnlyList<string> Upstreams);

/// <summary>A process to start in a running container.</summary>
public sealed record ExecLaunch
{
    /// <summary>Exec id.</summary>
    public required string Id { get; init; }

    /// <summary>The process, as the OCI specification describes it.</summary>
    public required ProcessSpec Process { get; init; }

    /// <summary>Whether a client will write to it.</summary>
    public bool Stdin { get; init; }

    /// <summary>No streams; output is thrown away.</summary>
    public bool Detached { get; init; }

    /// <summary>Initial size of the terminal in characters; 0 leaves the kernel's.</summary>
    public (int Columns, int Rows) TerminalSize { get; init; }
}

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

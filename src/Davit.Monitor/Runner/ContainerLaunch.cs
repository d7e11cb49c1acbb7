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

    /// <summary>Streams from <see cref="IContainerRunner.PrepareAttach"/> that see the container from its first byte.</summary>
    public IReadOnlyList<IAttachedStreams> Attachments { get; init; } = [];

    /// <summary>Initial size of the terminal in characters; 0 leaves the kernel's.</summary>
    public (int Columns, int Rows) TerminalSize { get; init; }

    /// <summary>File that must have the exit record before <c>Exited</c> completes: on disk for containers that must survive a reboot, else under the run-time directory.</summary>
    public required string ExitFile { get; init; }
}

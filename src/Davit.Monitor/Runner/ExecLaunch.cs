using Davit.Oci.Runtime;

namespace Davit.Monitor.Runner;

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

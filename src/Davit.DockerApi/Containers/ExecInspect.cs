namespace Davit.DockerApi.Containers;

/// <summary>Answer to <c>GET /exec/ID/json</c>.</summary>
public sealed record ExecInspect
{
    /// <summary>Full id.</summary>
    public string ID { get; set; } = "";

    /// <summary>Runs now.</summary>
    public bool Running { get; set; }

    /// <summary>Exit code, null until it ended.</summary>
    public int? ExitCode { get; set; }

    /// <summary>The process.</summary>
    public ExecProcessConfig? ProcessConfig { get; set; }

    /// <summary>Stdin.</summary>
    public bool OpenStdin { get; set; }

    /// <summary>Stderr.</summary>
    public bool OpenStderr { get; set; }

    /// <summary>Stdout.</summary>
    public bool OpenStdout { get; set; }

    /// <summary>Always false.</summary>
    public bool CanRemove { get; set; }

    /// <summary>Container.</summary>
    public string ContainerID { get; set; } = "";

    /// <summary>Key sequence.</summary>
    public string DetachKeys { get; set; } = "";

    /// <summary>Process id on the host.</summary>
    public int Pid { get; set; }
}

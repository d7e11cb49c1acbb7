namespace Davit.DockerApi.Containers;

/// <summary>One probe.</summary>
public sealed record HealthLog
{
    /// <summary>When it began.</summary>
    public string Start { get; set; } = "";

    /// <summary>When it ended.</summary>
    public string End { get; set; } = "";

    /// <summary>0 healthy, 1 unhealthy, 2 reserved.</summary>
    public int ExitCode { get; set; }

    /// <summary>What it printed.</summary>
    public string Output { get; set; } = "";
}

namespace Davit.DockerApi.Containers;

/// <summary>State of health.</summary>
public sealed record Health
{
    /// <summary><c>starting</c>, <c>healthy</c>, <c>unhealthy</c>, <c>none</c>.</summary>
    public string Status { get; set; } = "";

    /// <summary>Failures in a row.</summary>
    public int FailingStreak { get; set; }

    /// <summary>The last five probes.</summary>
    public IReadOnlyList<HealthLog>? Log { get; set; }
}

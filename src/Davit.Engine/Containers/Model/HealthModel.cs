namespace Davit.Engine.Containers.Model;

/// <summary>What health probes found.</summary>
internal sealed record HealthModel
{
    /// <summary><c>starting</c>, <c>healthy</c> or <c>unhealthy</c>.</summary>
    public string Status { get; init; } = "starting";

    public int FailingStreak { get; init; }

    /// <summary>The last five probes.</summary>
    public IReadOnlyList<ProbeModel> Log { get; init; } = [];
}

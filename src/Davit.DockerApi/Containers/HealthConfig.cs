using System.Text.Json.Serialization;

namespace Davit.DockerApi.Containers;

/// <summary>A health check, as the image or the user gives it. Durations are nanoseconds.</summary>
public sealed record HealthConfig
{
    /// <summary><c>NONE</c>, <c>CMD …</c> or <c>CMD-SHELL …</c>; empty inherits.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Test { get; set; }

    /// <summary>Between two probes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Interval { get; set; }

    /// <summary>A probe that takes longer has failed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Timeout { get; set; }

    /// <summary>Failures in this time don't count.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long StartPeriod { get; set; }

    /// <summary>Between two probes in the start period.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long StartInterval { get; set; }

    /// <summary>Failures in a row that make it unhealthy.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Retries { get; set; }
}

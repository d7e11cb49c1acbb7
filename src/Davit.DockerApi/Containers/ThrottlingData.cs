using System.Text.Json.Serialization;

namespace Davit.DockerApi.Containers;

/// <summary>How often the limit held it back.</summary>
public sealed record ThrottlingData
{
    /// <summary>Periods.</summary>
    [JsonPropertyName("periods")]
    public long Periods { get; set; }

    /// <summary>Periods held back.</summary>
    [JsonPropertyName("throttled_periods")]
    public long ThrottledPeriods { get; set; }

    /// <summary>Nanoseconds.</summary>
    [JsonPropertyName("throttled_time")]
    public long ThrottledTime { get; set; }
}

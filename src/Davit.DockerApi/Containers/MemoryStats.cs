using System.Text.Json.Serialization;

namespace Davit.DockerApi.Containers;

/// <summary>Memory in bytes.</summary>
public sealed record MemoryStats
{
    /// <summary>Now.</summary>
    [JsonPropertyName("usage"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Usage { get; set; }

    /// <summary>Highest.</summary>
    [JsonPropertyName("max_usage"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long MaxUsage { get; set; }

    /// <summary>Counters of the kernel.</summary>
    [JsonPropertyName("stats"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, long>? Stats { get; set; }

    /// <summary>Times the limit was hit.</summary>
    [JsonPropertyName("failcnt"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Failcnt { get; set; }

    /// <summary>Limit.</summary>
    [JsonPropertyName("limit"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Limit { get; set; }
}

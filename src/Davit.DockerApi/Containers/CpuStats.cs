using System.Text.Json.Serialization;

namespace Davit.DockerApi.Containers;

/// <summary>Processor.</summary>
public sealed record CpuStats
{
    /// <summary>Time used.</summary>
    [JsonPropertyName("cpu_usage")]
    public CpuUsage CpuUsage { get; set; } = new();

    /// <summary>Of the whole host, nanoseconds.</summary>
    [JsonPropertyName("system_cpu_usage"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long SystemCpuUsage { get; set; }

    /// <summary>Processors.</summary>
    [JsonPropertyName("online_cpus"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int OnlineCpus { get; set; }

    /// <summary>How often the limit held it back.</summary>
    [JsonPropertyName("throttling_data")]
    public ThrottlingData ThrottlingData { get; set; } = new();
}

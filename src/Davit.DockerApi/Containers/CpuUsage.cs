using System.Text.Json.Serialization;

namespace Davit.DockerApi.Containers;

/// <summary>Time used, nanoseconds.</summary>
public sealed record CpuUsage
{
    /// <summary>In all.</summary>
    [JsonPropertyName("total_usage")]
    public long TotalUsage { get; set; }

    /// <summary>By processor, cgroup v1 only.</summary>
    [JsonPropertyName("percpu_usage"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<long>? PercpuUsage { get; set; }

    /// <summary>In the kernel.</summary>
    [JsonPropertyName("usage_in_kernelmode")]
    public long UsageInKernelmode { get; set; }

    /// <summary>In programs.</summary>
    [JsonPropertyName("usage_in_usermode")]
    public long UsageInUsermode { get; set; }
}

using System.Text.Json.Serialization;

namespace Davit.DockerApi.Containers;

/// <summary>One line of <c>stats</c>.</summary>
public sealed record ContainerStats
{
    /// <summary>With a slash before it.</summary>
    [JsonPropertyName("name")]
    public string Name { get; set; } = "";

    /// <summary>Full id.</summary>
    [JsonPropertyName("id")]
    public string Id { get; set; } = "";

    /// <summary>When.</summary>
    [JsonPropertyName("read")]
    public string Read { get; set; } = "0001-01-01T00:00:00Z";

    /// <summary>When before.</summary>
    [JsonPropertyName("preread")]
    public string Preread { get; set; } = "0001-01-01T00:00:00Z";

    /// <summary>Processes.</summary>
    [JsonPropertyName("pids_stats")]
    public PidsStats PidsStats { get; set; } = new();

    /// <summary>Block devices.</summary>
    [JsonPropertyName("blkio_stats")]
    public BlkioStats BlkioStats { get; set; } = new();

    /// <summary>Windows only.</summary>
    [JsonPropertyName("num_procs")]
    public int NumProcs { get; set; }

    /// <summary>Windows only.</summary>
    [JsonPropertyName("storage_stats")]
    public EmptyObject StorageStats { get; set; } = new();

    /// <summary>Processor.</summary>
    [JsonPropertyName("cpu_stats")]
    public CpuStats CpuStats { get; set; } = new();

    /// <summary>Processor before.</summary>
    [JsonPropertyName("precpu_stats")]
    public CpuStats PrecpuStats { get; set; } = new();

    /// <summary>Memory.</summary>
    [JsonPropertyName("memory_stats")]
    public MemoryStats MemoryStats { get; set; } = new();

    /// <summary>Interfaces.</summary>
    [JsonPropertyName("networks"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, InterfaceStats>? Networks { get; set; }
}

using System.Text.Json.Serialization;

namespace Davit.DockerApi.Containers;

/// <summary>Counters of block devices.</summary>
public sealed record BlkioStats
{
    /// <summary>Bytes.</summary>
    [JsonPropertyName("io_service_bytes_recursive")]
    public IReadOnlyList<BlkioEntry>? IoServiceBytesRecursive { get; set; }

    /// <summary>Operations.</summary>
    [JsonPropertyName("io_serviced_recursive")]
    public IReadOnlyList<BlkioEntry>? IoServicedRecursive { get; set; }

    /// <summary>Waiting.</summary>
    [JsonPropertyName("io_queue_recursive")]
    public IReadOnlyList<BlkioEntry>? IoQueueRecursive { get; set; }

    /// <summary>Time.</summary>
    [JsonPropertyName("io_service_time_recursive")]
    public IReadOnlyList<BlkioEntry>? IoServiceTimeRecursive { get; set; }

    /// <summary>Time waiting.</summary>
    [JsonPropertyName("io_wait_time_recursive")]
    public IReadOnlyList<BlkioEntry>? IoWaitTimeRecursive { get; set; }

    /// <summary>Merged.</summary>
    [JsonPropertyName("io_merged_recursive")]
    public IReadOnlyList<BlkioEntry>? IoMergedRecursive { get; set; }

    /// <summary>Time.</summary>
    [JsonPropertyName("io_time_recursive")]
    public IReadOnlyList<BlkioEntry>? IoTimeRecursive { get; set; }

    /// <summary>Sectors.</summary>
    [JsonPropertyName("sectors_recursive")]
    public IReadOnlyList<BlkioEntry>? SectorsRecursive { get; set; }
}

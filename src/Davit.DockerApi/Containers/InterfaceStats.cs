using System.Text.Json.Serialization;

namespace Davit.DockerApi.Containers;

/// <summary>Counters of an interface.</summary>
public sealed record InterfaceStats
{
    /// <summary>Received.</summary>
    [JsonPropertyName("rx_bytes")]
    public long RxBytes { get; set; }

    /// <summary>Received.</summary>
    [JsonPropertyName("rx_packets")]
    public long RxPackets { get; set; }

    /// <summary>Received.</summary>
    [JsonPropertyName("rx_errors")]
    public long RxErrors { get; set; }

    /// <summary>Received.</summary>
    [JsonPropertyName("rx_dropped")]
    public long RxDropped { get; set; }

    /// <summary>Sent.</summary>
    [JsonPropertyName("tx_bytes")]
    public long TxBytes { get; set; }

    /// <summary>Sent.</summary>
    [JsonPropertyName("tx_packets")]
    public long TxPackets { get; set; }

    /// <summary>Sent.</summary>
    [JsonPropertyName("tx_errors")]
    public long TxErrors { get; set; }

    /// <summary>Sent.</summary>
    [JsonPropertyName("tx_dropped")]
    public long TxDropped { get; set; }
}

using System.Text.Json.Serialization;

namespace Davit.DockerApi.Containers;

/// <summary>A counter of a block device.</summary>
public sealed record BlkioEntry
{
    /// <summary>Device.</summary>
    [JsonPropertyName("major")]
    public long Major { get; set; }

    /// <summary>Device.</summary>
    [JsonPropertyName("minor")]
    public long Minor { get; set; }

    /// <summary><c>read</c>, <c>write</c> …</summary>
    [JsonPropertyName("op")]
    public string Op { get; set; } = "";

    /// <summary>Count.</summary>
    [JsonPropertyName("value")]
    public long Value { get; set; }
}

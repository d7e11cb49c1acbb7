using System.Text.Json.Serialization;
using Davit.Oci;

namespace Davit.Build.Cache;

/// <summary>What a step gave when it was carried out.</summary>
internal sealed record CacheRecord
{
    /// <summary>The layer that it added, by chain; null when it added none.</summary>
    public string? Chain { get; init; }

    /// <summary>Digest of that layer's tar.</summary>
    public string? DiffId { get; init; }

    /// <summary>Bytes of that layer.</summary>
    public long Size { get; init; }

    /// <summary>When it was carried out: the history of a later image says so.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>Checksum of what it copied, as the history shows it.</summary>
    public string? Summary { get; init; }

    /// <summary>The instruction, for people.</summary>
    public string? Description { get; init; }

    /// <summary>The layer's chain id.</summary>
    [JsonIgnore]
    public Digest? ChainId => Chain is null ? null : Digest.Parse(Chain);
}

using System.Text.Json.Serialization;

namespace Davit.DockerApi.Host;

/// <summary>A record of the build cache.</summary>
public sealed record BuildCacheRecord
{
    /// <summary>Id.</summary>
    public string ID { get; set; } = "";

    /// <summary>What it was made from.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Parents { get; set; }

    /// <summary>Kind.</summary>
    public string Type { get; set; } = "";

    /// <summary>Command.</summary>
    public string Description { get; set; } = "";

    /// <summary>A build uses it now.</summary>
    public bool InUse { get; set; }

    /// <summary>An image uses it.</summary>
    public bool Shared { get; set; }

    /// <summary>Bytes.</summary>
    public long Size { get; set; }

    /// <summary>When.</summary>
    public string CreatedAt { get; set; } = "";

    /// <summary>When.</summary>
    public string? LastUsedAt { get; set; }

    /// <summary>How often.</summary>
    public int UsageCount { get; set; }
}

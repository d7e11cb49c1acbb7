using System.Text.Json.Serialization;

namespace Davit.DockerApi.Images;

/// <summary>What an image runs on.</summary>
public sealed record PlatformView
{
    /// <summary>Architecture.</summary>
    [JsonPropertyName("architecture")]
    public string Architecture { get; set; } = "";

    /// <summary>Operating system.</summary>
    [JsonPropertyName("os")]
    public string Os { get; set; } = "";

    /// <summary>Version.</summary>
    [JsonPropertyName("os.version"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? OsVersion { get; set; }

    /// <summary>Variant.</summary>
    [JsonPropertyName("variant"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Variant { get; set; }
}

using System.Text.Json.Serialization;

namespace Davit.DockerApi.Images;

/// <summary>A line of a search.</summary>
public sealed record ImageSearchResult
{
    /// <summary>Name.</summary>
    [JsonPropertyName("name")]
    public string Name { get; set; } = "";

    /// <summary>Description.</summary>
    [JsonPropertyName("description")]
    public string Description { get; set; } = "";

    /// <summary>Stars.</summary>
    [JsonPropertyName("star_count")]
    public int StarCount { get; set; }

    /// <summary>Official.</summary>
    [JsonPropertyName("is_official")]
    public bool IsOfficial { get; set; }

    /// <summary>Deprecated.</summary>
    [JsonPropertyName("is_automated")]
    public bool IsAutomated { get; set; }
}

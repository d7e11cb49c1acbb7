using System.Text.Json.Serialization;

namespace Davit.DockerApi.Images;

/// <summary>A descriptor.</summary>
public sealed record DescriptorView
{
    /// <summary>Media type.</summary>
    [JsonPropertyName("mediaType")]
    public string MediaType { get; set; } = "";

    /// <summary>Digest.</summary>
    [JsonPropertyName("digest")]
    public string Digest { get; set; } = "";

    /// <summary>Bytes.</summary>
    [JsonPropertyName("size")]
    public long Size { get; set; }
}

using System.Text.Json.Serialization;
using Davit.Oci;
using Davit.Oci.Image;

namespace Davit.Images.Archives;

/// <summary>Documents of a docker-archive. Keys are PascalCase.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(List<ArchiveManifest>))]
[JsonSerializable(typeof(SortedDictionary<string, SortedDictionary<string, string>>))]
[JsonSerializable(typeof(OciLayout))]
internal sealed partial class ArchiveJson : JsonSerializerContext;

internal sealed record ArchiveManifest
{
    public string? Config { get; init; }

    public IReadOnlyList<string>? RepoTags { get; init; }

    public IReadOnlyList<string>? Layers { get; init; }

    public string? Parent { get; init; }

    public SortedDictionary<string, LayerSource>? LayerSources { get; init; }
}

internal sealed record LayerSource
{
    [JsonPropertyName("mediaType")]
    public string MediaType { get; init; } = "";

    [JsonPropertyName("size")]
    public long Size { get; init; }

    [JsonPropertyName("digest")]
    public Digest Digest { get; init; }
}

internal sealed record OciLayout([property: JsonPropertyName("imageLayoutVersion")] string ImageLayoutVersion);

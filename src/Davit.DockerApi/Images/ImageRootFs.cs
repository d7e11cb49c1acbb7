using System.Text.Json.Serialization;

namespace Davit.DockerApi.Images;

/// <summary>Layers.</summary>
public sealed record ImageRootFs
{
    /// <summary>Always <c>layers</c>.</summary>
    public string Type { get; set; } = "layers";

    /// <summary>Digests of the unpacked layers.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Layers { get; set; }
}

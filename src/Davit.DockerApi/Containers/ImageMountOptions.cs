using System.Text.Json.Serialization;

namespace Davit.DockerApi.Containers;

/// <summary>Options of an image mount.</summary>
public sealed record ImageMountOptions
{
    /// <summary>Directory in the image.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Subpath { get; set; }
}

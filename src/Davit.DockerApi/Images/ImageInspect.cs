using System.Text.Json.Serialization;
using Davit.DockerApi.Containers;

namespace Davit.DockerApi.Images;

/// <summary>Answer to <c>GET /images/NAME/json</c>.</summary>
public sealed record ImageInspect
{
    /// <summary>Image id.</summary>
    public string Id { get; set; } = "";

    /// <summary>Names.</summary>
    public IReadOnlyList<string> RepoTags { get; set; } = [];

    /// <summary>Names by digest.</summary>
    public IReadOnlyList<string> RepoDigests { get; set; } = [];

    /// <summary>Image it was made from.</summary>
    public string Parent { get; set; } = "";

    /// <summary>Comment.</summary>
    public string Comment { get; set; } = "";

    /// <summary>When.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Created { get; set; }

    /// <summary>Only in answers to old clients.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Container { get; set; }

    /// <summary>Only in answers to old clients.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ContainerConfig? ContainerConfig { get; set; }

    /// <summary>What made it.</summary>
    public string DockerVersion { get; set; } = "";

    /// <summary>Who made it.</summary>
    public string Author { get; set; } = "";

    /// <summary>What runs.</summary>
    public ImageConfigView? Config { get; set; }

    /// <summary>Architecture.</summary>
    public string Architecture { get; set; } = "";

    /// <summary>Variant.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Variant { get; set; }

    /// <summary>Operating system.</summary>
    public string Os { get; set; } = "";

    /// <summary>Version of the operating system.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? OsVersion { get; set; }

    /// <summary>Bytes.</summary>
    public long Size { get; set; }

    /// <summary>Only in answers to old clients.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? VirtualSize { get; set; }

    /// <summary>Where it lies.</summary>
    public GraphDriverData? GraphDriver { get; set; }

    /// <summary>Layers.</summary>
    public ImageRootFs? RootFS { get; set; }

    /// <summary>What is known here only.</summary>
    public ImageMetadata? Metadata { get; set; }
}

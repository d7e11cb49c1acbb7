using System.Text.Json.Serialization;
using Davit.DockerApi.Containers;
using Davit.DockerApi.Images;
using Davit.DockerApi.Volumes;

namespace Davit.DockerApi.Host;

/// <summary>Answer to <c>GET /system/df</c>.</summary>
public sealed record DiskUsage
{
    /// <summary>Bytes of all layers.</summary>
    public long LayersSize { get; set; }

    /// <summary>Images.</summary>
    public IReadOnlyList<ImageSummary>? Images { get; set; }

    /// <summary>Containers.</summary>
    public IReadOnlyList<ContainerSummary>? Containers { get; set; }

    /// <summary>Volumes.</summary>
    public IReadOnlyList<Volume>? Volumes { get; set; }

    /// <summary>Build cache.</summary>
    public IReadOnlyList<BuildCacheRecord>? BuildCache { get; set; }

    /// <summary>Only in answers to old clients.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? BuilderSize { get; set; }
}

using System.Text.Json.Serialization;

namespace Davit.DockerApi.Containers;

/// <summary>A mount of a container.</summary>
public sealed record MountPoint
{
    /// <summary>Kind.</summary>
    public string Type { get; set; } = "";

    /// <summary>Volume.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; set; }

    /// <summary>Path on the host.</summary>
    public string Source { get; set; } = "";

    /// <summary>Path in the container.</summary>
    public string Destination { get; set; } = "";

    /// <summary>Driver of the volume.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Driver { get; set; }

    /// <summary>Options.</summary>
    public string Mode { get; set; } = "";

    /// <summary>Writable.</summary>
    public bool RW { get; set; }

    /// <summary>Propagation.</summary>
    public string Propagation { get; set; } = "";
}

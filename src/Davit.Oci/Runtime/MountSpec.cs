using System.Text.Json.Serialization;

namespace Davit.Oci.Runtime;

/// <summary>A mount (config.md, "Mounts").</summary>
public sealed record MountSpec
{
    /// <summary>Absolute path inside the container.</summary>
    [JsonRequired]
    public string Destination { get; init; } = "";

    /// <summary>File system type; <c>bind</c> or null with a bind option.</summary>
    public string? Type { get; init; }

    /// <summary>Device, directory or file of the host; a relative one is relative to the bundle.</summary>
    public string? Source { get; init; }

    /// <summary>Options as mount(8) takes them.</summary>
    public IReadOnlyList<string>? Options { get; init; }

    /// <summary>User ids of an idmapped mount.</summary>
    public IReadOnlyList<IdMapping>? UidMappings { get; init; }

    /// <summary>Group ids of an idmapped mount.</summary>
    public IReadOnlyList<IdMapping>? GidMappings { get; init; }
}

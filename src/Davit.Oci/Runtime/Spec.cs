using System.Text.Json.Serialization;

namespace Davit.Oci.Runtime;

/// <summary>The configuration of a container (runtime-spec 1.3, config.md).</summary>
public sealed record Spec
{
    /// <summary>Version of the specification that the document follows.</summary>
    [JsonRequired]
    [JsonPropertyName("ociVersion")]
    public string OciVersion { get; init; } = "";

    /// <summary>The first process, or null when none is to be started.</summary>
    public ProcessSpec? Process { get; init; }

    /// <summary>The root file system.</summary>
    public RootSpec? Root { get; init; }

    /// <summary>Host name in the container's UTS namespace.</summary>
    public string? Hostname { get; init; }

    /// <summary>Domain name in the container's UTS namespace.</summary>
    public string? Domainname { get; init; }

    /// <summary>Mounts beyond the root, in order.</summary>
    public IReadOnlyList<MountSpec>? Mounts { get; init; }

    /// <summary>Programs run at points of the container's life.</summary>
    public HooksSpec? Hooks { get; init; }

    /// <summary>Arbitrary metadata.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>Linux-specific configuration.</summary>
    public LinuxSpec? Linux { get; init; }
}

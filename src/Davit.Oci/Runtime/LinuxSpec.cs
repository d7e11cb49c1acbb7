using System.Text.Json.Serialization;

namespace Davit.Oci.Runtime;

/// <summary>Linux-specific configuration (config-linux.md).</summary>
public sealed record LinuxSpec
{
    /// <summary>User ids of the user namespace.</summary>
    public IReadOnlyList<IdMapping>? UidMappings { get; init; }

    /// <summary>Group ids of the user namespace.</summary>
    public IReadOnlyList<IdMapping>? GidMappings { get; init; }

    /// <summary>Kernel parameters of the namespaces.</summary>
    public IReadOnlyDictionary<string, string>? Sysctl { get; init; }

    /// <summary>Limits.</summary>
    public ResourcesSpec? Resources { get; init; }

    /// <summary>Path in the cgroup hierarchies.</summary>
    public string? CgroupsPath { get; init; }

    /// <summary>Namespaces to make or join.</summary>
    public IReadOnlyList<NamespaceSpec>? Namespaces { get; init; }

    /// <summary>Device nodes to make.</summary>
    public IReadOnlyList<DeviceSpec>? Devices { get; init; }

    /// <summary>System call filter.</summary>
    public SeccompSpec? Seccomp { get; init; }

    /// <summary>Propagation of the root: <c>private slave shared unbindable</c>.</summary>
    public string? RootfsPropagation { get; init; }

    /// <summary>Paths that can't be read inside.</summary>
    public IReadOnlyList<string>? MaskedPaths { get; init; }

    /// <summary>Paths that can't be written inside.</summary>
    public IReadOnlyList<string>? ReadonlyPaths { get; init; }

    /// <summary>SELinux label of mounts.</summary>
    public string? MountLabel { get; init; }

    /// <summary>Cache and memory bandwidth allocation.</summary>
    public IntelRdtSpec? IntelRdt { get; init; }

    /// <summary>Execution domain (personality(2)).</summary>
    public PersonalitySpec? Personality { get; init; }

    /// <summary>Offsets of the time namespace by clock.</summary>
    public IReadOnlyDictionary<string, TimeOffsetSpec>? TimeOffsets { get; init; }

    /// <summary>NUMA memory policy (set_mempolicy(2)).</summary>
    public MemoryPolicySpec? MemoryPolicy { get; init; }

    /// <summary>Interfaces of the host to move into the container, by name.</summary>
    public IReadOnlyDictionary<string, NetDeviceSpec>? NetDevices { get; init; }
}

/// <summary>A range of mapped ids.</summary>
public sealed record IdMapping
{
    /// <summary>First id inside.</summary>
    [JsonRequired]
    [JsonPropertyName("containerID")]
    public uint ContainerID { get; init; }

    /// <summary>First id on the host.</summary>
    [JsonRequired]
    [JsonPropertyName("hostID")]
    public uint HostID { get; init; }

    /// <summary>Count.</summary>
    [JsonRequired]
    public uint Size { get; init; }
}

/// <summary>A namespace.</summary>
public sealed record NamespaceSpec
{
    /// <summary><c>pid network mount ipc uts user cgroup time</c>.</summary>
    [JsonRequired]
    public string Type { get; init; } = "";

    /// <summary>Namespace to join, or null to make one.</summary>
    public string? Path { get; init; }
}

/// <summary>A device node to make.</summary>
public sealed record DeviceSpec
{
    /// <summary>Path inside.</summary>
    [JsonRequired]
    public string Path { get; init; } = "";

    /// <summary><c>c b u p</c>.</summary>
    [JsonRequired]
    public string Type { get; init; } = "";

    /// <summary>Major number.</summary>
    public long Major { get; init; }

    /// <summary>Minor number.</summary>
    public long Minor { get; init; }

    /// <summary>Permissions.</summary>
    public uint? FileMode { get; init; }

    /// <summary>Owner.</summary>
    public uint? Uid { get; init; }

    /// <summary>Group.</summary>
    public uint? Gid { get; init; }
}

/// <summary>Execution domain.</summary>
public sealed record PersonalitySpec
{
    /// <summary><c>LINUX</c> or <c>LINUX32</c>.</summary>
    [JsonRequired]
    public string Domain { get; init; } = "";

    /// <summary>None are defined.</summary>
    public IReadOnlyList<string>? Flags { get; init; }
}

/// <summary>Offset of a clock.</summary>
public sealed record TimeOffsetSpec
{
    /// <summary>Seconds.</summary>
    public long Secs { get; init; }

    /// <summary>Nanoseconds.</summary>
    public uint Nanosecs { get; init; }
}

/// <summary>Resource director technology (config-linux.md, "IntelRdt").</summary>
public sealed record IntelRdtSpec
{
    /// <summary>Class of service.</summary>
    [JsonPropertyName("closID")]
    public string? ClosID { get; init; }

    /// <summary>Lines for the schemata file.</summary>
    public IReadOnlyList<string>? Schemata { get; init; }

    /// <summary>L3 schema.</summary>
    [JsonPropertyName("l3CacheSchema")]
    public string? L3CacheSchema { get; init; }

    /// <summary>Memory bandwidth schema.</summary>
    [JsonPropertyName("memBwSchema")]
    public string? MemBwSchema { get; init; }

    /// <summary>Make a monitoring group.</summary>
    [JsonPropertyName("enableMonitoring")]
    public bool EnableMonitoring { get; init; }
}

/// <summary>NUMA memory policy.</summary>
public sealed record MemoryPolicySpec
{
    /// <summary>For example <c>MPOL_INTERLEAVE</c>.</summary>
    [JsonRequired]
    public string Mode { get; init; } = "";

    /// <summary>Node list.</summary>
    public string? Nodes { get; init; }

    /// <summary>Names of MPOL_F_ constants.</summary>
    public IReadOnlyList<string>? Flags { get; init; }
}

/// <summary>An interface to move.</summary>
public sealed record NetDeviceSpec
{
    /// <summary>Name inside, or null to keep it.</summary>
    public string? Name { get; init; }
}

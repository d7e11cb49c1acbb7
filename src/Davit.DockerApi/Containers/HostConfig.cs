using System.Text.Json.Serialization;

namespace Davit.DockerApi.Containers;

/// <summary>What the host gives to the container.</summary>
public sealed record HostConfig
{
    /// <summary><c>source:target:options</c>.</summary>
    public IReadOnlyList<string>? Binds { get; set; }

    /// <summary>Written by the client.</summary>
    public string ContainerIDFile { get; set; } = "";

    /// <summary>Log driver.</summary>
    public LogConfig? LogConfig { get; set; }

    /// <summary>First network, or <c>none</c>, <c>host</c>, <c>container:ID</c>.</summary>
    public string NetworkMode { get; set; } = "";

    /// <summary>Published ports by <c>80/tcp</c>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<PortBinding>?>? PortBindings { get; set; }

    /// <summary>When to start again.</summary>
    public RestartPolicy? RestartPolicy { get; set; }

    /// <summary>Remove at the end.</summary>
    public bool AutoRemove { get; set; }

    /// <summary>Driver of new volumes.</summary>
    public string VolumeDriver { get; set; } = "";

    /// <summary>Containers whose volumes to share.</summary>
    public IReadOnlyList<string>? VolumesFrom { get; set; }

    /// <summary>Height and width of the terminal at the start.</summary>
    public IReadOnlyList<int>? ConsoleSize { get; set; }

    /// <summary>Annotations for the runtime.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Annotations { get; set; }

    /// <summary>Capabilities to add.</summary>
    public StringList? CapAdd { get; set; }

    /// <summary>Capabilities to drop.</summary>
    public StringList? CapDrop { get; set; }

    /// <summary><c>host</c> or <c>private</c>.</summary>
    public string CgroupnsMode { get; set; } = "";

    /// <summary>Name servers.</summary>
    public IReadOnlyList<string>? Dns { get; set; }

    /// <summary>Options of resolv.conf.</summary>
    public IReadOnlyList<string>? DnsOptions { get; set; }

    /// <summary>Search domains.</summary>
    public IReadOnlyList<string>? DnsSearch { get; set; }

    /// <summary><c>name:address</c>.</summary>
    public IReadOnlyList<string>? ExtraHosts { get; set; }

    /// <summary>Further groups.</summary>
    public IReadOnlyList<string>? GroupAdd { get; set; }

    /// <summary><c>private</c>, <c>shareable</c>, <c>host</c>, <c>none</c>, <c>container:ID</c>.</summary>
    public string IpcMode { get; set; } = "";

    /// <summary>Cgroup of another container.</summary>
    public string Cgroup { get; set; } = "";

    /// <summary>Legacy links.</summary>
    public IReadOnlyList<string>? Links { get; set; }

    /// <summary>Preference of the kernel's killer.</summary>
    public int OomScoreAdj { get; set; }

    /// <summary><c>host</c> or <c>container:ID</c>.</summary>
    public string PidMode { get; set; } = "";

    /// <summary>All capabilities and devices.</summary>
    public bool Privileged { get; set; }

    /// <summary>Publish exposed ports.</summary>
    public bool PublishAllPorts { get; set; }

    /// <summary>Read-only root.</summary>
    public bool ReadonlyRootfs { get; set; }

    /// <summary><c>seccomp=</c>, <c>apparmor=</c>, <c>no-new-privileges</c> …</summary>
    public IReadOnlyList<string>? SecurityOpt { get; set; }

    /// <summary>Options of the storage.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? StorageOpt { get; set; }

    /// <summary>Options of a tmpfs by path.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Tmpfs { get; set; }

    /// <summary><c>host</c> or empty.</summary>
    public string UTSMode { get; set; } = "";

    /// <summary><c>host</c> or empty.</summary>
    public string UsernsMode { get; set; } = "";

    /// <summary>Bytes of /dev/shm.</summary>
    public long ShmSize { get; set; }

    /// <summary>Kernel parameters of its namespaces.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Sysctls { get; set; }

    /// <summary>Name of the runtime.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Runtime { get; set; }

    /// <summary>Windows only.</summary>
    public string Isolation { get; set; } = "";

    /// <summary>Weight.</summary>
    public long CpuShares { get; set; }

    /// <summary>Limit in bytes.</summary>
    public long Memory { get; set; }

    /// <summary>Limit in 1e-9 processors.</summary>
    public long NanoCpus { get; set; }

    /// <summary>Parent cgroup.</summary>
    public string CgroupParent { get; set; } = "";

    /// <summary>10 to 1000.</summary>
    public int BlkioWeight { get; set; }

    /// <summary>Weight by device.</summary>
    public IReadOnlyList<WeightDevice>? BlkioWeightDevice { get; set; }

    /// <summary>Limit by device.</summary>
    public IReadOnlyList<ThrottleDevice>? BlkioDeviceReadBps { get; set; }

    /// <summary>Limit by device.</summary>
    public IReadOnlyList<ThrottleDevice>? BlkioDeviceWriteBps { get; set; }

    /// <summary>Limit by device.</summary>
    public IReadOnlyList<ThrottleDevice>? BlkioDeviceReadIOps { get; set; }

    /// <summary>Limit by device.</summary>
    public IReadOnlyList<ThrottleDevice>? BlkioDeviceWriteIOps { get; set; }

    /// <summary>Microseconds.</summary>
    public long CpuPeriod { get; set; }

    /// <summary>Microseconds a period.</summary>
    public long CpuQuota { get; set; }

    /// <summary>Microseconds.</summary>
    public long CpuRealtimePeriod { get; set; }

    /// <summary>Microseconds.</summary>
    public long CpuRealtimeRuntime { get; set; }

    /// <summary><c>0-2,4</c>.</summary>
    public string CpusetCpus { get; set; } = "";

    /// <summary><c>0-2,4</c>.</summary>
    public string CpusetMems { get; set; } = "";

    /// <summary>Devices.</summary>
    public IReadOnlyList<DeviceMapping>? Devices { get; set; }

    /// <summary><c>c 1:3 rwm</c>.</summary>
    public IReadOnlyList<string>? DeviceCgroupRules { get; set; }

    /// <summary>Requests to device drivers.</summary>
    public IReadOnlyList<DeviceRequest>? DeviceRequests { get; set; }

    /// <summary>No longer in the kernel.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long KernelMemory { get; set; }

    /// <summary>Limit in bytes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long KernelMemoryTCP { get; set; }

    /// <summary>Soft limit in bytes.</summary>
    public long MemoryReservation { get; set; }

    /// <summary>Memory and swap in bytes; -1 for no limit.</summary>
    public long MemorySwap { get; set; }

    /// <summary>0 to 100.</summary>
    public long? MemorySwappiness { get; set; }

    /// <summary>The kernel's killer leaves it alone.</summary>
    public bool? OomKillDisable { get; set; }

    /// <summary>Limit; 0 or -1 for none.</summary>
    public long? PidsLimit { get; set; }

    /// <summary>Resource limits.</summary>
    public IReadOnlyList<Ulimit>? Ulimits { get; set; }

    /// <summary>Windows only.</summary>
    public long CpuCount { get; set; }

    /// <summary>Windows only.</summary>
    public long CpuPercent { get; set; }

    /// <summary>Windows only.</summary>
    public long IOMaximumIOps { get; set; }

    /// <summary>Windows only.</summary>
    public long IOMaximumBandwidth { get; set; }

    /// <summary>Mounts.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<MountRequest>? Mounts { get; set; }

    /// <summary>Paths that are hidden; null for the default.</summary>
    public IReadOnlyList<string>? MaskedPaths { get; set; }

    /// <summary>Paths that are read-only; null for the default.</summary>
    public IReadOnlyList<string>? ReadonlyPaths { get; set; }

    /// <summary>An init process as pid 1.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Init { get; set; }
}

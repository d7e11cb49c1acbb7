using System.Text.Json.Serialization;

namespace Davit.Oci.Runtime;

/// <summary>Limits of the cgroup (config-linux.md, "Control groups").</summary>
public sealed record ResourcesSpec
{
    /// <summary>Device rules, in order.</summary>
    public IReadOnlyList<DeviceCgroupSpec>? Devices { get; init; }

    /// <summary>Memory.</summary>
    public MemorySpec? Memory { get; init; }

    /// <summary>CPU.</summary>
    public CpuSpec? Cpu { get; init; }

    /// <summary>Processes.</summary>
    public PidsSpec? Pids { get; init; }

    /// <summary>Block I/O.</summary>
    [JsonPropertyName("blockIO")]
    public BlockIoSpec? BlockIO { get; init; }

    /// <summary>Huge pages.</summary>
    public IReadOnlyList<HugepageLimitSpec>? HugepageLimits { get; init; }

    /// <summary>Network classes (v1).</summary>
    public NetworkCgroupSpec? Network { get; init; }

    /// <summary>RDMA by device.</summary>
    public IReadOnlyDictionary<string, RdmaSpec>? Rdma { get; init; }

    /// <summary>cgroup v2 files and their values.</summary>
    public IReadOnlyDictionary<string, string>? Unified { get; init; }
}

/// <summary>A device rule.</summary>
public sealed record DeviceCgroupSpec
{
    /// <summary>Allow or deny.</summary>
    [JsonRequired]
    public bool Allow { get; init; }

    /// <summary><c>a c b</c>, or null for all.</summary>
    public string? Type { get; init; }

    /// <summary>Major number, or null for all.</summary>
    public long? Major { get; init; }

    /// <summary>Minor number, or null for all.</summary>
    public long? Minor { get; init; }

    /// <summary>Of <c>rwm</c>.</summary>
    public string? Access { get; init; }
}

/// <summary>Memory limits in bytes; -1 is no limit.</summary>
public sealed record MemorySpec
{
    /// <summary>Hard limit.</summary>
    public long? Limit { get; init; }

    /// <summary>Soft limit.</summary>
    public long? Reservation { get; init; }

    /// <summary>Memory and swap together.</summary>
    public long? Swap { get; init; }

    /// <summary>Deprecated: kernel memory.</summary>
    public long? Kernel { get; init; }

    /// <summary>Kernel TCP memory.</summary>
    [JsonPropertyName("kernelTCP")]
    public long? KernelTCP { get; init; }

    /// <summary>0 to 100.</summary>
    public ulong? Swappiness { get; init; }

    /// <summary>v1: wait instead of killing.</summary>
    [JsonPropertyName("disableOOMKiller")]
    public bool? DisableOOMKiller { get; init; }

    /// <summary>v1: count children.</summary>
    [JsonPropertyName("useHierarchy")]
    public bool? UseHierarchy { get; init; }

    /// <summary>Refuse a limit below the usage.</summary>
    [JsonPropertyName("checkBeforeUpdate")]
    public bool? CheckBeforeUpdate { get; init; }
}

/// <summary>CPU limits.</summary>
public sealed record CpuSpec
{
    /// <summary>Relative weight, 2 to 262144.</summary>
    public ulong? Shares { get; init; }

    /// <summary>Microseconds a period.</summary>
    public long? Quota { get; init; }

    /// <summary>Microseconds.</summary>
    public ulong? Burst { get; init; }

    /// <summary>Microseconds.</summary>
    public ulong? Period { get; init; }

    /// <summary>Microseconds.</summary>
    public long? RealtimeRuntime { get; init; }

    /// <summary>Microseconds.</summary>
    public ulong? RealtimePeriod { get; init; }

    /// <summary>List of CPUs.</summary>
    public string? Cpus { get; init; }

    /// <summary>List of memory nodes.</summary>
    public string? Mems { get; init; }

    /// <summary>1 for SCHED_IDLE.</summary>
    public long? Idle { get; init; }
}

/// <summary>Limit of processes.</summary>
public sealed record PidsSpec
{
    /// <summary>Count; -1 or 0 is no limit.</summary>
    public long? Limit { get; init; }
}

/// <summary>Block I/O limits.</summary>
public sealed record BlockIoSpec
{
    /// <summary>10 to 1000.</summary>
    public ushort? Weight { get; init; }

    /// <summary>v1: leaf weight.</summary>
    public ushort? LeafWeight { get; init; }

    /// <summary>Weight by device.</summary>
    public IReadOnlyList<WeightDeviceSpec>? WeightDevice { get; init; }

    /// <summary>Bytes a second.</summary>
    public IReadOnlyList<ThrottleDeviceSpec>? ThrottleReadBpsDevice { get; init; }

    /// <summary>Bytes a second.</summary>
    public IReadOnlyList<ThrottleDeviceSpec>? ThrottleWriteBpsDevice { get; init; }

    /// <summary>Operations a second.</summary>
    [JsonPropertyName("throttleReadIOPSDevice")]
    public IReadOnlyList<ThrottleDeviceSpec>? ThrottleReadIOPSDevice { get; init; }

    /// <summary>Operations a second.</summary>
    [JsonPropertyName("throttleWriteIOPSDevice")]
    public IReadOnlyList<ThrottleDeviceSpec>? ThrottleWriteIOPSDevice { get; init; }
}

/// <summary>Weight of a device.</summary>
public sealed record WeightDeviceSpec
{
    /// <summary>Major number.</summary>
    [JsonRequired]
    public long Major { get; init; }

    /// <summary>Minor number.</summary>
    [JsonRequired]
    public long Minor { get; init; }

    /// <summary>Weight.</summary>
    public ushort? Weight { get; init; }

    /// <summary>v1: leaf weight.</summary>
    public ushort? LeafWeight { get; init; }
}

/// <summary>Rate of a device.</summary>
public sealed record ThrottleDeviceSpec
{
    /// <summary>Major number.</summary>
    [JsonRequired]
    public long Major { get; init; }

    /// <summary>Minor number.</summary>
    [JsonRequired]
    public long Minor { get; init; }

    /// <summary>A second.</summary>
    [JsonRequired]
    public ulong Rate { get; init; }
}

/// <summary>Limit of huge pages.</summary>
public sealed record HugepageLimitSpec
{
    /// <summary>For example <c>2MB</c>.</summary>
    [JsonRequired]
    public string PageSize { get; init; } = "";

    /// <summary>Bytes.</summary>
    [JsonRequired]
    public ulong Limit { get; init; }
}

/// <summary>Network classes.</summary>
public sealed record NetworkCgroupSpec
{
    /// <summary>net_cls class.</summary>
    [JsonPropertyName("classID")]
    public uint? ClassID { get; init; }

    /// <summary>net_prio by interface.</summary>
    public IReadOnlyList<InterfacePrioritySpec>? Priorities { get; init; }
}

/// <summary>Priority of an interface.</summary>
public sealed record InterfacePrioritySpec
{
    /// <summary>Interface.</summary>
    [JsonRequired]
    public string Name { get; init; } = "";

    /// <summary>Priority.</summary>
    [JsonRequired]
    public uint Priority { get; init; }
}

/// <summary>RDMA limits.</summary>
public sealed record RdmaSpec
{
    /// <summary>Handles.</summary>
    public uint? HcaHandles { get; init; }

    /// <summary>Objects.</summary>
    public uint? HcaObjects { get; init; }
}

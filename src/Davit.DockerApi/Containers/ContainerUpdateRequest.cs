using System.Text.Json.Serialization;

namespace Davit.DockerApi.Containers;

/// <summary>Body of <c>update</c>: limits and restart policy.</summary>
public sealed record ContainerUpdateRequest
{
    /// <summary>Weight.</summary>
    public long CpuShares { get; set; }

    /// <summary>Limit in bytes.</summary>
    public long Memory { get; set; }

    /// <summary>Limit in 1e-9 processors.</summary>
    public long NanoCpus { get; set; }

    /// <summary>Can't be changed.</summary>
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

    /// <summary>Can't be changed.</summary>
    public IReadOnlyList<DeviceMapping>? Devices { get; set; }

    /// <summary>Can't be changed.</summary>
    public IReadOnlyList<string>? DeviceCgroupRules { get; set; }

    /// <summary>Can't be changed.</summary>
    public IReadOnlyList<DeviceRequest>? DeviceRequests { get; set; }

    /// <summary>No longer in the kernel.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long KernelMemory { get; set; }

    /// <summary>Limit in bytes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long KernelMemoryTCP { get; set; }

    /// <summary>Soft limit in bytes.</summary>
    public long MemoryReservation { get; set; }

    /// <summary>Memory and swap in bytes.</summary>
    public long MemorySwap { get; set; }

    /// <summary>0 to 100.</summary>
    public long? MemorySwappiness { get; set; }

    /// <summary>The kernel's killer leaves it alone.</summary>
    public bool? OomKillDisable { get; set; }

    /// <summary>Limit.</summary>
    public long? PidsLimit { get; set; }

    /// <summary>Can't be changed.</summary>
    public IReadOnlyList<Ulimit>? Ulimits { get; set; }

    /// <summary>Windows only.</summary>
    public long CpuCount { get; set; }

    /// <summary>Windows only.</summary>
    public long CpuPercent { get; set; }

    /// <summary>Windows only.</summary>
    public long IOMaximumIOps { get; set; }

    /// <summary>Windows only.</summary>
    public long IOMaximumBandwidth { get; set; }

    /// <summary>When to start again.</summary>
    public RestartPolicy? RestartPolicy { get; set; }
}

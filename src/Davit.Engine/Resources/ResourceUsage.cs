namespace Davit.Engine.Resources;

/// <summary>Counters of a cgroup.</summary>
public sealed record ResourceUsage
{
    /// <summary>CPU time in nanoseconds.</summary>
    public long CpuTotal { get; init; }

    /// <summary>Of it in user mode.</summary>
    public long CpuUser { get; init; }

    /// <summary>Of it in the kernel.</summary>
    public long CpuSystem { get; init; }

    /// <summary>By processor (cgroup v1 only), or null.</summary>
    public IReadOnlyList<long>? CpuPerProcessor { get; init; }

    /// <summary>Periods in which the quota was enforced.</summary>
    public long Periods { get; init; }

    /// <summary>Of them those that were throttled.</summary>
    public long ThrottledPeriods { get; init; }

    /// <summary>Nanoseconds throttled.</summary>
    public long ThrottledTime { get; init; }

    /// <summary>Bytes of memory in use.</summary>
    public long Memory { get; init; }

    /// <summary>Most bytes ever in use, 0 when the kernel does not tell.</summary>
    public long MemoryPeak { get; init; }

    /// <summary>Limit in bytes; that of the machine without one.</summary>
    public long MemoryLimit { get; init; }

    /// <summary>How often the limit was hit.</summary>
    public long MemoryFailures { get; init; }

    /// <summary>memory.stat as the kernel writes it.</summary>
    public IReadOnlyDictionary<string, long> MemoryDetails { get; init; } = new Dictionary<string, long>();

    /// <summary>Tasks in it.</summary>
    public long Tasks { get; init; }

    /// <summary>Limit of tasks, 0 for none.</summary>
    public long TaskLimit { get; init; }

    /// <summary>Bytes read and written by device.</summary>
    public IReadOnlyList<BlockCounter> BlockBytes { get; init; } = [];

    /// <summary>Operations by device.</summary>
    public IReadOnlyList<BlockCounter> BlockOperations { get; init; } = [];
}

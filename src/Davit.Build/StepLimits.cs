using Davit.Oci.Runtime;

namespace Davit.Build;

/// <summary>What the process of every RUN may use. Limits decide whether a step ends, never what it makes: the cache does not see them.</summary>
public sealed record StepLimits
{
    /// <summary>Memory in bytes; 0 for no limit.</summary>
    public long Memory { get; init; }

    /// <summary>Memory and swap together in bytes; 0 for the kernel's default, -1 for no limit.</summary>
    public long MemorySwap { get; init; }

    /// <summary>Relative weight; 0 for the default.</summary>
    public long CpuShares { get; init; }

    /// <summary>Microseconds of a period; 0 for the default.</summary>
    public long CpuPeriod { get; init; }

    /// <summary>Microseconds of CPU in a period; 0 for no limit.</summary>
    public long CpuQuota { get; init; }

    /// <summary>List of CPUs as <c>0-3,5</c>; empty for all.</summary>
    public string CpusetCpus { get; init; } = "";

    /// <summary>List of memory nodes; empty for all.</summary>
    public string CpusetMems { get; init; } = "";

    /// <summary>Parent of the steps' cgroups; empty for the instance's.</summary>
    public string CgroupParent { get; init; } = "";

    /// <summary>Resource limits of the process.</summary>
    public IReadOnlyList<RlimitSpec> Rlimits { get; init; } = [];

    /// <summary>The limits over those that every step has.</summary>
    internal ResourcesSpec Over(ResourcesSpec? basis)
    {
        var result = basis ?? new();
        if (Memory != 0 || MemorySwap != 0)
        {
            result = result with { Memory = new MemorySpec { Limit = Memory != 0 ? Memory : null, Swap = MemorySwap != 0 ? MemorySwap : null } };
        }

        if (CpuShares == 0 && CpuPeriod == 0 && CpuQuota == 0 && CpusetCpus.Length == 0 && CpusetMems.Length == 0) return result;
        return result with
        {
            Cpu = new CpuSpec
            {
                Shares = CpuShares != 0 ? (ulong)CpuShares : null,
                Period = CpuPeriod != 0 ? (ulong)CpuPeriod : null,
                Quota = CpuQuota != 0 ? CpuQuota : null,
                Cpus = CpusetCpus.Length > 0 ? CpusetCpus : null,
                Mems = CpusetMems.Length > 0 ? CpusetMems : null,
            },
        };
    }
}

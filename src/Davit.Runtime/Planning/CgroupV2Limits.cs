using Davit.Oci.Runtime;
using static Davit.Runtime.Planning.CgroupSteps;

namespace Davit.Runtime.Planning;

/// <summary>The files of version 2 for limits that are written in version 1's terms (config-linux.md; the kernel's cgroup-v2.rst).</summary>
internal static class CgroupV2Limits
{
    /// <summary>The file of BFQ's weights. Where a kernel has none, <see cref="IoWeight"/> goes to <c>io.weight</c>.</summary>
    internal const string BlockWeight = "io.bfq.weight";

    /// <summary>True for files that older kernels lack beside another that says the same.</summary>
    internal static bool MayMiss(string file) => file.StartsWith("hugetlb.", StringComparison.Ordinal) && file.EndsWith(".rsvd.max", StringComparison.Ordinal);

    /// <summary>A weight of 10 to 1000, perhaps with a device before it, on the scale of 1 to 10000.</summary>
    internal static string IoWeight(string weight)
    {
        var space = weight.LastIndexOf(' ') + 1;
        return weight[..space] + Text(1 + ((Math.Max(10, long.Parse(weight.AsSpan(space), null)) - 10) * 9999 / 990));
    }

    internal static IEnumerable<(string File, string Value)> Of(ResourcesSpec? resources)
    {
        if (resources is null) yield break;
        ResourceRules.CheckVersion2(resources);
        foreach (var pair in Memory(resources.Memory)) yield return pair;
        if (resources.Cpu is { } cpu)
        {
            if (cpu.Idle is { } idle) yield return ("cpu.idle", Text(idle));
            if (cpu.Shares is { } shares and not 0) yield return ("cpu.weight", Text(Weight(shares)));
            if (cpu.Burst is { } burst and not 0) yield return ("cpu.max.burst", Text((long)burst));
            if (cpu.Quota is not null and not 0 || cpu.Period is not null and not 0) yield return ("cpu.max", $"{(cpu.Quota is > 0 ? Text(cpu.Quota.Value) : "max")} {(cpu.Period is > 0 ? Text((long)cpu.Period.Value) : "100000")}");
            if (!string.IsNullOrEmpty(cpu.Cpus)) yield return ("cpuset.cpus", cpu.Cpus);
            if (!string.IsNullOrEmpty(cpu.Mems)) yield return ("cpuset.mems", cpu.Mems);
        }

        if (resources.Pids?.Limit is { } pids) yield return ("pids.max", pids >= 0 ? Text(pids) : "max");
        if (resources.BlockIO is { } io)
        {
            if (io.Weight is { } weight and not 0) yield return (BlockWeight, Text(weight));
            foreach (var d in io.WeightDevice ?? []) yield return (BlockWeight, $"{d.Major}:{d.Minor} {d.Weight}");
            foreach (var d in io.ThrottleReadBpsDevice ?? []) yield return ("io.max", $"{d.Major}:{d.Minor} rbps={d.Rate}");
            foreach (var d in io.ThrottleWriteBpsDevice ?? []) yield return ("io.max", $"{d.Major}:{d.Minor} wbps={d.Rate}");
            foreach (var d in io.ThrottleReadIOPSDevice ?? []) yield return ("io.max", $"{d.Major}:{d.Minor} riops={d.Rate}");
            foreach (var d in io.ThrottleWriteIOPSDevice ?? []) yield return ("io.max", $"{d.Major}:{d.Minor} wiops={d.Rate}");
        }

        foreach (var h in resources.HugepageLimits ?? [])
        {
            yield return ($"hugetlb.{h.PageSize}.max", Text((long)h.Limit));
            yield return ($"hugetlb.{h.PageSize}.rsvd.max", Text((long)h.Limit));
        }

        foreach (var pair in ResourceRules.Rdma(resources)) yield return ("rdma.max", pair);
        foreach (var (file, value) in resources.Unified ?? new Dictionary<string, string>())
        {
            // the kernel takes one line a write
            foreach (var line in value.Split('\n', StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } lines ? lines : [value]) yield return (file, line);
        }
    }

    /// <summary>Shares 2…262144 to weight 1…10000, on the curve that maps 2 to 1, 1024 to 100 and 262144 to 10000.</summary>
    internal static long Weight(ulong shares)
    {
        if (shares <= 2) return 1;
        if (shares >= 262144) return 10000;
        var l = Math.Log2(shares);
        return (long)Math.Ceiling(Math.Pow(10, (((l * l) + (125 * l)) / 612.0) - (7.0 / 34.0)));
    }

    private static IEnumerable<(string, string)> Memory(MemorySpec? memory)
    {
        if (memory is null) yield break;
        if (memory.Limit is { } limit and not 0) yield return ("memory.max", limit < 0 ? "max" : Text(limit));
        if (memory.Swap is { } swap and not 0)
        {
            // version 1 counts memory and swap together, version 2 swap alone
            yield return ("memory.swap.max", swap < 0 ? "max" : Text(Math.Max(0, swap - Math.Max(0, memory.Limit ?? 0))));
        }

        if (memory.Reservation is { } reservation and not 0) yield return ("memory.low", reservation < 0 ? "max" : Text(reservation));
    }
}

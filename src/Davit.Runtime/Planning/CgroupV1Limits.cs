using Davit.Oci.Runtime;
using static Davit.Runtime.Planning.CgroupSteps;

namespace Davit.Runtime.Planning;

/// <summary>The files of version 1 controllers, in the order in which the kernel accepts them (config-linux.md, "Control groups").</summary>
internal static class CgroupV1Limits
{
    private static readonly string[] BlockFamilies = ["blkio.", "blkio.bfq."];

    /// <summary>File, value, and whether a kernel without the file is no error.</summary>
    internal static IEnumerable<(string File, string Value, bool Tolerate)> Of(string controller, ResourcesSpec? resources) => resources is null ? [] : controller switch
    {
        "memory" => Memory(resources.Memory),
        "cpu" => Cpu(resources.Cpu),
        "cpuset" => Cpuset(resources.Cpu),
        "pids" => resources.Pids?.Limit is { } limit ? [("pids.max", limit >= 0 ? Text(limit) : "max", false)] : [],
        "blkio" => Blkio(resources.BlockIO),
        "devices" => Devices(resources.Devices),
        // reservations are counted since Linux 5.7, by files of their own
        "hugetlb" => (resources.HugepageLimits ?? []).SelectMany(h => ((string, string, bool)[])[($"hugetlb.{h.PageSize}.limit_in_bytes", Text((long)h.Limit), false), ($"hugetlb.{h.PageSize}.rsvd.limit_in_bytes", Text((long)h.Limit), true)]),
        "net_cls" => resources.Network?.ClassID is { } id ? [("net_cls.classid", Text(id), false)] : [],
        "net_prio" => (resources.Network?.Priorities ?? []).Select(p => ("net_prio.ifpriomap", $"{p.Name} {p.Priority}", false)),
        "rdma" => ResourceRules.Rdma(resources).Select(r => ("rdma.max", r, false)),
        _ => [],
    };

    private static IEnumerable<(string, string, bool)> Memory(MemorySpec? memory)
    {
        if (memory is null) yield break;

        // memory+swap can't be below memory, so a fresh group takes memory first
        if (memory.Limit is { } limit and not 0) yield return ("memory.limit_in_bytes", Text(limit), false);
        if (memory.Swap is { } swap and not 0) yield return ("memory.memsw.limit_in_bytes", Text(swap), true);
        if (memory.Reservation is { } reservation and not 0) yield return ("memory.soft_limit_in_bytes", Text(reservation), false);
        if (memory.Kernel is { } kernel and not 0) yield return ("memory.kmem.limit_in_bytes", Text(kernel), false);
        if (memory.KernelTCP is { } tcp and not 0) yield return ("memory.kmem.tcp.limit_in_bytes", Text(tcp), true);
        if (memory.Swappiness is { } swappiness) yield return ("memory.swappiness", Text((long)swappiness), true);
        if (memory.DisableOOMKiller == true) yield return ("memory.oom_control", "1", false);
    }

    private static IEnumerable<(string, string, bool)> Cpu(CpuSpec? cpu)
    {
        if (cpu is null) yield break;
        if (cpu.Shares is { } shares and not 0) yield return ("cpu.shares", Text((long)shares), false);
        if (cpu.Period is { } period and not 0) yield return ("cpu.cfs_period_us", Text((long)period), false);
        if (cpu.Quota is { } quota and not 0) yield return ("cpu.cfs_quota_us", Text(quota), false);
        if (cpu.Burst is { } burst and not 0) yield return ("cpu.cfs_burst_us", Text((long)burst), false);
        if (cpu.RealtimePeriod is { } realtimePeriod and not 0) yield return ("cpu.rt_period_us", Text((long)realtimePeriod), false);
        if (cpu.RealtimeRuntime is { } runtime and not 0) yield return ("cpu.rt_runtime_us", Text(runtime), false);
        if (cpu.Idle is { } idle) yield return ("cpu.idle", Text(idle), false);
    }

    private static IEnumerable<(string, string, bool)> Cpuset(CpuSpec? cpu)
    {
        if (!string.IsNullOrEmpty(cpu?.Cpus)) yield return ("cpuset.cpus", cpu.Cpus, false);
        if (!string.IsNullOrEmpty(cpu?.Mems)) yield return ("cpuset.mems", cpu.Mems, false);
    }

    private static IEnumerable<(string, string, bool)> Blkio(BlockIoSpec? io)
    {
        if (io is null) yield break;

        // which of the two a kernel has depends on its scheduler, CFQ of old or BFQ
        foreach (var family in BlockFamilies)
        {
            if (io.Weight is { } weight and not 0) yield return (family + "weight", Text(weight), true);
            foreach (var d in io.WeightDevice ?? []) if (d.Weight is not null) yield return (family + "weight_device", $"{d.Major}:{d.Minor} {d.Weight}", true);
        }

        if (io.LeafWeight is { } leaf and not 0) yield return ("blkio.leaf_weight", Text(leaf), false);
        foreach (var d in io.WeightDevice ?? [])
        {
            if (d.LeafWeight is not null) yield return ("blkio.leaf_weight_device", $"{d.Major}:{d.Minor} {d.LeafWeight}", false);
        }

        foreach (var d in io.ThrottleReadBpsDevice ?? []) yield return ("blkio.throttle.read_bps_device", $"{d.Major}:{d.Minor} {d.Rate}", false);
        foreach (var d in io.ThrottleWriteBpsDevice ?? []) yield return ("blkio.throttle.write_bps_device", $"{d.Major}:{d.Minor} {d.Rate}", false);
        foreach (var d in io.ThrottleReadIOPSDevice ?? []) yield return ("blkio.throttle.read_iops_device", $"{d.Major}:{d.Minor} {d.Rate}", false);
        foreach (var d in io.ThrottleWriteIOPSDevice ?? []) yield return ("blkio.throttle.write_iops_device", $"{d.Major}:{d.Minor} {d.Rate}", false);
    }

    private static IEnumerable<(string, string, bool)> Devices(IReadOnlyList<DeviceCgroupSpec>? rules)
    {
        foreach (var rule in rules is { Count: > 0 } ? DeviceRules.WithDefaults(rules) : [])
        {
            var type = rule.Type is null or "" ? "a" : rule.Type;
            var all = type == "a" && rule.Major is null && rule.Minor is null;
            var text = all ? "a" : $"{type} {(rule.Major is { } major and >= 0 ? Text(major) : "*")}:{(rule.Minor is { } minor and >= 0 ? Text(minor) : "*")} {(string.IsNullOrEmpty(rule.Access) ? "rwm" : rule.Access)}";
            yield return (rule.Allow ? "devices.allow" : "devices.deny", text, false);
        }
    }
}

using Davit.Linux.Cgroups;
using Davit.Oci.Runtime;
using Davit.Primitives;

namespace Davit.Runtime.Planning;

/// <summary>Limits that one version of the cgroups has and the other has not: they are refused where they can't hold.</summary>
internal static class ResourceRules
{
    internal static void CheckVersion2(ResourcesSpec resources)
    {
        DocumentRules.Resources(resources);
        if (resources.Memory is { Swap: > 0 } memory)
        {
            // version 2 counts swap alone, and the difference needs both
            if (memory.Limit is null or 0) throw new DavitException(ErrorKind.InvalidArgument, "memory.swap is set without memory.limit, and can't be converted to cgroup version 2", "set memory.limit too");
            if (memory.Limit > memory.Swap) throw new DavitException(ErrorKind.InvalidArgument, $"memory.swap {memory.Swap} is lower than memory.limit {memory.Limit}: it counts both", "raise memory.swap");
        }

        if (resources.Memory?.Swappiness is not null) throw Version2("memory.swappiness", "version 2 has one for the whole machine");
        if (resources.Memory?.DisableOOMKiller == true) throw Version2("memory.disableOOMKiller", "version 2 always has its OOM killer");
        if (resources.Memory?.Kernel is not null and not 0) throw Version2("memory.kernel", "version 2 counts it with memory");
        if (resources.Memory?.KernelTCP is not null and not 0) throw Version2("memory.kernelTCP", "version 2 counts it with memory");
        if (resources.Cpu?.RealtimeRuntime is not null and not 0 || resources.Cpu?.RealtimePeriod is not null and not 0) throw Version2("cpu.realtimeRuntime", "use process.scheduler");
        if (resources.BlockIO?.LeafWeight is not null and not 0) throw Version2("blockIO.leafWeight", "use blockIO.weight");
        if (resources.Network?.ClassID is not null and not 0 || resources.Network?.Priorities is { Count: > 0 }) throw Version2("network", "use nftables' match on cgroups");
    }

    internal static void CheckVersion1(CgroupHierarchies cgroups, ResourcesSpec? resources)
    {
        if (resources is not null) DocumentRules.Resources(resources);
        foreach (var (field, controller) in Controllers(resources))
        {
            if (cgroups.MountOf(controller) is null) throw new DavitException(ErrorKind.FailedPrecondition, $"linux.resources.{field} is asked for, and the cgroup controller {controller} is not mounted", "mount it, or leave the limit out");
        }

        if (resources?.Unified is { Count: > 0 } unified)
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"invalid configuration: cannot use unified ({unified.Keys.First()}) on cgroup v1", "use the fields of the resource");
        }
    }

    private static IEnumerable<(string Field, string Controller)> Controllers(ResourcesSpec? limits)
    {
        if (limits is null) yield break;
        if (limits.Memory is { } memory && (IsSet(memory.Limit, memory.Reservation, memory.Swap, memory.Kernel, memory.KernelTCP) || memory.Swappiness is not null || memory.DisableOOMKiller == true)) yield return ("memory", "memory");
        if (limits.Cpu is { } cpu)
        {
            if (IsSet((long?)cpu.Shares, cpu.Quota, (long?)cpu.Period, (long?)cpu.Burst, (long?)cpu.RealtimePeriod, cpu.RealtimeRuntime, cpu.Idle)) yield return ("cpu", "cpu");
            if (!string.IsNullOrEmpty(cpu.Cpus) || !string.IsNullOrEmpty(cpu.Mems)) yield return ("cpu.cpus", "cpuset");
        }

        if (limits.Pids?.Limit >= 0) yield return ("pids", "pids");
        if (limits.BlockIO is { } io && (IsSet(io.Weight, io.LeafWeight) || io is { WeightDevice.Count: > 0 } or { ThrottleReadBpsDevice.Count: > 0 } or { ThrottleWriteBpsDevice.Count: > 0 } or { ThrottleReadIOPSDevice.Count: > 0 } or { ThrottleWriteIOPSDevice.Count: > 0 })) yield return ("blockIO", "blkio");
        if (limits.HugepageLimits is { Count: > 0 }) yield return ("hugepageLimits", "hugetlb");
        if (limits.Network?.ClassID is not null and not 0) yield return ("network.classID", "net_cls");
        if (limits.Network?.Priorities is { Count: > 0 }) yield return ("network.priorities", "net_prio");
        if (limits.Rdma is { Count: > 0 }) yield return ("rdma", "rdma");
        if (limits.Devices?.Any(d => !d.Allow) == true) yield return ("devices", "devices");
    }

    private static bool IsSet(params ReadOnlySpan<long?> values)
    {
        foreach (var value in values) if (value is not null and not 0) return true;
        return false;
    }

    /// <summary>Lines for <c>rdma.max</c>, the same in both versions.</summary>
    internal static IEnumerable<string> Rdma(ResourcesSpec resources) => (resources.Rdma ?? new Dictionary<string, RdmaSpec>())
        .Select(d => $"{d.Key}{(d.Value.HcaHandles is { } handles ? $" hca_handle={handles}" : "")}{(d.Value.HcaObjects is { } objects ? $" hca_object={objects}" : "")}");

    private static DavitException Version2(string field, string hint) =>
        new(ErrorKind.InvalidArgument, $"linux.resources.{field} is asked for, and cgroup version 2 has no such limit", hint);
}

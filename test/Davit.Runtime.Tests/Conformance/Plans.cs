using Davit.Linux.Cgroups;
using Davit.Oci.Runtime;
using Davit.Runtime.Planning;

namespace Davit.Runtime.Tests.Conformance;

/// <summary>Ingredients of launch plans on machines that aren't at hand.</summary>
internal static class Plans
{
    /// <summary>A machine with version 2 alone.</summary>
    internal static readonly CgroupHierarchies Version2 = CgroupHierarchies.FromMountInfo(["1 1 0:1 / /cg rw - cgroup2 cgroup2 rw"]);

    /// <summary>A machine with every controller of version 1 in a hierarchy of its own.</summary>
    internal static readonly CgroupHierarchies Version1 = CgroupHierarchies.FromMountInfo(
        ((string[])["cpu,cpuacct", "cpuset", "memory", "devices", "freezer", "blkio", "pids", "hugetlb", "rdma", "net_cls,net_prio"]).Select((c, i) => $"{i + 2} 1 0:{i + 2} / /cg/{c} rw - cgroup cgroup rw,{c}"));

    internal static Spec Spec() => new()
    {
        OciVersion = "1.3.0",
        Root = new() { Path = "/nowhere" },
        Process = new() { Args = ["/bin/true"], Cwd = "/", User = new() },
        Linux = new() { Namespaces = [new() { Type = "mount" }, new() { Type = "pid" }] },
    };

    internal static PlanOptions Options(CgroupHierarchies? cgroups = null) => new()
    {
        CgroupPath = cgroups is null ? null : "c",
        Host = new HostFacts { Cgroups = cgroups ?? Version2 },
    };

    /// <summary>Files below a machine's cgroups that a container with these resources would write, without the mount point.</summary>
    internal static IReadOnlyList<string> Writes(CgroupHierarchies cgroups, ResourcesSpec resources, Func<Spec, Spec>? change = null)
    {
        var spec = Spec();
        spec = spec with { Linux = spec.Linux! with { Resources = resources } };
        using var plan = PlanBuilder.ForContainer(change?.Invoke(spec) ?? spec, Options(cgroups));
        return [.. PlanText.Writes(plan).Where(w => w.Path.StartsWith("/cg", StringComparison.Ordinal) && w.Path.Contains("/c/", StringComparison.Ordinal)).Select(w => $"{w.Path[(w.Path.IndexOf("/c/", StringComparison.Ordinal) + 3)..]} {w.Value}")];
    }
}

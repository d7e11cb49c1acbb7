using Davit.Oci.Runtime;
using Davit.Runtime.Launch;

namespace Davit.Runtime.Planning;

/// <summary>Steps of the parent that give a cgroup to the container's user (config-linux.md, "Cgroup ownership").</summary>
internal static class CgroupOwner
{
    private const long AtFdCwd = -100;
    private const int NoEntry = 2;

    /// <summary>Files of kernels that don't tell theirs.</summary>
    private static readonly string[] Fallback = ["cgroup.procs", "cgroup.subtree_control", "cgroup.threads"];

    /// <summary>Changes owners on version 2, when the container sees its own cgroup alone and may write it, and its user is another than ours.</summary>
    internal static void Change(ProgramWriter writer, Spec spec, HostFacts host, IReadOnlyList<string> directories)
    {
        if (!host.Cgroups.IsUnified || directories.Count == 0 || !MayWrite(spec)) return;
        if (HostId(spec, spec.Process?.User?.Uid ?? 0) is not (> 0 and var owner)) return;
        var what = $"give cgroup {directories[0]} to user {owner}";
        writer.Add(what, SystemCall.Fchownat, AtFdCwd, writer.String(directories[0]), owner, -1, 0);
        foreach (var file in host.DelegatedFiles ?? Fallback)
        {
            writer.Add(what, SystemCall.Fchownat, AtFdCwd, writer.String($"{directories[0]}/{file}"), owner, -1, 0);
            writer.Last(tolerate: NoEntry);
        }
    }

    private static bool MayWrite(Spec spec) =>
        spec.Linux?.Namespaces?.Any(n => n.Type == "cgroup" && string.IsNullOrEmpty(n.Path)) == true
        && spec.Mounts?.Any(m => m.Source == "cgroup" && m.Destination.TrimEnd('/') == "/sys/fs/cgroup" && m.Options?.Contains("ro") != true) == true;

    /// <summary>An id of the container on the host; null when it is not mapped or the mappings are another's.</summary>
    private static uint? HostId(Spec spec, uint id)
    {
        if (spec.Linux?.Namespaces?.Any(n => n.Type == "user") != true) return id;
        foreach (var map in spec.Linux.UidMappings ?? [])
        {
            if (id >= map.ContainerID && id - map.ContainerID < map.Size) return map.HostID + (id - map.ContainerID);
        }

        return null;
    }
}

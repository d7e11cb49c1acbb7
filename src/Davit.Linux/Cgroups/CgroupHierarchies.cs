using Davit.Primitives;

namespace Davit.Linux.Cgroups;

/// <summary>Where this machine has its cgroups: version 1 (one directory a set of controllers), version 2 (one for all), or hybrid, which counts as version 1.</summary>
public sealed record CgroupHierarchies
{
    /// <summary>True for pure version 2.</summary>
    public bool IsUnified { get; private init; }

    /// <summary>Mount point of the version 2 hierarchy, or null.</summary>
    public string? UnifiedMount { get; private init; }

    /// <summary>Version 1 hierarchies: controllers (<c>cpu</c>, <c>name=systemd</c> …) and mount point.</summary>
    public IReadOnlyList<(IReadOnlyList<string> Controllers, string Mount)> Version1 { get; private init; } = [];

    /// <summary>Controllers of version 2 that the root offers.</summary>
    public IReadOnlyList<string> UnifiedControllers { get; private init; } = [];

    /// <summary>Reads the mount table of this process.</summary>
    /// <exception cref="DavitException">FailedPrecondition: no cgroup file system is mounted.</exception>
    public static CgroupHierarchies Detect() => FromMountInfo(File.ReadAllLines("/proc/self/mountinfo"));

    /// <summary>Mount point of the hierarchy with a version 1 controller, or null.</summary>
    public string? MountOf(string controller) => Version1.FirstOrDefault(h => h.Controllers.Contains(controller)).Mount;

    /// <summary>The same from lines of a mount table.</summary>
    /// <exception cref="DavitException">FailedPrecondition: no cgroup file system is mounted.</exception>
    public static CgroupHierarchies FromMountInfo(IEnumerable<string> lines)
    {
        string? unified = null;
        var version1 = new List<(IReadOnlyList<string>, string)>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in lines)
        {
            // id parent major:minor root mount options … - type source super-options (proc_pid_mountinfo(5))
            var parts = line.Split(' ');
            var dash = Array.IndexOf(parts, "-");
            if (dash < 0 || parts.Length < dash + 4 || parts[3] != "/") continue;
            var mount = parts[4].Replace("\\040", " ", StringComparison.Ordinal);
            if (parts[dash + 1] == "cgroup2") unified ??= mount;
            if (parts[dash + 1] != "cgroup") continue;
            var controllers = parts[dash + 3].Split(',').Where(IsController).ToArray();
            if (controllers.Length > 0 && seen.Add(string.Join(',', controllers))) version1.Add((controllers, mount));
        }

        if (unified is null && version1.Count == 0) throw new DavitException(ErrorKind.FailedPrecondition, "no cgroup file system is mounted", "mount cgroup2 on /sys/fs/cgroup");
        var isUnified = version1.Count == 0;
        return new CgroupHierarchies
        {
            IsUnified = isUnified,
            UnifiedMount = unified,
            Version1 = version1,
            UnifiedControllers = isUnified && File.Exists(unified + "/cgroup.controllers") ? File.ReadAllText(unified + "/cgroup.controllers").Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries) : [],
        };
    }

    private static bool IsController(string option) =>
        option.StartsWith("name=", StringComparison.Ordinal)
        || option is "cpu" or "cpuacct" or "cpuset" or "memory" or "devices" or "freezer" or "blkio" or "pids" or "net_cls" or "net_prio" or "hugetlb" or "perf_event" or "rdma" or "misc";
}

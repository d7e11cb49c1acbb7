using Davit.Linux.Directories;
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

    /// <summary>
    /// The part of this in which an ordinary user was given a place: the hierarchies where it may write the deepest directory of a path that is there already,
    /// and of version 2 the controllers that this directory offers.
    /// </summary>
    /// <param name="path">A cgroup, made or to be made.</param>
    public CgroupHierarchies GrantedAt(string path)
    {
        if (!IsUnified) return this with { Version1 = [.. Version1.Where(h => DirectoryCalls.MayWrite(Deepest(h.Mount, path)))] };
        var offered = Deepest(UnifiedMount!, path) + "/cgroup.controllers";
        return File.Exists(offered) ? this with { UnifiedControllers = Words(File.ReadAllText(offered)) } : this;
    }

    /// <summary>
    /// A cgroup of version 2 in which an ordinary user may make others and move its processes there: the one around its own (a cgroup with processes gives no
    /// controllers to those inside it), or its own. Null where it was given none. Source: cgroups(7), "Delegation".
    /// </summary>
    public string? GrantedPlace()
    {
        if (!IsUnified) return null;
        var own = File.ReadLines("/proc/self/cgroup").FirstOrDefault(l => l.StartsWith("0::/", StringComparison.Ordinal))?[4..] ?? "";
        return new[] { Path.GetDirectoryName(own) ?? "", own }.FirstOrDefault(place => place.Length > 0 && DirectoryCalls.MayWrite($"{UnifiedMount}/{place}") && DirectoryCalls.MayWrite($"{UnifiedMount}/{place}/cgroup.procs"));
    }

    /// <summary>The file <c>cgroup.procs</c> of the cgroup that this process is in, in the first hierarchy of version 1; null where there is none.</summary>
    public string? OwnProcesses()
    {
        if (IsUnified || Version1.Count == 0) return null;
        var (controllers, mount) = Version1[0];

        // number:controllers:path (proc_pid_cgroup(5))
        foreach (var line in File.ReadLines("/proc/self/cgroup"))
        {
            var parts = line.Split(':', 3);
            if (parts.Length == 3 && parts[1] == string.Join(',', controllers)) return $"{mount}{parts[2].TrimEnd('/')}/cgroup.procs";
        }

        return null;
    }

    private static string Deepest(string mount, string path)
    {
        var directory = mount;
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!Directory.Exists($"{directory}/{part}")) break;
            directory += "/" + part;
        }

        return directory;
    }

    private static string[] Words(string text) => text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);

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
            UnifiedControllers = isUnified && File.Exists(unified + "/cgroup.controllers") ? Words(File.ReadAllText(unified + "/cgroup.controllers")) : [],
        };
    }

    private static bool IsController(string option) =>
        option.StartsWith("name=", StringComparison.Ordinal)
        || option is "cpu" or "cpuacct" or "cpuset" or "memory" or "devices" or "freezer" or "blkio" or "pids" or "net_cls" or "net_prio" or "hugetlb" or "perf_event" or "rdma" or "misc";
}

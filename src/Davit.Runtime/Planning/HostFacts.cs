using Davit.Linux.Cgroups;

namespace Davit.Runtime.Planning;

/// <summary>What planning needs to know of the machine; read once a process.</summary>
public sealed record HostFacts
{
    /// <summary>The cgroup hierarchies.</summary>
    public required CgroupHierarchies Cgroups { get; init; }

    /// <summary>Highest capability of the kernel (/proc/sys/kernel/cap_last_cap).</summary>
    public int LastCapability { get; init; } = 40;

    /// <summary>Whether this process may raise hard limits and lower oom_score_adj (CAP_SYS_RESOURCE).</summary>
    public bool MayRaiseLimits { get; init; }

    /// <summary>The hard limits of this process by resource number.</summary>
    public IReadOnlyDictionary<int, ulong> HardLimits
    {
        get => field ??= Limits(); // asked for where limits can't be raised alone
        init;
    }

    /// <summary>Capabilities that this process has and may pass on.</summary>
    public ulong Permitted { get; init; } = ulong.MaxValue;

    /// <summary>Capabilities that this process's bounding set lets others have.</summary>
    public ulong Bounding { get; init; } = ulong.MaxValue;

    /// <summary>Files that belong to whoever a cgroup of version 2 is given to (/sys/kernel/cgroup/delegate); null where the kernel does not tell.</summary>
    public IReadOnlyList<string>? DelegatedFiles { get; init; }

    /// <summary>Where resctrl is mounted, or null.</summary>
    public string? Resctrl { get; init; }

    /// <summary>Whether AppArmor is on.</summary>
    public bool AppArmor { get; init; }

    /// <summary>Whether SELinux is on.</summary>
    public bool SeLinux { get; init; }

    /// <summary>Compiled system call filters.</summary>
    public Seccomp.SeccompFilter Filters { get; } = new();

    /// <summary>Reads them from this machine.</summary>
    public static HostFacts Read()
    {
        var (effective, permitted, bounding) = (0UL, 0UL, 0UL);
        foreach (var line in File.ReadLines("/proc/self/status"))
        {
            if (line.StartsWith("CapEff:", StringComparison.Ordinal)) effective = Convert.ToUInt64(line[7..].Trim(), 16);
            if (line.StartsWith("CapPrm:", StringComparison.Ordinal)) permitted = Convert.ToUInt64(line[7..].Trim(), 16);
            if (line.StartsWith("CapBnd:", StringComparison.Ordinal)) bounding = Convert.ToUInt64(line[7..].Trim(), 16);
        }

        var mounts = File.ReadAllLines("/proc/self/mountinfo");
        var cgroups = CgroupHierarchies.FromMountInfo(mounts);
        return new HostFacts
        {
            Cgroups = cgroups,
            LastCapability = int.Parse(File.ReadAllText("/proc/sys/kernel/cap_last_cap").Trim()),
            Resctrl = mounts.FirstOrDefault(l => l.Contains(" - resctrl ", StringComparison.Ordinal))?.Split(' ')[4],
            MayRaiseLimits = (effective >> 24 & 1) != 0,
            Permitted = permitted,
            Bounding = bounding,
            DelegatedFiles = cgroups.IsUnified && File.Exists("/sys/kernel/cgroup/delegate") ? [.. File.ReadLines("/sys/kernel/cgroup/delegate").Where(l => l.Length > 0)] : null,
            AppArmor = File.Exists("/sys/module/apparmor/parameters/enabled") && File.ReadAllText("/sys/module/apparmor/parameters/enabled").StartsWith('Y'),
            SeLinux = File.Exists("/sys/fs/selinux/enforce"),
        };
    }

    private static Dictionary<int, ulong> Limits()
    {
        string[] names =
        [
            "Max cpu time", "Max file size", "Max data size", "Max stack size", "Max core file size", "Max resident set", "Max processes", "Max open files",
            "Max locked memory", "Max address space", "Max file locks", "Max pending signals", "Max msgqueue size", "Max nice priority", "Max realtime priority", "Max realtime timeout",
        ];
        var limits = new Dictionary<int, ulong>();
        foreach (var line in File.ReadLines("/proc/self/limits"))
        {
            for (var i = 0; i < names.Length; i++)
            {
                if (!line.StartsWith(names[i], StringComparison.Ordinal)) continue;
                var hard = line[names[i].Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
                limits[i] = hard == "unlimited" ? ulong.MaxValue : ulong.Parse(hard);
            }
        }

        return limits;
    }
}

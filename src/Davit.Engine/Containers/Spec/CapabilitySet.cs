using Davit.Primitives;
using Davit.Runtime.Defaults;

namespace Davit.Engine.Containers.Spec;

/// <summary>Capabilities by <c>--cap-add</c>, <c>--cap-drop</c> and <c>--privileged</c>.</summary>
internal static class CapabilitySet
{
    // In the kernel's order: the index is the number.
    private static readonly string[] Known =
    [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_SETGID", "CAP_SETUID", "CAP_SETPCAP", "CAP_LINUX_IMMUTABLE",
        "CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST", "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_IPC_LOCK", "CAP_IPC_OWNER", "CAP_SYS_MODULE", "CAP_SYS_RAWIO", "CAP_SYS_CHROOT", "CAP_SYS_PTRACE",
        "CAP_SYS_PACCT", "CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_NICE", "CAP_SYS_RESOURCE", "CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG", "CAP_MKNOD", "CAP_LEASE", "CAP_AUDIT_WRITE",
        "CAP_AUDIT_CONTROL", "CAP_SETFCAP", "CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN", "CAP_SYSLOG", "CAP_WAKE_ALARM", "CAP_BLOCK_SUSPEND", "CAP_AUDIT_READ", "CAP_PERFMON", "CAP_BPF",
        "CAP_CHECKPOINT_RESTORE",
    ];

    /// <summary>The granted capabilities.</summary>
    /// <exception cref="DavitException">InvalidArgument: an unknown name.</exception>
    public static IReadOnlyList<string> Resolve(bool privileged, IReadOnlyList<string> add, IReadOnlyList<string> drop)
    {
        var added = Normalize(add, "CapAdd");
        var dropped = Normalize(drop, "CapDrop");
        if (privileged) return All();
        if (added.Contains("ALL"))
        {
            // ALL and a drop: everything but what is dropped.
            return [.. All().Where(name => !dropped.Contains(name))];
        }

        IEnumerable<string> start = dropped.Contains("ALL") ? [] : ContainerDefaults.Capabilities.Where(name => !dropped.Contains(name));
        return [.. start.Union(added)];
    }

    /// <summary>Everything that this process itself may pass on.</summary>
    public static IReadOnlyList<string> All()
    {
        var bounding = Bounding();
        return [.. Known.Where((_, number) => (bounding & (1UL << number)) != 0)];
    }

    private static HashSet<string> Normalize(IReadOnlyList<string> names, string field)
    {
        HashSet<string> normalized = new(StringComparer.Ordinal);
        foreach (var name in names)
        {
            var upper = name.ToUpperInvariant();
            if (upper is "ALL")
            {
                normalized.Add(upper);
                continue;
            }

            if (!upper.StartsWith("CAP_", StringComparison.Ordinal)) upper = "CAP_" + upper;
            if (!Known.Contains(upper)) throw new DavitException(ErrorKind.InvalidArgument, $"invalid {field}: unknown capability: \"{upper}\"");
            normalized.Add(upper);
        }

        return normalized;
    }

    private static ulong Bounding()
    {
        foreach (var line in File.ReadLines("/proc/self/status"))
        {
            if (line.StartsWith("CapBnd:", StringComparison.Ordinal)) return Convert.ToUInt64(line[7..].Trim(), 16);
        }

        return ulong.MaxValue;
    }
}

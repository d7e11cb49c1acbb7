using Davit.Primitives;

namespace Davit.Runtime.Planning;

/// <summary>Capabilities by name and number (capabilities(7), linux/capability.h).</summary>
public static class CapabilityNames
{
    private static readonly string[] Names =
    [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_SETGID", "CAP_SETUID", "CAP_SETPCAP", "CAP_LINUX_IMMUTABLE",
        "CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST", "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_IPC_LOCK", "CAP_IPC_OWNER", "CAP_SYS_MODULE", "CAP_SYS_RAWIO", "CAP_SYS_CHROOT", "CAP_SYS_PTRACE",
        "CAP_SYS_PACCT", "CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_NICE", "CAP_SYS_RESOURCE", "CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG", "CAP_MKNOD", "CAP_LEASE", "CAP_AUDIT_WRITE",
        "CAP_AUDIT_CONTROL", "CAP_SETFCAP", "CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN", "CAP_SYSLOG", "CAP_WAKE_ALARM", "CAP_BLOCK_SUSPEND", "CAP_AUDIT_READ", "CAP_PERFMON", "CAP_BPF", "CAP_CHECKPOINT_RESTORE",
    ];

    /// <summary>All names, by number.</summary>
    public static IReadOnlyList<string> All => Names;

    /// <summary>True for a capability's name.</summary>
    public static bool IsKnown(string name) => Array.IndexOf(Names, name) >= 0;

    /// <summary>Bits of the named capabilities.</summary>
    /// <param name="names">Names.</param>
    /// <param name="unknown">Takes the names that are none; null makes errors of them.</param>
    /// <exception cref="DavitException">InvalidArgument: <c>unknown capability "X"</c>.</exception>
    public static ulong Mask(IReadOnlyList<string>? names, Action<string>? unknown = null)
    {
        var mask = 0UL;
        foreach (var name in names ?? [])
        {
            var number = Array.IndexOf(Names, name);
            if (number < 0 && unknown is not null)
            {
                unknown(name);
                continue;
            }

            if (number < 0) throw new DavitException(ErrorKind.InvalidArgument, $"unknown capability \"{name}\"", "capabilities(7) lists them");
            mask |= 1UL << number;
        }

        return mask;
    }
}

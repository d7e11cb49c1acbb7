using Davit.Oci.Runtime;
using Davit.Runtime.Defaults;

namespace Davit.Build.Execute;

/// <summary>What every step has before its instruction speaks: the choices that Docker makes for every container.</summary>
internal sealed class StepDefaults
{
    private const string ShmSize = "size=67108864";

    private static readonly string[] Capabilities =
    [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_MKNOD", "CAP_NET_RAW", "CAP_SETGID", "CAP_SETUID", "CAP_SETFCAP", "CAP_SETPCAP", "CAP_NET_BIND_SERVICE",
        "CAP_SYS_CHROOT", "CAP_KILL", "CAP_AUDIT_WRITE",
    ];

    private static readonly string[] MaskedPaths =
    [
        "/proc/asound", "/proc/acpi", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi",
        "/sys/firmware", "/sys/devices/virtual/powercap",
    ];

    private static readonly string[] ReadOnlyPaths = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

    /// <summary>The specification that all steps begin from; one object, so that its filter is compiled once.</summary>
    public Spec Spec { get; } = new()
    {
        OciVersion = "1.2.0",
        Process = new ProcessSpec
        {
            Capabilities = new CapabilitiesSpec { Bounding = Capabilities, Effective = Capabilities, Permitted = Capabilities },
            Rlimits = [],
        },
        Mounts =
        [
            new() { Destination = "/proc", Type = "proc", Source = "proc", Options = ["nosuid", "noexec", "nodev"] },
            new() { Destination = "/dev", Type = "tmpfs", Source = "tmpfs", Options = ["nosuid", "strictatime", "mode=755", "size=65536k"] },
            new() { Destination = "/dev/pts", Type = "devpts", Source = "devpts", Options = ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"] },
            new() { Destination = "/sys", Type = "sysfs", Source = "sysfs", Options = ["nosuid", "noexec", "nodev", "ro"] },
            new() { Destination = "/sys/fs/cgroup", Type = "cgroup", Source = "cgroup", Options = ["ro", "nosuid", "noexec", "nodev"] },
            new() { Destination = "/dev/mqueue", Type = "mqueue", Source = "mqueue", Options = ["nosuid", "noexec", "nodev"] },
            new() { Destination = "/dev/shm", Type = "tmpfs", Source = "shm", Options = ["nosuid", "noexec", "nodev", "mode=1777", ShmSize] },
        ],
        Linux = new LinuxSpec
        {
            Namespaces = [new() { Type = "mount" }, new() { Type = "pid" }, new() { Type = "network" }, new() { Type = "ipc" }, new() { Type = "uts" }, new() { Type = "cgroup" }],
            Resources = new ResourcesSpec { Devices = [.. DeviceRules()] },
            Seccomp = DefaultSeccomp.For(Capabilities),
            MaskedPaths = MaskedPaths,
            ReadonlyPaths = ReadOnlyPaths,
        },
    };

    private static IEnumerable<DeviceCgroupSpec> DeviceRules()
    {
        yield return new() { Allow = false, Access = "rwm" };

        // nodes may be made, not used: mknod is in the default capabilities
        yield return new() { Allow = true, Type = "c", Access = "m" };
        yield return new() { Allow = true, Type = "b", Access = "m" };
        foreach (var (major, minor) in new (long, long)[] { (1, 3), (1, 5), (1, 7), (1, 8), (1, 9), (5, 0), (5, 1), (5, 2) })
        {
            yield return new() { Allow = true, Type = "c", Major = major, Minor = minor, Access = "rwm" };
        }

        yield return new() { Allow = true, Type = "c", Major = 136, Access = "rwm" };
    }
}

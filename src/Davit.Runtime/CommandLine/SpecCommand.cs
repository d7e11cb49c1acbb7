using System.Text.Json;
using Davit.Oci.Runtime;
using Davit.Primitives;
using Davit.Runtime.Defaults;
using Davit.Runtime.Lifecycle;

namespace Davit.Runtime.CommandLine;

/// <summary>The <c>spec</c> command: a configuration to start from.</summary>
internal static class SpecCommand
{
    internal static int Run(OptionSet options)
    {
        var path = Path.Combine(options.Value("bundle") ?? ".", options.Value("file") ?? "config.json");
        if (File.Exists(path)) throw new DavitException(ErrorKind.AlreadyExists, $"File {path} exists. Remove it first");
        var spec = Example();
        if (options.Has("rootless")) spec = Rootless(spec);
        File.WriteAllText(path, JsonSerializer.Serialize(spec, PrintedJson.Default.Spec) + "\n");
        return 0;
    }

    internal static Spec Example()
    {
        string[] capabilities = ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"];
        return new()
        {
            OciVersion = RuntimeSettings.SpecVersion,
            Process = new()
            {
                Terminal = true,
                User = new(),
                Args = ["sh"],
                Env = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm"],
                Cwd = "/",
                Capabilities = new() { Bounding = capabilities, Effective = capabilities, Permitted = capabilities },
                Rlimits = [new() { Type = "RLIMIT_NOFILE", Hard = 1024, Soft = 1024 }],
                NoNewPrivileges = true,
            },
            Root = new() { Path = "rootfs", Readonly = true },
            Hostname = "davit",
            Mounts =
            [
                new() { Destination = "/proc", Type = "proc", Source = "proc" },
                new() { Destination = "/dev", Type = "tmpfs", Source = "tmpfs", Options = ["nosuid", "strictatime", "mode=755", "size=65536k"] },
                new() { Destination = "/dev/pts", Type = "devpts", Source = "devpts", Options = ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"] },
                new() { Destination = "/dev/shm", Type = "tmpfs", Source = "shm", Options = ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"] },
                new() { Destination = "/dev/mqueue", Type = "mqueue", Source = "mqueue", Options = ["nosuid", "noexec", "nodev"] },
                new() { Destination = "/sys", Type = "sysfs", Source = "sysfs", Options = ["nosuid", "noexec", "nodev", "ro"] },
                new() { Destination = "/sys/fs/cgroup", Type = "cgroup", Source = "cgroup", Options = ["nosuid", "noexec", "nodev", "relatime", "ro"] },
            ],
            Linux = new()
            {
                Resources = new() { Devices = ContainerDefaults.DeviceRules },
                Namespaces = [new() { Type = "pid" }, new() { Type = "network" }, new() { Type = "ipc" }, new() { Type = "uts" }, new() { Type = "mount" }, new() { Type = "cgroup" }],
                MaskedPaths = ["/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/sys/firmware", "/proc/scsi"],
                ReadonlyPaths = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
            },
        };
    }

    /// <summary>In a user namespace: no network of its own, the host's sysfs, no limits.</summary>
    private static Spec Rootless(Spec spec) => spec with
    {
        Mounts =
        [
            .. spec.Mounts!.Where(m => m.Destination is not ("/sys" or "/sys/fs/cgroup")).Select(m => m.Destination == "/dev/pts" ? m with { Options = [.. m.Options!.Where(o => o != "gid=5")] } : m),
            new MountSpec { Destination = "/sys", Type = "none", Source = "/sys", Options = ["rbind", "nosuid", "noexec", "nodev", "ro"] },
        ],
        Linux = spec.Linux! with
        {
            Resources = null,
            Namespaces = [.. spec.Linux.Namespaces!.Where(n => n.Type != "network"), new NamespaceSpec { Type = "user" }],
            UidMappings = [new() { ContainerID = 0, HostID = Id("Uid:"), Size = 1 }],
            GidMappings = [new() { ContainerID = 0, HostID = Id("Gid:"), Size = 1 }],
        },
    };

    private static uint Id(string field) =>
        uint.Parse(File.ReadLines("/proc/self/status").First(l => l.StartsWith(field, StringComparison.Ordinal)).Split('\t')[2], null);
}

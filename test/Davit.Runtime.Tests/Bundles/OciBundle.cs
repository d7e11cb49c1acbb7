using System.Text.Json;
using System.Text.Json.Nodes;
using Davit.Oci.Runtime;
using Davit.Testing;

namespace Davit.Runtime.Tests.Bundles;

/// <summary>
/// A bundle with a busybox root, and the published davit-oci with a state directory of its own. DAVIT_TEST_RUNTIME names another runtime with the same command
/// line, which tests the tests. At the end no process, mount, cgroup or directory of it may be left.
/// </summary>
public sealed class OciBundle : IAsyncDisposable
{
    private static readonly string[] Capabilities = ["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_KILL", "CAP_MKNOD", "CAP_NET_BIND_SERVICE", "CAP_NET_RAW", "CAP_SETGID", "CAP_SETUID", "CAP_SYS_CHROOT"];

    /// <summary>A host that is emulated needs a multiple of the time; DAVIT_TEST_PATIENCE says which.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30 * (int.TryParse(Environment.GetEnvironmentVariable("DAVIT_TEST_PATIENCE"), out var times) ? times : 1));

    private static int s_last;
    private readonly List<string> _delegated = [];
    private string _enter = "";

    public OciBundle()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root starts containers");
        Assert.SkipUnless(File.Exists("/bin/busybox"), "/bin/busybox is missing: package busybox-static");
        Id = $"dort{Environment.ProcessId}x{Interlocked.Increment(ref s_last)}";
        Directory = $"/tmp/{Id}";
        Root = Directory + "/rootfs";
        foreach (var name in (string[])["bin", "dev", "proc", "sys", "tmp", "etc", "data"]) System.IO.Directory.CreateDirectory($"{Root}/{name}");
        File.Copy("/bin/busybox", Root + "/bin/busybox");
        foreach (var applet in (string[])["sh", "cat", "echo", "sleep", "id", "ls", "stat", "mount", "touch", "uname", "hostname", "true", "false", "mkdir", "readlink", "grep", "test", "kill", "env", "nc", "cut", "sort", "wc", "ip", "pwd", "date", "dd", "ionice", "unshare", "cp", "head"]) File.CreateSymbolicLink($"{Root}/bin/{applet}", "busybox");
        Spec = Basic();
    }

    internal static string Runtime => Environment.GetEnvironmentVariable("DAVIT_TEST_RUNTIME") is { Length: > 0 } given && given != "davit-oci" ? given : Project.Executable("davit-oci");

    /// <summary>The runtime as words of a command line: runc and crun are those of the peers' tree, where this machine has none.</summary>
    private static string[] RuntimeLine => Runtime is "runc" or "crun"
        ? File.Exists("/usr/bin/" + Runtime) ? [Runtime] : [Path.Combine(Project.Root, "eng/peers/runtime"), Runtime]
        : [Runtime];

    internal string Id { get; }

    internal string Directory { get; }

    internal string Root { get; }

    /// <summary>Owner of the bundle.</summary>
    internal uint Owner { get; private set; }

    /// <summary>From here on a copy of the runtime in the bundle's directory is called, which a test may lose.</summary>
    internal void OwnRuntime()
    {
        if (!File.Exists(Directory + "/runtime")) File.Copy(Runtime, Directory + "/runtime");
    }

    /// <summary>Words before each command of the runtime.</summary>
    internal IReadOnlyList<string> Prefix { get; private set; } = [];

    internal string Log => Directory + "/log.json";

    /// <summary>What config.json will say; tests change it before they run.</summary>
    internal Spec Spec { get; set; }

    /// <summary>What is to be undone at the end.</summary>
    internal List<Func<Task>> Afterwards { get; } = [];

    /// <summary>Changes what config.json says beyond what <see cref="Spec"/> can.</summary>
    internal Action<JsonObject>? Edit { get; set; }

    internal void Process(Func<ProcessSpec, ProcessSpec> change) => Spec = Spec with { Process = change(Spec.Process!) };

    internal void Linux(Func<LinuxSpec, LinuxSpec> change) => Spec = Spec with { Linux = change(Spec.Linux!) };

    internal void Mount(MountSpec mount) => Spec = Spec with { Mounts = [.. Spec.Mounts!, mount] };

    internal void Namespace(string type, string? path = null) =>
        Linux(l => l with { Namespaces = [.. l.Namespaces!.Where(n => n.Type != type), new NamespaceSpec { Type = type, Path = path }] });

    /// <summary>A user namespace whose root is 100000 on the host.</summary>
    internal void UserNamespace()
    {
        IdMapping[] map = [new() { ContainerID = 0, HostID = 100000, Size = 65536 }];
        Namespace("user");
        Linux(l => l with { UidMappings = map, GidMappings = map });
        foreach (var path in System.IO.Directory.GetFileSystemEntries(Root, "*", SearchOption.AllDirectories).Prepend(Root)) Davit.Linux.Directories.DirectoryCalls.ChangeOwner(-100, path, 100000, 100000);
    }

    /// <summary>From here on the runtime is called by an ordinary user of this number, who owns the bundle and a range of subordinate ids, and is root in the container.</summary>
    internal void Rootless(uint user, params IdMapping[] further)
    {
        File.WriteAllText(Directory + "/passwd", $"root:x:0:0::/:/bin/sh\nplain:x:{user}:{user}::/:/bin/sh\n");
        File.WriteAllText(Directory + "/subid", $"plain:300000:65536\n");
        IdMapping[] map = [new() { ContainerID = 0, HostID = user, Size = 1 }, .. further];
        Namespace("user");
        Linux(l => l with { CgroupsPath = null, UidMappings = map, GidMappings = map, Resources = null, Namespaces = [.. l.Namespaces!.Where(n => n.Type != "network")] });
        Spec = Spec with { Mounts = [.. Spec.Mounts!.Where(m => m.Type is not ("sysfs" or "cgroup")).Select(m => m with { Options = [.. (m.Options ?? []).Where(o => o != "gid=5")] })] };
        foreach (var path in System.IO.Directory.GetFileSystemEntries(Directory, "*", SearchOption.AllDirectories).Prepend(Directory)) Davit.Linux.Directories.DirectoryCalls.ChangeOwner(-100, path, user, user);
        Owner = user;
        OwnRuntime(); // the way to the published one may be closed to this user
        string[] bound = ["passwd:/etc/passwd", "subid:/etc/subuid", "subid:/etc/subgid"];
        var mounts = string.Concat(bound.Select(b => $"mount --bind {Directory}/{b.Replace(":", " ", StringComparison.Ordinal)} && "));
        Prefix = ["unshare", "--mount", "sh", "-c", $"{mounts}{_enter}exec setpriv --reuid {user} --regid {user} --clear-groups \"$@\"", "sh"];
    }

    /// <summary>Gives a user cgroups to make others in, as a login session has them; called before <see cref="Rootless"/>. Of version 2 the runtime starts inside it.</summary>
    /// <returns>Where the container's own cgroup will be, by its controller.</returns>
    internal Func<string, string> Delegate(uint user)
    {
        var unified = File.Exists("/sys/fs/cgroup/cgroup.controllers");
        foreach (var mount in unified ? ["/sys/fs/cgroup"] : (string[])["/sys/fs/cgroup/memory", "/sys/fs/cgroup/pids", "/sys/fs/cgroup/freezer"])
        {
            _delegated.Add($"{mount}/{Id}");
            System.IO.Directory.CreateDirectory($"{mount}/{Id}");
            if (unified)
            {
                File.WriteAllText($"{mount}/cgroup.subtree_control", "+memory +pids");
                System.IO.Directory.CreateDirectory($"{mount}/{Id}/session");
                _enter = $"echo 0 >{mount}/{Id}/session/cgroup.procs && ";
            }

            foreach (var file in unified ? ["", "/cgroup.procs", "/cgroup.subtree_control"] : (string[])["", "/cgroup.procs"]) Davit.Linux.Directories.DirectoryCalls.ChangeOwner(-100, $"{mount}/{Id}{file}", user, user);
        }

        return controller => unified ? $"/sys/fs/cgroup/{Id}/{Id}" : $"/sys/fs/cgroup/{controller}/{Id}/box";
    }

    /// <summary>Runs a script in a container to its end.</summary>
    internal Task<Command> RunAsync(string script)
    {
        Process(p => p with { Args = ["/bin/sh", "-c", script] });
        return OciAsync("run", "-b", Directory, Id);
    }

    /// <summary>Creates and starts a container that runs a script, detached.</summary>
    internal async Task StartAsync(string script)
    {
        Process(p => p with { Args = ["/bin/sh", "-c", script] });
        Assert.True((await OciAsync("run", "-d", "-b", Directory, Id)).ExitCode == 0, Errors);
    }

    /// <summary>A command of the runtime; config.json is written before.</summary>
    internal async Task<Command> OciAsync(params string[] arguments)
    {
        await WriteSpecAsync();
        return await RawAsync(arguments);
    }

    /// <summary>Writes config.json.</summary>
    internal Task WriteSpecAsync()
    {
        var document = JsonSerializer.SerializeToNode(Spec, RuntimeJson.Default.Spec)!.AsObject();
        Edit?.Invoke(document);
        return File.WriteAllTextAsync(Directory + "/config.json", document.ToJsonString());
    }

    internal Task<Command> RawAsync(string[] arguments, IReadOnlyDictionary<string, string?>? environment = null)
    {
        // streams of a detached container go elsewhere: a pipe of ours that it holds open would keep the command from ending
        var detached = arguments.Contains("-d") || arguments[0] == "create";
        string[] line = [.. Prefix, .. File.Exists(Directory + "/runtime") ? [Directory + "/runtime"] : RuntimeLine, "--root", Directory + "/state", "--log", Log, "--log-format", "json", .. arguments];
        return detached
            ? Command.RunAsync("/bin/sh", ["-c", $"exec \"$@\" </dev/null >{Directory}/out 2>{Directory}/err", "sh", .. line], environment: environment, limit: Limit)
            : Command.RunAsync(line[0], line[1..], environment: environment, limit: Limit);
    }

    /// <summary>Creates a container that is to run a script.</summary>
    internal async Task CreateAsync(string script)
    {
        Process(p => p with { Args = ["/bin/sh", "-c", script] });
        Assert.True((await OciAsync("create", "-b", Directory, Id)).ExitCode == 0, Errors);
    }

    /// <summary>Creates a container that can't be created.</summary>
    /// <returns>What the runtime said.</returns>
    internal async Task<string> CreateFailsAsync()
    {
        Process(p => p with { Args = p.Args ?? ["/bin/sh", "-c", "true"] });
        var create = await OciAsync("create", "-b", Directory, Id);
        Assert.True(create.ExitCode != 0, "create succeeded");
        Assert.True((await RawAsync(["state", Id])).ExitCode != 0, "there is a container after create failed");
        return Errors;
    }

    /// <summary>The container's state.</summary>
    internal async Task<JsonElement> StateAsync() => JsonDocument.Parse((await RawAsync(["state", Id])).Succeeded().Output).RootElement;

    /// <summary>The process of the container.</summary>
    internal async Task<int> PidAsync() => (await StateAsync()).GetProperty("pid").GetInt32();

    /// <summary>Waits until the container has a status.</summary>
    internal async Task UntilAsync(string status)
    {
        for (var end = Environment.TickCount64 + (long)Limit.TotalMilliseconds; (await StateAsync()).GetProperty("status").GetString() != status;) Assert.True(Environment.TickCount64 < end, $"not {status}");
    }

    /// <summary>What a detached container wrote, once it has ended.</summary>
    internal string Output => File.ReadAllText(Directory + "/out");

    /// <summary>What a detached container or the runtime itself complained about.</summary>
    internal string Errors => File.ReadAllText(Directory + "/err");

    public async ValueTask DisposeAsync()
    {
        await RawAsync(["delete", "-f", Id]);
        foreach (var directory in _delegated) Davit.Linux.Cgroups.CgroupProcesses.TryRemove(directory);
        var mounts = File.ReadAllLines("/proc/self/mountinfo").Where(l => l.Contains(Directory, StringComparison.Ordinal)).ToList();
        var cgroups = System.IO.Directory.GetDirectories("/sys/fs/cgroup").Append("/sys/fs/cgroup").Select(d => $"{d}/{Id}").Where(System.IO.Directory.Exists).ToList();

        // what is mounted there may be /proc of this machine, where nothing is to be deleted
        foreach (var undo in Afterwards) await undo();
        foreach (var cgroup in cgroups) await ClearAsync(cgroup);
        foreach (var mount in mounts.AsEnumerable().Reverse()) await Command.RunAsync("umount", ["-l", mount.Split(' ')[4]]);
        System.IO.Directory.Delete(Directory, recursive: true);
        Assert.Empty(mounts);
        Assert.Empty(cgroups);
    }

    /// <summary>Ends what is left in a cgroup and removes it, so that a runtime that leaves some does not spoil this machine.</summary>
    private static async Task ClearAsync(string cgroup)
    {
        const string Script = "d=$1; [ ! -e $d/freezer.state ] || echo THAWED >$d/freezer.state; [ ! -e $d/cgroup.kill ] || echo 1 >$d/cgroup.kill; "
            + "for p in $(cat $d/cgroup.procs); do kill -9 $p; done; n=0; until find $d -depth -type d -exec rmdir {} + 2>/dev/null; do n=$((n + 1)); [ $n -lt 500 ] || exit 1; done";
        await Command.RunAsync("sh", ["-c", Script, "sh", cgroup]);
    }

    private Spec Basic() => new()
    {
        OciVersion = "1.2.0",
        Hostname = "bundle",
        Root = new RootSpec { Path = "rootfs" },
        Process = new()
        {
            Cwd = "/",
            User = new(),
            Env = ["PATH=/bin"],
            Capabilities = new() { Bounding = Capabilities, Effective = Capabilities, Permitted = Capabilities },
        },
        Mounts =
        [
            new() { Destination = "/proc", Type = "proc", Source = "proc" },
            new() { Destination = "/dev", Type = "tmpfs", Source = "tmpfs", Options = ["nosuid", "strictatime", "mode=755", "size=65536k"] },
            new() { Destination = "/dev/pts", Type = "devpts", Source = "devpts", Options = ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"] },
        ],
        Linux = new()
        {
            CgroupsPath = "/" + Id,
            Namespaces = [new() { Type = "pid" }, new() { Type = "network" }, new() { Type = "ipc" }, new() { Type = "uts" }, new() { Type = "mount" }],
        },
    };
}

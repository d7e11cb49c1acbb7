using System.Text;
using Davit.Monitor.Logs;
using Davit.Monitor.Runner;
using Davit.Oci.Runtime;
using Davit.Primitives;

namespace Davit.Monitor.Tests.Running;

/// <summary>An instance of its own with a busybox root; at its end nothing of it may be left.</summary>
public sealed class ContainerHost : IAsyncDisposable
{
    private static int s_last;

    private readonly TemporaryDirectory _directory = new();
    private readonly List<IRunningContainer> _started = [];
    private readonly string _name = $"dmt{Environment.ProcessId % 100000}x{Interlocked.Increment(ref s_last)}";

    public ContainerHost(bool withoutZygote = false, TimeSpan? startTimeout = null)
    {
        Assert.SkipWhen(MonitorBinary.Path is null, MonitorBinary.SkipReason);
        Assert.SkipUnless(File.Exists("/bin/busybox"), "/bin/busybox is missing: package busybox-static");
        Instance = new Instance { Name = _name, RunRoot = _directory["run"], DataRoot = _directory["data"], CgroupParent = _name };
        Options = new RunnerOptions { MonitorPath = MonitorBinary.Path, WithoutZygote = withoutZygote, StartTimeout = startTimeout ?? TimeSpan.FromSeconds(20) };
        Runner = new ContainerRunner(Instance, Options);
        MakeRoot();
    }

    internal Instance Instance { get; }

    internal RunnerOptions Options { get; }

    internal ContainerRunner Runner { get; private set; }

    internal LogReader Logs { get; } = new();

    internal string Root => _directory["rootfs"];

    internal string RunDirectory(string id) => Path.Combine(Instance.RunRoot, "containers", id);

    internal string LogDirectory(string id) => Path.Combine(Instance.DataRoot, id, "log");

    internal string this[string name] => _directory[name];

    internal ContainerLaunch Launch(string id, string script, Func<Spec, Spec>? change = null)
    {
        var spec = Specification(id, ["/bin/sh", "-c", script]);
        Directory.CreateDirectory(RunDirectory(id));
        Directory.CreateDirectory(Path.Combine(Instance.DataRoot, id));
        return new ContainerLaunch
        {
            Id = id,
            RunDirectory = RunDirectory(id),
            Spec = change is null ? spec : change(spec),
            LogDirectory = LogDirectory(id),
            ExitFile = Path.Combine(Instance.DataRoot, id, "exit"),
        };
    }

    internal async Task<IRunningContainer> StartAsync(ContainerLaunch launch)
    {
        var container = await Runner.StartAsync(launch, TestContext.Current.CancellationToken);
        _started.Add(container);
        return container;
    }

    internal Task<IRunningContainer> StartAsync(string id, string script) => StartAsync(Launch(id, script));

    /// <summary>What a daemon that was killed and started again does.</summary>
    internal async Task RestartRunnerAsync(string? monitorPath = null)
    {
        foreach (var container in _started)
        {
            await container.DisposeAsync();
        }

        await Runner.DisposeAsync();
        Runner = new ContainerRunner(Instance, monitorPath is null ? Options : Options with { MonitorPath = monitorPath });
    }

    internal async Task<string> LogAsync(string id, LogQuery? query = null)
    {
        var text = new StringBuilder();
        await foreach (var record in Logs.ReadAsync(LogDirectory(id), query ?? new LogQuery(), TestContext.Current.CancellationToken))
        {
            text.Append(Encoding.UTF8.GetString(record.Bytes.Span));
        }

        return text.ToString();
    }

    internal static async Task<string> ReadAllAsync(IAttachedStreams streams, int? stream = null)
    {
        var bytes = new MemoryStream();
        var buffer = new byte[32 * 1024];
        while (await streams.ReadAsync(buffer, TestContext.Current.CancellationToken) is { Count: > 0 } piece)
        {
            if (stream is null || piece.Stream == stream)
            {
                bytes.Write(buffer, 0, piece.Count);
            }
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    internal static ProcessSpec Process(IReadOnlyList<string> arguments, bool terminal = false) => new()
    {
        Args = arguments,
        Cwd = "/",
        Env = ["PATH=/bin", "TERM=xterm"],
        Terminal = terminal,
        User = new UserSpec(),
        Capabilities = new CapabilitiesSpec
        {
            Bounding = ["CAP_KILL", "CAP_CHOWN", "CAP_SETUID", "CAP_SETGID"],
            Effective = ["CAP_KILL", "CAP_CHOWN", "CAP_SETUID", "CAP_SETGID"],
            Permitted = ["CAP_KILL", "CAP_CHOWN", "CAP_SETUID", "CAP_SETGID"],
        },
    };

    public async ValueTask DisposeAsync()
    {
        foreach (var id in Directory.Exists(Path.Combine(Instance.RunRoot, "containers")) ? Directory.GetDirectories(Path.Combine(Instance.RunRoot, "containers")) : [])
        {
            if (await Runner.AdoptAsync(Path.GetFileName(id), id, CancellationToken.None) is { } left && !left.Exited.IsCompleted)
            {
                await left.SignalAsync(9, all: true, CancellationToken.None);
                await left.Exited.WaitAsync(TimeSpan.FromSeconds(10));
            }
        }

        await Runner.EndZygoteAsync(CancellationToken.None);
        await Runner.DisposeAsync();
        Logs.Dispose();
        await NothingLeftAsync();
        _directory.Dispose();
    }

    /// <summary>Processes end a moment after their last word: waits for it, then looks.</summary>
    internal async Task NothingLeftAsync()
    {
        for (int i = 0; Processes().Count > 0 && i < 200; i++)
        {
            await Task.Delay(10);
        }

        Assert.Empty(Processes());
        var complaints = Path.Combine(Instance.RunRoot, "monitors.log");
        Assert.Equal("", File.Exists(complaints) ? File.ReadAllText(complaints) : "");
        foreach (var hierarchy in Directory.GetDirectories("/sys/fs/cgroup").Append("/sys/fs/cgroup"))
        {
            var own = Path.Combine(hierarchy, _name);
            if (Directory.Exists(own))
            {
                Directory.Delete(own);
            }

            Assert.False(Directory.Exists(Path.Combine(hierarchy, _name + "-monitors")));
        }
    }

    internal List<string> Processes()
    {
        var found = new List<string>();
        foreach (var process in Directory.GetDirectories("/proc"))
        {
            try
            {
                var line = File.ReadAllText(Path.Combine(process, "cmdline")).Replace('\0', ' ');
                if (line.Contains(Instance.RunRoot, StringComparison.Ordinal))
                {
                    found.Add($"{Path.GetFileName(process)} {line}");
                }
            }
            catch (IOException)
            {
                // ended meanwhile
            }
        }

        return found;
    }

    private static MountSpec Mount(string destination, string type, params string[] options) => new() { Destination = destination, Type = type, Source = type, Options = options };

    private void MakeRoot()
    {
        foreach (var name in (string[])["bin", "dev", "proc", "sys", "tmp", "etc"])
        {
            Directory.CreateDirectory(Path.Combine(Root, name));
        }

        File.Copy("/bin/busybox", Path.Combine(Root, "bin", "busybox"));
        foreach (var applet in (string[])["sh", "cat", "echo", "sleep", "seq", "stty", "head", "tail", "kill", "true", "false", "yes", "wc", "dd", "nslookup", "ps", "tty", "date", "id", "ls", "test"])
        {
            File.CreateSymbolicLink(Path.Combine(Root, "bin", applet), "busybox");
        }
    }

    private Spec Specification(string id, IReadOnlyList<string> arguments) => new()
    {
        OciVersion = "1.3.0",
        Hostname = id,
        Root = new RootSpec { Path = Root },
        Process = Process(arguments),
        Mounts =
        [
            Mount("/proc", "proc", "nosuid", "noexec", "nodev"),
            Mount("/dev", "tmpfs", "nosuid", "strictatime", "mode=755", "size=65536k"),
            Mount("/dev/pts", "devpts", "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"),
        ],
        Linux = new LinuxSpec
        {
            CgroupsPath = $"/{_name}/{id}",
            Namespaces = [.. ((string[])["pid", "mount", "uts", "ipc", "network"]).Select(type => new NamespaceSpec { Type = type })],
            Resources = new ResourcesSpec { Devices = [new DeviceCgroupSpec { Allow = true, Access = "rwm" }] },
        },
    };
}

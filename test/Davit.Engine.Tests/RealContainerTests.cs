using System.Formats.Tar;
using System.Text;
using Davit.Archive;
using Davit.DockerApi.Containers;
using Davit.Engine.Attach;
using Davit.Engine.Containers;
using Davit.Engine.Events;
using Davit.Engine.Exec;
using Davit.Engine.Logs;
using Davit.Engine.Resources;
using Davit.Engine.Tests.Fakes;
using Davit.Engine.Volumes;
using Davit.Linux.Cgroups;
using Davit.Monitor.Logs;
using Davit.Monitor.Runner;
using Davit.Network;
using Davit.Primitives;
using Davit.Runtime.Seccomp;
using Davit.Storage;
using Davit.Testing;

namespace Davit.Engine.Tests;

/// <summary>The engine with nothing faked but the image service: real monitors, layers, logs and cgroups, without a network.</summary>
public sealed partial class RealContainerTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly string _directory = "/tmp/davit-er" + Environment.ProcessId;
    private readonly LogReader _logs = new();
    private readonly FakeImages _images = new();
    private Instance _instance = null!;
    private Store _store = null!;
    private ContainerRunner _runner = null!;
    private NetworkService _networks = null!;
    private VolumeService _volumes = null!;
    private ContainerService _containers = null!;
    private ExecService _execs = null!;

    public async ValueTask InitializeAsync()
    {
        var name = "er" + (Environment.ProcessId % 10000);
        _instance = new Instance { Name = name, DataRoot = _directory + "/data", RunRoot = _directory + "/run", Bridge = "none", InterfacePrefix = name[..Math.Min(6, name.Length)], FirewallTable = "davit-" + name, CgroupParent = "davit-" + name };
        Directory.CreateDirectory(_instance.RunRoot);
        _store = Store.Open(_instance, TimeProvider.System);
        _runner = new ContainerRunner(_instance, new RunnerOptions { MonitorPath = Project.Executable("davit-monitor") });
        _networks = new NetworkService(_instance, _store.Documents, new NetworkServiceOptions { PreparedNamespaces = 0, PreparedEmptyNamespaces = 1 }, TimeProvider.System);
        await _networks.StartAsync(None);
        var tar = await Decompression.OpenAsync(File.OpenRead(await BaseImages.RootTarAsync("busybox")), leaveOpen: false, None);
        await using (tar.Plain) _images.Chain = [(await _store.Layers.ApplyAsync([], null, tar.Plain, None)).ChainId];
        _images.Add("busybox", new() { Env = ["PATH=/bin:/usr/bin:/sbin"], Cmd = ["sh"] });
        var events = new EventHub(TimeProvider.System);
        _volumes = new VolumeService(_instance, _store.Documents, events, TimeProvider.System);
        _containers = new ContainerService(new EngineServices
        {
            Instance = _instance, Runner = _runner, Logs = _logs, Layers = _store.Layers, Images = _images, Networks = _networks, Volumes = _volumes, Documents = _store.Documents, Events = events,
            Resources = new CgroupControl(CgroupHierarchies.Detect()), Seccomp = new SeccompSource().For, Time = TimeProvider.System,
        });
        _execs = new ExecService(_containers);
        await _containers.OpenAsync(None);
    }

    [Fact]
    public async Task Output_and_exit_code_of_a_run_arrive_whole()
    {
        var id = await CreateAsync(null, "sh", "-c", "echo out; echo err >&2; hostname; exit 3");
        await using var session = await _containers.AttachAsync(id, new AttachOptions { Stream = true, Stdout = true, Stderr = true }, None);
        await _containers.StartAsync(id, None);
        var text = await ReadAllAsync(session.Streams!);
        Assert.Equal(3, (await _containers.Wait(id, WaitCondition.NotRunning, None)).StatusCode);

        // two pieces of one stream may come as one
        Assert.Contains("1:out\n", text, StringComparison.Ordinal);
        Assert.Contains("2:err\n", text, StringComparison.Ordinal);
        Assert.Contains(id[..12] + "\n", text, StringComparison.Ordinal);
        Assert.Equal($"out\nerr\n{id[..12]}\n".Split('\n').Order(), (await LogAsync(id)).Split('\n').Order());
        await _containers.RemoveAsync(id, new RemoveOptions(), None);
    }

    [Fact]
    public async Task Ephemeral_container_leaves_nothing()
    {
        var id = await CreateAsync(new HostConfig { NetworkMode = "none", AutoRemove = true }, "true");
        var removed = _containers.Wait(id, WaitCondition.Removed, None);
        await _containers.StartAsync(id, None);
        Assert.Equal(0, (await removed).StatusCode);
        Assert.False(Directory.Exists(_instance.RunRoot + "/containers/" + id));
        Assert.False(Directory.Exists(_instance.DataRoot + "/containers/" + id));
        Assert.Null(_store.Layers.FindRootFs(id));
    }

    [Fact]
    public async Task Unknown_command_is_127_in_dockers_words()
    {
        var id = await CreateAsync(null, "nosuchcommand");
        var error = await Assert.ThrowsAsync<DavitException>(() => _containers.StartAsync(id, None));
        Assert.Contains("exec: \"nosuchcommand\": executable file not found in $PATH", error.Message, StringComparison.Ordinal);
        Assert.Equal(127, (await _containers.InspectAsync(id, false, None)).State!.ExitCode);
        await _containers.RemoveAsync(id, new RemoveOptions(), None);
    }

    [Fact]
    public async Task Exec_pause_stats_top_and_copy_work_in_a_running_container()
    {
        var id = await CreateAsync(new HostConfig { NetworkMode = "none", Memory = 64 << 20 }, "sleep", "1000");
        await _containers.StartAsync(id, None);

        var exec = _execs.Create(id, new ExecCreateRequest { Cmd = ["sh", "-c", "echo $0; id -u; exit 5"], AttachStdout = true, User = "0" });
        var session = await _execs.StartAsync(exec, new ExecStartRequest(), None);
        Assert.Equal("1:sh\n1:0\n".Replace("\n1:", "\n", StringComparison.Ordinal), (await ReadAllAsync(session.Streams!)).Replace("\n1:", "\n", StringComparison.Ordinal));
        Assert.Equal(5, await session.Exited);
        Assert.Equal(5, _execs.Inspect(exec).ExitCode);

        await _containers.PauseAsync(id, None);
        Assert.Equal("paused", (await _containers.InspectAsync(id, false, None)).State!.Status);
        await _containers.UnpauseAsync(id, None);

        Assert.Equal("sleep 1000", Assert.Single(_containers.Top(id, "-o pid,args").Processes)[1]);
        await foreach (var stats in _containers.StatsAsync(id, false, true, None)) Assert.Equal((64L << 20, true), (stats.MemoryStats.Limit, stats.MemoryStats.Usage > 0));
        await _containers.UpdateAsync(id, new ContainerUpdateRequest { Memory = 96 << 20, MemorySwap = -1 }, None);
        await foreach (var stats in _containers.StatsAsync(id, false, true, None)) Assert.Equal(96 << 20, stats.MemoryStats.Limit);

        var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, leaveOpen: true)) writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "note.txt") { DataStream = new MemoryStream("kept"u8.ToArray()) });
        tar.Position = 0;
        await _containers.WriteArchiveAsync(id, "/tmp", false, false, tar, None);
        await CheckNoteAsync(id);
        Assert.Contains(await _containers.ChangesAsync(id, None), change => change is { Path: "/tmp/note.txt", Kind: 1 });
        await _containers.KillAsync(id, null, None);
        Assert.Equal(137, (await _containers.InspectAsync(id, false, None)).State!.ExitCode);
        await CheckNoteAsync(id);
        await _containers.RemoveAsync(id, new RemoveOptions { Force = true }, None);
    }

    [Fact]
    public async Task Volume_takes_over_what_the_image_has_and_keeps_what_is_written()
    {
        var id = await CreateAsync(new HostConfig { NetworkMode = "none", Binds = ["kept:/bin"] }, "sh", "-c", "echo x > /bin/new");
        await RunToEndAsync(id);
        var reader = await CreateAsync(new HostConfig { NetworkMode = "none", Binds = ["kept:/data:ro"], ReadonlyRootfs = true }, "sh", "-c", "cat /data/new; ls /data | grep -c sh; echo y > /data/new || echo refused; echo z > /z || echo refused");
        await RunToEndAsync(reader);
        Assert.Equal(["x", "refused", "refused"], (await LogAsync(reader)).Split('\n').Where(line => line is "x" or "refused"));
        await _containers.RemoveAsync(id, new RemoveOptions(), None);
        await _containers.RemoveAsync(reader, new RemoveOptions(), None);
    }

    [Fact]
    public async Task Next_daemon_adopts_a_running_container_with_its_output()
    {
        var id = await CreateAsync(null, "sh", "-c", "echo one; while [ ! -e /go ]; do sleep 0.05; done; echo two; exit 9");
        await _containers.StartAsync(id, None);
        await _containers.DisposeAsync();
        _containers = new ContainerService(new EngineServices
        {
            Instance = _instance, Runner = _runner, Logs = _logs, Layers = _store.Layers, Images = _images, Networks = _networks, Volumes = _volumes, Documents = _store.Documents, Events = new EventHub(TimeProvider.System),
            Resources = new CgroupControl(CgroupHierarchies.Detect()), Seccomp = new SeccompSource().For, Time = TimeProvider.System,
        });
        await _containers.OpenAsync(None);
        Assert.Equal("running", (await _containers.InspectAsync(id, false, None)).State!.Status);
        var ended = _containers.Wait(id, WaitCondition.NotRunning, None);
        var exec = new ExecService(_containers);
        await exec.StartAsync(exec.Create(id, new ExecCreateRequest { Cmd = ["touch", "/go"] }), new ExecStartRequest { Detach = true }, None);
        Assert.Equal(9, (await ended).StatusCode);
        Assert.Equal("one\ntwo\n", await LogAsync(id));
        await _containers.RemoveAsync(id, new RemoveOptions(), None);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var container in await _containers.ListAsync(new ListOptions { All = true }, None)) await _containers.RemoveAsync(container.Id, new RemoveOptions { Force = true, Volumes = true }, None);
        await _containers.DisposeAsync();
        _volumes.Dispose();
        await _runner.EndZygoteAsync(None);
        await _runner.DisposeAsync();
        await _networks.DisposeAsync();
        NetworkCleanup.RemoveEverything(_instance, _store.Documents);
        _logs.Dispose();
        await _store.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
        var hierarchies = CgroupHierarchies.Detect();
        foreach (var mount in hierarchies.Version1.Select(hierarchy => hierarchy.Mount).Append(hierarchies.UnifiedMount).OfType<string>())
        {
            CgroupProcesses.Remove(Path.Combine(mount, _instance.CgroupParent));
            CgroupProcesses.Remove(Path.Combine(mount, _instance.CgroupParent + "-monitors"));
        }
    }

    private async Task CheckNoteAsync(string id)
    {
        Assert.Equal(("note.txt", 4L), (_containers.StatPath(id, "/tmp/note.txt").Name, _containers.StatPath(id, "/tmp/note.txt").Size));
        var copy = new MemoryStream();
        await (await _containers.ReadArchiveAsync(id, "/tmp/note.txt", None)).Write(copy, None);
        copy.Position = 0;
        using var reader = new TarReader(copy);
        var entry = reader.GetNextEntry()!;
        Assert.Equal("note.txt", entry.Name);
        Assert.Equal("kept", new StreamReader(entry.DataStream!).ReadToEnd());
        Assert.Equal("Could not find the file /nosuch in container " + id, Assert.Throws<DavitException>(() => _containers.StatPath(id, "/nosuch")).Message);
    }

    private async Task<string> CreateAsync(HostConfig? host, params string[] command) =>
        (await _containers.CreateAsync(null, new CreateContainerRequest { Image = "busybox", Cmd = [.. command], HostConfig = host ?? new HostConfig { NetworkMode = "none" } }, null, None)).Id;

    private async Task RunToEndAsync(string id)
    {
        await _containers.StartAsync(id, None);
        await _containers.Wait(id, WaitCondition.NotRunning, None);
    }

    private async Task<string> LogAsync(string id)
    {
        var text = new StringBuilder();
        await foreach (var frame in _containers.Logs(id, new LogsOptions { Stdout = true, Stderr = true }, None).Frames) text.Append(Encoding.UTF8.GetString(frame.Bytes.Span));
        return text.ToString();
    }

    private static async Task<string> ReadAllAsync(IAttachedStreams streams)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (await streams.ReadAsync(buffer, None) is { Count: > 0 } piece) text.Append(piece.Stream).Append(':').Append(Encoding.UTF8.GetString(buffer, 0, piece.Count));
        return text.ToString();
    }
}

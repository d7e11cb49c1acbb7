using Davit.DockerApi.Containers;
using Davit.DockerApi.Events;
using Davit.Engine.Containers;
using Davit.Engine.Events;
using Davit.Engine.Volumes;
using Davit.Monitor.Logs;
using Davit.Primitives;
using Davit.Storage;

namespace Davit.Engine.Tests.Fakes;

/// <summary>An engine with a real store and everything else faked, in a directory of its own.</summary>
internal sealed class EngineFixture : IAsyncDisposable
{
    private readonly string _directory = Path.Combine(Path.GetTempPath(), "davit-engine-" + Guid.NewGuid().ToString("N")[..8]);
    private Store _store;
    private readonly LogReader _logs = new();

    private EngineFixture()
    {
        Instance = new Instance { Name = "et", DataRoot = _directory + "/data", RunRoot = _directory + "/run", CgroupParent = "davit-et" };
        Directory.CreateDirectory(Instance.RunRoot);
        Runner = new FakeRunner(Time);
        _store = Store.Open(Instance, TimeProvider.System);
        (Events, Volumes, Containers) = Compose();
    }

    public Instance Instance { get; }

    public ManualTime Time { get; } = new();

    public FakeRunner Runner { get; }

    public FakeImages Images { get; } = new();

    public FakeNetworks Networks { get; } = new();

    public FakeResources Resources { get; } = new();

    public EventHub Events { get; private set; }

    public VolumeService Volumes { get; private set; }

    public ContainerService Containers { get; private set; }

    public static async Task<EngineFixture> OpenAsync()
    {
        var fixture = new EngineFixture();
        fixture.Images.Add("busybox", new() { Env = ["PATH=/bin"], Cmd = ["sh"] });
        await fixture.Containers.OpenAsync(CancellationToken.None);
        return fixture;
    }

    /// <summary>Another daemon over the same directories; the old one is gone without a word.</summary>
    public async Task RestartDaemonAsync()
    {
        await Containers.DisposeAsync();
        Volumes.Dispose();
        await _store.DisposeAsync();
        _store = Store.Open(Instance, TimeProvider.System);
        (Events, Volumes, Containers) = Compose();
        await Containers.OpenAsync(CancellationToken.None);
    }

    public async Task<string> CreateAsync(string? name = null, HostConfig? host = null, ContainerConfig? config = null)
    {
        var request = new CreateContainerRequest { Image = "busybox", HostConfig = host ?? new HostConfig { NetworkMode = "none" }, Cmd = config?.Cmd, Volumes = config?.Volumes, StopSignal = config?.StopSignal };
        return (await Containers.CreateAsync(name, request, null, CancellationToken.None)).Id;
    }

    public async Task<string> RunAsync(string? name = null, HostConfig? host = null)
    {
        var id = await CreateAsync(name, host);
        await Containers.StartAsync(id, CancellationToken.None);
        return id;
    }

    public async Task<ContainerState> StateAsync(string id) => (await Containers.InspectAsync(id, false, CancellationToken.None)).State!;

    /// <summary>Actions of the events so far.</summary>
    public async Task<IReadOnlyList<EventMessage>> PastAsync(string type = "container")
    {
        List<EventMessage> past = [];
        await foreach (var message in Events.ReadAsync(new EventQuery { Since = DateTimeOffset.UnixEpoch, Until = Time.GetUtcNow() }, CancellationToken.None)) past.Add(message);
        return [.. past.Where(message => message.Type == type)];
    }

    public async ValueTask DisposeAsync()
    {
        await Containers.DisposeAsync();
        Volumes.Dispose();
        _logs.Dispose();
        await _store.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private (EventHub, VolumeService, ContainerService) Compose()
    {
        var events = new EventHub(Time);
        var volumes = new VolumeService(Instance, _store.Documents, events, Time);
        return (events, volumes, new ContainerService(new EngineServices
        {
            Instance = Instance, Runner = Runner, Logs = _logs, Layers = _store.Layers, Images = Images, Networks = Networks, Volumes = volumes, Documents = _store.Documents, Events = events,
            Resources = Resources, Seccomp = (_, _) => null, Time = Time,
        }));
    }
}

using System.Collections.Concurrent;
using Davit.Monitor.Runner;
using Davit.Primitives;

namespace Davit.Engine.Tests.Fakes;

/// <summary>Containers that run nothing and end when told to, or by a signal.</summary>
internal sealed class FakeRunner(TimeProvider time) : IContainerRunner
{
    public ConcurrentDictionary<string, FakeContainer> Started { get; } = new();

    public List<ContainerLaunch> Launches { get; } = [];

    public DavitException? Failure { get; set; }

    /// <summary>Signals that containers don't end by.</summary>
    public HashSet<int> Ignored { get; } = [];

    public Task<IRunningContainer> StartAsync(ContainerLaunch launch, CancellationToken cancellation)
    {
        if (Failure is { } failure) throw failure;
        var container = new FakeContainer(launch.Id, time, Ignored);
        Started[launch.Id] = container;
        lock (Launches) Launches.Add(launch);
        return Task.FromResult<IRunningContainer>(container);
    }

    public void Expect()
    {
    }

    public IAttachedStreams PrepareAttach(bool stdin, bool stdout, bool stderr) => new FakeStreams();

    public Task<IRunningContainer?> AdoptAsync(string id, string runDirectory, CancellationToken cancellation) => Task.FromResult<IRunningContainer?>(Started.GetValueOrDefault(id));
}

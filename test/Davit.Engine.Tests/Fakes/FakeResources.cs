using System.Collections.Concurrent;
using Davit.Engine.Resources;
using Davit.Linux.Cgroups;
using Davit.Oci.Runtime;

namespace Davit.Engine.Tests.Fakes;

internal sealed class FakeResources : IResourceControl
{
    public ConcurrentDictionary<string, bool> Frozen { get; } = new();

    public bool HasBlockWeights { get; set; } = true;

    public ResourcesSpec? Updated { get; private set; }

    public Task FreezeAsync(string cgroup, CancellationToken cancellation)
    {
        Frozen[cgroup] = true;
        return Task.CompletedTask;
    }

    public Task ThawAsync(string cgroup, CancellationToken cancellation)
    {
        Frozen.TryRemove(cgroup, out _);
        return Task.CompletedTask;
    }

    public void Update(string cgroup, ResourcesSpec limits) => Updated = limits;

    public IReadOnlyList<int> Processes(string cgroup) => [Environment.ProcessId];

    public CgroupUsage Usage(string cgroup) => new() { CpuTotal = 1_000_000, Memory = 4096, MemoryLimit = 8192, Tasks = 1 };
}

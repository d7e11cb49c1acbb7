using Davit.Linux.Cgroups;
using Davit.Oci.Runtime;
using Davit.Runtime.Resources;

namespace Davit.Engine.Resources;

/// <summary>The cgroups of this machine, version 1, hybrid or 2.</summary>
/// <param name="host">Where they are mounted.</param>
public sealed class CgroupControl(CgroupHierarchies host) : IResourceControl
{
    /// <inheritdoc/>
    public bool HasBlockWeights { get; } = host.IsUnified || (host.MountOf("blkio") is { } block && (File.Exists(block + "/blkio.weight") || File.Exists(block + "/blkio.bfq.weight")));

    // Freezing waits for tasks in the middle of a system call: not on the caller's thread.

    /// <inheritdoc/>
    public Task FreezeAsync(string cgroup, CancellationToken cancellation) => Task.Run(() => CgroupFreezer.Freeze(host, cgroup), cancellation);

    /// <inheritdoc/>
    public Task ThawAsync(string cgroup, CancellationToken cancellation) => Task.Run(() => CgroupFreezer.Thaw(host, cgroup), cancellation);

    /// <inheritdoc/>
    public void Update(string cgroup, ResourcesSpec limits) => ResourceUpdate.Apply(host, cgroup, limits);

    /// <inheritdoc/>
    public IReadOnlyList<int> Processes(string cgroup)
    {
        var mount = host.IsUnified ? host.UnifiedMount : host.MountOf("freezer") ?? host.MountOf("pids") ?? host.MountOf("memory");
        return mount is null ? [] : CgroupProcesses.List(mount.TrimEnd('/') + cgroup);
    }

    /// <inheritdoc/>
    public CgroupUsage Usage(string cgroup) => CgroupCounters.Read(host, cgroup);
}

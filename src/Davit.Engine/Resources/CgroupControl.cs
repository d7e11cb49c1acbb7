using System.Globalization;
using Davit.Linux.Cgroups;
using Davit.Oci.Runtime;
using Davit.Primitives;

namespace Davit.Engine.Resources;

/// <summary>Cgroups through their files, version 1, hybrid or 2.</summary>
/// <param name="hierarchies">Where they are mounted.</param>
public sealed class CgroupControl(CgroupHierarchies hierarchies) : IResourceControl
{
    private static readonly TimeSpan FreezeLimit = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public Task FreezeAsync(string cgroup, CancellationToken cancellation) => SetFrozenAsync(cgroup, true, cancellation);

    /// <inheritdoc/>
    public Task ThawAsync(string cgroup, CancellationToken cancellation) => SetFrozenAsync(cgroup, false, cancellation);

    /// <inheritdoc/>
    public void Update(string cgroup, ResourcesSpec limits)
    {
        if (hierarchies.IsUnified) new UnifiedLimits(Directory("", cgroup)!).Apply(limits);
        else new LegacyLimits(controller => Directory(controller, cgroup)).Apply(limits);
    }

    /// <inheritdoc/>
    public IReadOnlyList<int> Processes(string cgroup)
    {
        var root = Directory("freezer", cgroup) ?? Directory("pids", cgroup) ?? Directory("memory", cgroup);
        if (root is null || !System.IO.Directory.Exists(root)) return [];
        List<int> pids = [];
        foreach (var directory in System.IO.Directory.EnumerateDirectories(root, "*", SearchOption.AllDirectories).Prepend(root))
        {
            pids.AddRange(File.ReadLines(Path.Combine(directory, "cgroup.procs")).Select(line => int.Parse(line, CultureInfo.InvariantCulture)));
        }

        return pids;
    }

    /// <inheritdoc/>
    public ResourceUsage Usage(string cgroup) =>
        hierarchies.IsUnified ? UnifiedUsage.Read(Directory("", cgroup)!) : LegacyUsage.Read(controller => Directory(controller, cgroup));

    private string? Directory(string controller, string cgroup)
    {
        var mount = hierarchies.IsUnified ? hierarchies.UnifiedMount : hierarchies.MountOf(controller);
        return mount is null ? null : mount.TrimEnd('/') + cgroup;
    }

    private async Task SetFrozenAsync(string cgroup, bool frozen, CancellationToken cancellation)
    {
        if (Directory("freezer", cgroup) is not { } directory) throw new DavitException(ErrorKind.NotImplemented, "the kernel has no freezer cgroup: containers can't be paused");
        var unified = hierarchies.IsUnified;
        var file = Path.Combine(directory, unified ? "cgroup.freeze" : "freezer.state");
        using var limit = new CancellationTokenSource(FreezeLimit);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            while (true)
            {
                await File.WriteAllTextAsync(file, unified ? frozen ? "1" : "0" : frozen ? "FROZEN" : "THAWED", either.Token).ConfigureAwait(false);
                var state = await File.ReadAllTextAsync(unified ? Path.Combine(directory, "cgroup.events") : file, either.Token).ConfigureAwait(false);
                var now = unified ? state.Contains("frozen 1", StringComparison.Ordinal) : state.StartsWith("FROZEN", StringComparison.Ordinal);
                if (now == frozen) return;

                // A task in the middle of a system call freezes at its end; the kernel tells nobody when on version 1.
                await Task.Delay(TimeSpan.FromMilliseconds(2), either.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            if (frozen) await File.WriteAllTextAsync(file, unified ? "0" : "THAWED", CancellationToken.None).ConfigureAwait(false);
            throw new DavitException(ErrorKind.DeadlineExceeded, $"the processes of cgroup {cgroup} did not freeze in {FreezeLimit.TotalSeconds} s");
        }
        catch (IOException error)
        {
            throw new DavitException(ErrorKind.Conflict, $"cgroup {cgroup} is gone: the container has ended", inner: error);
        }
    }
}

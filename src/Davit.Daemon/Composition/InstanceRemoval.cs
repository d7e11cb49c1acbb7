using Davit.Linux.Cgroups;
using Davit.Linux.Mounts;
using Davit.Monitor.Runner;
using Davit.Network;
using Davit.Primitives;
using Davit.Runtime.Launch;
using Davit.Storage;

namespace Davit.Daemon.Composition;

/// <summary>
/// Takes everything of an instance off the running system: containers and their monitors, mounts, network, cgroups, run-time files. State on disk stays:
/// deleting the data root is the user's own step.
/// </summary>
internal static class InstanceRemoval
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Removes what there is; nothing is wrong when there is nothing.</summary>
    /// <exception cref="DavitException">FailedPrecondition: a daemon of the instance runs.</exception>
    public static async Task RunAsync(Instance instance, TimeProvider time)
    {
        // the store's lock says that no daemon of the instance runs, and keeps one from starting meanwhile
        await using var store = Directory.Exists(instance.DataRoot) ? Store.Open(instance, time) : null;
        await using (var runner = new ContainerRunner(instance, new RunnerOptions(), time))
        {
            await runner.EndZygoteAsync(CancellationToken.None).ConfigureAwait(false);
        }

        await EndProcessesAsync(Cgroups(instance), time).ConfigureAwait(false);
        NetworkCleanup.RemoveEverything(instance, store?.Documents);
        Unmount(instance);
        if (Directory.Exists(instance.RunRoot)) Directory.Delete(instance.RunRoot, recursive: true);
    }

    /// <summary>Directories of the instance in every hierarchy: of its containers, and of their monitors.</summary>
    private static List<string> Cgroups(Instance instance)
    {
        var host = CgroupHierarchies.Detect();
        List<string> mounts = [.. host.Version1.Select(hierarchy => hierarchy.Mount)];
        if (host.UnifiedMount is { } unified) mounts.Add(unified);
        return [.. mounts.SelectMany(mount => (string[])[$"{mount}/{instance.CgroupParent}", $"{mount}/{instance.CgroupParent}-monitors"]).Where(Directory.Exists)];
    }

    private static async Task EndProcessesAsync(IReadOnlyList<string> cgroups, TimeProvider time)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            foreach (var directory in cgroups) CgroupProcesses.KillAll(directory);
            var left = cgroups.Where(directory => !CgroupProcesses.TryRemove(directory)).ToList();
            if (left.Count == 0) return;
            if (time.GetElapsedTime(started) > Patience) throw new DavitException(ErrorKind.Internal, $"processes in {left[0]} do not end");
            await Task.Delay(TimeSpan.FromMilliseconds(20), time).ConfigureAwait(false);
        }
    }

    private static void Unmount(Instance instance)
    {
        var roots = (string[])[instance.DataRoot + "/", instance.RunRoot + "/"];
        var mounts = MountTable.Read().Select(mount => mount.MountPoint).Where(point => roots.Any(root => (point + "/").StartsWith(root, StringComparison.Ordinal)));
        foreach (var point in mounts.Reverse()) Mounting.TryUnmount(point);
    }
}

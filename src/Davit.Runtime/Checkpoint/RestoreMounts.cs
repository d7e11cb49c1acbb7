using Davit.Oci.Runtime;
using Davit.Primitives;
using Davit.Runtime.Launch;
using Davit.Runtime.Lifecycle;
using Davit.Runtime.Planning;

namespace Davit.Runtime.Checkpoint;

/// <summary>What CRIU wants to find before it restores: places for the mounts, and the root as a mount of its own.</summary>
internal static class RestoreMounts
{
    private const int NewMounts = 0x20000;
    private const long Recursive = 0x8000;

    /// <summary>Makes the mount points that are missing, as a create does. What a process mounts on the way goes with it: the places inside of mounts are made too.</summary>
    /// <exception cref="DavitException">A place can't be made, or a source is missing.</exception>
    internal static void MakePlaces(Spec spec, PlanOptions options)
    {
        using var writer = new ProgramWriter();
        writer.Current = writer.Child;
        writer.Add("reset signals", SystemCall.ResetSignals);
        writer.Add("unshare the mount namespace", SystemCall.Unshare, NewMounts);
        var plain = spec with { Linux = (spec.Linux ?? new()) with { RootfsPropagation = null, Namespaces = [] } };
        RootSteps.Enter(writer, plain, options, ownMounts: true);
        var memory = (spec.Mounts ?? []).Where(m => m.Type == "tmpfs").Select(m => m.Destination.TrimEnd('/') + "/").ToList();
        foreach (var mount in spec.Mounts ?? [])
        {
            // what lies in memory comes with its directories
            if (memory.Exists(m => mount.Destination.StartsWith(m, StringComparison.Ordinal)) || mount.Type is "cgroup" or "cgroup2") continue;
            var parsed = MountOptions.Parse(mount.Options, mount.Destination);
            if (parsed.Remount) continue;
            if (parsed.Bind || mount.Type == "bind")
            {
                MountSteps.Mount(writer, plain, mount with { Options = [parsed.RecursiveBind ? "rbind" : "bind"], UidMappings = null, GidMappings = null }, options);
                continue;
            }

            RootSteps.OpenTarget(writer, mount.Destination, isFile: false, $"create mountpoint {mount.Destination}");
            RootSteps.Close(writer, Slot.Target);
        }

        writer.Add("end", SystemCall.ExitGroup, 0);
        using var plan = LaunchPlan.FromBytes(writer.Finish());
        var process = ContainerLauncher.Start(plan, LaunchStreams.None);
        ForegroundProcess.Reap(process.PidFd);
        LifecycleLibc.Close(process.PidFd);
    }

    /// <summary>A mount namespace for CRIU, which works in it by paths and by descriptors of this process: those of directories must lead there too.</summary>
    internal static HeldProcess HoldNamespace() => new(NewMounts, "can't make a mount namespace");

    /// <summary>Steps of CRIU's process: into its mount namespace, in which the root is a mount that nothing lies over.</summary>
    internal static void MountRoot(ProgramWriter writer, HeldProcess holder, string rootfs, string place)
    {
        var what = $"mount the root file system {rootfs}";
        writer.Add("open the mount namespace", SystemCall.Open, writer.String($"/proc/{holder.Pid}/ns/mnt"), RootSteps.OCloseOnExec);
        writer.Last(result: Slot.Scratch);
        writer.Add("join the mount namespace", SystemCall.Setns, Argument.Slot(Slot.Scratch), NewMounts);
        RootSteps.Close(writer, Slot.Scratch);
        writer.Add("make / a slave of the host's mounts", SystemCall.Mount, 0, writer.String("/"), 0, (1L << 19) | 16384, 0);
        writer.Add(what, SystemCall.OpenTree, -100, writer.String(rootfs), 1 | RootSteps.OCloseOnExec | Recursive);
        writer.Last(result: Slot.Tree);
        writer.Add(what, SystemCall.MoveMount, Argument.Slot(Slot.Tree), writer.String(""), -100, writer.String(place), 4);
        RootSteps.Close(writer, Slot.Tree);
    }
}

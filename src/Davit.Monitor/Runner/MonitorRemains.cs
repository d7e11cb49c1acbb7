using System.Text.Json;
using Davit.Linux;
using Davit.Linux.Cgroups;
using Davit.Linux.Descriptors;
using Davit.Monitor.Kernel;
using Davit.Monitor.Protocol;
using Davit.Monitor.Supervision;
using Davit.Oci.Runtime;
using Davit.Runtime.Launch;

namespace Davit.Monitor.Runner;

/// <summary>What is to be done when a monitor has died: its container dies with it, its cgroups go, and the record says why.</summary>
internal sealed class MonitorRemains(LaunchPlans plans, TimeProvider time)
{
    private const int Killed = 9;

    /// <summary>Takes the exit that the monitor left, or else kills what lives on and writes the record in its place.</summary>
    internal Task<ContainerExit> BuryAsync(string id, string runDirectory, Spec? spec, string cause) => Task.Run(() => BuryNowAsync(id, runDirectory, spec, cause));

    /// <summary>The record of a container whose monitor has ended properly.</summary>
    internal static ContainerExit? FindRecord(string runDirectory, MonitorState? state) =>
        (state is null ? null : ExitRecord.TryRead(state.ExitFile)) ?? ExitRecord.TryRead(Path.Combine(runDirectory, MonitorState.SpareExitName));

    /// <summary>Removes the cgroups of a container that did not come to life.</summary>
    internal async Task RemoveCgroupsAsync(Spec spec)
    {
        var cgroups = new CgroupSet(plans.CgroupsOf(spec));
        cgroups.KillAll();

        // Killed processes leave their cgroup a moment later, and one still on its way in may come after the first look.
        for (int i = 0; i < 100 && !cgroups.TryRemove(); i++)
        {
            await Task.Delay(20).ConfigureAwait(false);
            cgroups.KillAll();
        }
    }

    private async Task<ContainerExit> BuryNowAsync(string id, string runDirectory, Spec? spec, string cause)
    {
        var state = MonitorState.TryRead(runDirectory);
        if (FindRecord(runDirectory, state) is { } left)
        {
            return left;
        }

        if (state is not null)
        {
            Kill(state);
        }

        await RemoveCgroupsAsync(runDirectory, spec).ConfigureAwait(false);
        Sys.Unlink(Path.Combine(runDirectory, MonitorState.SocketName));
        var exit = new ContainerExit
        {
            ExitCode = 128 + Killed,
            Signal = Killed,
            FinishedAt = time.GetUtcNow(),
            Error = cause.Length > 0 ? $"monitor died: {cause}" : "monitor died",
        };
        if (state is not null)
        {
            try
            {
                DurableFile.Write(state.ExitFile, ExitRecord.Bytes(exit), sync: true);
            }
            catch (LinuxException)
            {
                DurableFile.Write(Path.Combine(runDirectory, MonitorState.SpareExitName), ExitRecord.Bytes(exit), sync: false);
            }
        }

        return exit;
    }

    /// <summary>Kills the first process, unless its number belongs to another by now, and waits for its end.</summary>
    private static unsafe void Kill(MonitorState state)
    {
        // SAFETY: no pointer is passed.
        int pidfd = (int)Sys.Syscall(Sys.SyscallPidfdOpen, state.Pid, 0, 0, 0, 0, 0);
        if (pidfd < 0)
        {
            return;
        }

        using var owned = new FileDescriptor(pidfd);
        if (MonitorState.StartOf(state.Pid) is { Length: > 0 } start && start == state.PidStart)
        {
            Sys.Syscall(Sys.SyscallPidfdSendSignal, pidfd, Killed, 0, 0, 0, 0);
            long poll = (uint)pidfd | (1L << 32);
            // SAFETY: one pollfd of 8 bytes {fd, events = POLLIN}; poll is call 7, ten seconds.
            Sys.Syscall(7, (nint)(&poll), 1, 10_000, 0, 0, 0);
        }
    }

    private async Task RemoveCgroupsAsync(string runDirectory, Spec? spec)
    {
        try
        {
            spec ??= SpecDocument.Read(await File.ReadAllBytesAsync(Path.Combine(runDirectory, MonitorState.SpecName)).ConfigureAwait(false));
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return;
        }

        if (spec is not null)
        {
            await RemoveCgroupsAsync(spec).ConfigureAwait(false);
        }
    }
}

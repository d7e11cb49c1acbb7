using Davit.Engine.Containers.Model;
using Davit.Monitor.Runner;
using Davit.Primitives;

namespace Davit.Engine.Containers;

public sealed partial class ContainerService
{
    /// <summary>Ends a container: its stop signal, then SIGKILL when the time is over.</summary>
    /// <param name="idOrName">Which.</param>
    /// <param name="signal">Signal instead of the container's own, or null.</param>
    /// <param name="seconds">Time instead of the container's own; negative for ever; null for the container's.</param>
    /// <param name="cancellation">The caller stops waiting; the container's time goes on only while it waits.</param>
    /// <exception cref="DavitException">NotModified: it does not run.</exception>
    public async Task StopAsync(string idOrName, string? signal, int? seconds, CancellationToken cancellation)
    {
        var container = _table.Get(idOrName);
        var number = SignalNumber(signal, container.Model);
        if (!container.Model.State.IsActive) throw new DavitException(ErrorKind.NotModified, "container is already stopped");
        await StopRunAsync(container, number, seconds, cancellation).ConfigureAwait(false);
    }

    /// <summary>Stops if it runs, then starts.</summary>
    public async Task RestartAsync(string idOrName, string? signal, int? seconds, CancellationToken cancellation)
    {
        var container = _table.Get(idOrName);
        var number = SignalNumber(signal, container.Model);
        if (container.Model.State.IsActive)
        {
            // An ephemeral container stays for its restart.
            var keep = container.Model.IsEphemeral;
            if (keep) await KeepThroughStopAsync(container, number, seconds, cancellation).ConfigureAwait(false);
            else await StopRunAsync(container, number, seconds, cancellation).ConfigureAwait(false);
        }

        await StartAsync(container.Id, cancellation).ConfigureAwait(false);
        Publish(container, "restart");
    }

    private async Task StopRunAsync(Container container, int signal, int? seconds, CancellationToken cancellation)
    {
        IRunningContainer? running;
        Task<ContainerModel> ended;
        using (await container.EnterAsync(cancellation).ConfigureAwait(false))
        {
            if (CancelRestart(container))
            {
                await SetAsync(container, container.Model with { State = container.Model.State with { StoppedByUser = true } }, CancellationToken.None).ConfigureAwait(false);
                Publish(container, "stop");
                return;
            }

            running = container.Running;
            if (running is null) return; // it ended by itself meanwhile
            ended = container.NextExit;
            container.Model = container.Model with { State = container.Model.State with { StoppedByUser = true } };

            // Known after a crash of this daemon too: unless-stopped must leave it stopped.
            if (!container.Model.IsEphemeral) await _files.WriteAsync(container.Model, CancellationToken.None).ConfigureAwait(false);
            await SignalAsync(container, running, signal, cancellation).ConfigureAwait(false);
        }

        var time = seconds ?? container.Model.Config.StopTimeout ?? _services.Options.StopTimeout;
        if (!await EndsWithinAsync(ended, time < 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(time), cancellation).ConfigureAwait(false))
        {
            await KillRunAsync(container, running, cancellation).ConfigureAwait(false);
            await ended.WaitAsync(cancellation).ConfigureAwait(false);
        }

        Publish(container, "stop");
    }

    private async Task KillRunAsync(Container container, IRunningContainer running, CancellationToken cancellation)
    {
        Publish(container, "kill", ("signal", "9"));
        await running.SignalAsync(StopSignals.Kill, all: false, cancellation).ConfigureAwait(false);
        await ThawIfPausedAsync(container, cancellation).ConfigureAwait(false);
    }

    /// <summary>Sends a signal and says so; a paused container is let go on, else it would never see it.</summary>
    private async Task SignalAsync(Container container, IRunningContainer running, int signal, CancellationToken cancellation)
    {
        await running.SignalAsync(signal, all: false, cancellation).ConfigureAwait(false);
        Publish(container, "kill", ("signal", signal.ToString()));
        await ThawIfPausedAsync(container, cancellation).ConfigureAwait(false);
    }

    private async Task ThawIfPausedAsync(Container container, CancellationToken cancellation)
    {
        if (!container.Model.State.Paused) return;
        await _services.Resources.ThawAsync(CgroupOf(container.Model), cancellation).ConfigureAwait(false);
        container.Model = container.Model with { State = container.Model.State with { Paused = false } };
    }

    private async Task<bool> EndsWithinAsync(Task ended, TimeSpan time, CancellationToken cancellation)
    {
        try
        {
            await ended.WaitAsync(time, _services.Time, cancellation).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private static int SignalNumber(string? signal, ContainerModel model)
    {
        var name = !string.IsNullOrEmpty(signal) ? signal : model.Config.StopSignal is { Length: > 0 } own ? own : "SIGTERM";
        return StopSignals.Number(name) ?? throw new DavitException(ErrorKind.InvalidArgument, $"invalid signal: {name}");
    }

    private async Task KeepThroughStopAsync(Container container, int signal, int? seconds, CancellationToken cancellation)
    {
        container.KeepOnExit = true;
        try
        {
            await StopRunAsync(container, signal, seconds, cancellation).ConfigureAwait(false);
        }
        finally
        {
            container.KeepOnExit = false;
        }
    }
}

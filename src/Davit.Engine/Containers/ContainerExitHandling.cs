using Davit.Engine.Containers.Model;
using Davit.Engine.Restart;
using Davit.Monitor.Runner;
using Davit.Primitives;

namespace Davit.Engine.Containers;

public sealed partial class ContainerService
{
    /// <summary>Deals with the end of a run, whenever it comes.</summary>
    private async Task WatchAsync(Container container, IRunningContainer running)
    {
        // The exit record is on disk and the log is whole when this completes.
        var exit = await running.Exited.ConfigureAwait(false);
        if (_closing.IsCancellationRequested) return;
        using (await container.EnterAsync(CancellationToken.None).ConfigureAwait(false))
        {
            if (!ReferenceEquals(container.Running, running)) return;
            await EndRunAsync(container, exit).ConfigureAwait(false);
        }
    }

    /// <summary>Network, state, events, then what follows from them. The caller holds the queue.</summary>
    private async Task EndRunAsync(Container container, ContainerExit exit)
    {
        StopHealthProbes(container);
        var running = container.Running;
        container.Running = null;
        await _services.Networks.ReleaseAsync(container.Id, CancellationToken.None).ConfigureAwait(false);
        SharedMemory.Remove(_files.SharedMemory(container.Id));
        var model = container.Model;
        var ran = exit.FinishedAt - model.State.StartedAt;
        var decision = RestartDecision.Decide(model.HostConfig.RestartPolicy, exit.ExitCode, model.State.StoppedByUser || _closing.IsCancellationRequested, ran, model.State.RestartCount, container.RestartDelay);
        container.Model = model with
        {
            State = model.State with
            {
                Running = decision.Restart, Restarting = decision.Restart, Paused = false, Pid = 0, ExitCode = exit.ExitCode, OomKilled = exit.OomKilled, Error = exit.Error, FinishedAt = exit.FinishedAt,
                Health = model.State.Health is { } health && health.Status != "unhealthy" ? health with { Status = "unhealthy" } : model.State.Health,
            },
        };
        if (exit.OomKilled) Publish(container, "oom");
        Publish(container, "die", ("execDuration", ((long)Math.Max(0, ran.TotalSeconds)).ToString()), ("exitCode", exit.ExitCode.ToString()));
        if (running is not null) await running.DisposeAsync().ConfigureAwait(false);
        if (model.IsEphemeral && !container.KeepOnExit)
        {
            container.SignalExit();
            await RemoveHeldAsync(container, removeVolumes: true).ConfigureAwait(false);
            return;
        }

        try
        {
            await _files.WriteAsync(container.Model, CancellationToken.None).ConfigureAwait(false);
        }
        catch (DavitException)
        {
            // The disk is full: the exit record of the monitor still tells the next daemon, and this one knows already.
        }

        container.SignalExit();
        if (decision.Restart) ScheduleRestart(container, decision);
    }

    private void ScheduleRestart(Container container, RestartDecision decision)
    {
        container.RestartDelay = decision.Delay;
        var wait = container.RestartWait = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
        _ = RestartAfterAsync(container, decision, wait);
    }

    private async Task RestartAfterAsync(Container container, RestartDecision decision, CancellationTokenSource wait)
    {
        try
        {
            await Task.Delay(decision.Delay, _services.Time, wait.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        using (await container.EnterAsync(CancellationToken.None).ConfigureAwait(false))
        {
            if (wait.IsCancellationRequested || !container.Model.State.Restarting) return;
            try
            {
                await LaunchAsync(container, decision.Count, CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception error)
            {
                // A start that fails is an end: the policy decides again.
                var failure = await FailStartAsync(container, error).ConfigureAwait(false);
                var state = container.Model.State;
                var next = RestartDecision.Decide(container.Model.HostConfig.RestartPolicy, state.ExitCode, state.StoppedByUser, TimeSpan.Zero, decision.Count, decision.Delay);
                if (!next.Restart || failure.Kind == ErrorKind.DataLoss) return;
                container.Model = container.Model with { State = state with { Running = true, Restarting = true, RestartCount = decision.Count } };
                ScheduleRestart(container, next);
            }
        }
    }

    /// <summary>Takes back a planned start; true when there was one. The caller holds the queue.</summary>
    private static bool CancelRestart(Container container)
    {
        if (container.RestartWait is not { } wait) return false;
        container.RestartWait = null;
        wait.Cancel();
        wait.Dispose();
        var state = container.Model.State;
        if (!state.Restarting) return false;
        container.Model = container.Model with { State = state with { Running = false, Restarting = false } };
        return true;
    }
}

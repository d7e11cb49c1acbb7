using Davit.Engine.Containers.Model;
using Davit.Engine.Restart;
using Davit.Monitor.Runner;
using Davit.Primitives;

namespace Davit.Engine.Containers;

public sealed partial class ContainerService
{
    /// <summary>Finds the containers of earlier daemons: those that run are adopted, those that ended get their exit record, then restart policies apply.</summary>
    public async Task OpenAsync(CancellationToken cancellation)
    {
        var models = _files.Load();
        foreach (var model in models)
        {
            var container = new Container(model);
            _table.TakeName(model.Name, model.Id);
            _table.Add(container);
            foreach (var mount in model.Mounts.Where(mount => mount.Volume is not null)) _services.Volumes.Use(mount.Volume!, model.Id);
        }

        await Task.WhenAll(_table.All.Select(container => AdoptAsync(container, cancellation))).ConfigureAwait(false);
        await _services.Networks.ReleaseAllExceptAsync([.. _table.All.Where(container => container.Running is not null).Select(container => container.Id)], cancellation).ConfigureAwait(false);
        var known = _table.All.Select(container => container.Id).ToHashSet();
        foreach (var id in _services.Layers.ListRootFs().Where(IsContainerId).Where(id => !known.Contains(id))) _services.Layers.RemoveRootFs(id);
        ForwardLogs();
        foreach (var container in _table.All.Where(container => container.Running is null && container.Model.IsEphemeral && container.Model.State.StartedAt != default))
        {
            using (await container.EnterAsync(cancellation).ConfigureAwait(false)) await RemoveHeldAsync(container, removeVolumes: true).ConfigureAwait(false);
        }

        foreach (var container in _table.All.Where(container => container.Running is null)) ApplyPolicy(container);
    }

    private async Task AdoptAsync(Container container, CancellationToken cancellation)
    {
        var model = container.Model;
        if (!model.State.Running) return;
        var running = Directory.Exists(_files.RunDirectory(model.Id)) ? await _services.Runner.AdoptAsync(model.Id, _files.RunDirectory(model.Id), cancellation).ConfigureAwait(false) : null;
        if (running is not null && !running.Exited.IsCompleted)
        {
            container.Running = running;
            container.Model = model with { State = model.State with { Restarting = false, Pid = running.Pid, StartedAt = running.StartedAt } };
            _ = WatchAsync(container, running);
            StartHealthProbes(container);
            return;
        }

        // Ended while no daemon looked: what the monitor wrote counts. Nothing at all means the machine went down with it.
        var exit = running is not null ? await running.Exited.ConfigureAwait(false) : ExitRecord.TryRead(_files.ExitFile(model));
        exit ??= new ContainerExit { ExitCode = model.State.Restarting ? model.State.ExitCode : 255, FinishedAt = _services.Time.GetUtcNow() };
        if (running is not null) await running.DisposeAsync().ConfigureAwait(false);
        var ended = model with
        {
            State = model.State with { Running = false, Restarting = false, Paused = false, Pid = 0, ExitCode = exit.ExitCode, OomKilled = exit.OomKilled, Error = exit.Error, FinishedAt = exit.FinishedAt, Health = null },
        };
        await SetAsync(container, ended, cancellation).ConfigureAwait(false);
        Publish(container, "die", ("execDuration", ((long)Math.Max(0, (exit.FinishedAt - model.State.StartedAt).TotalSeconds)).ToString()), ("exitCode", exit.ExitCode.ToString()));
    }

    private void ApplyPolicy(Container container)
    {
        var (model, state) = (container.Model, container.Model.State);
        if (!RestartDecision.AtDaemonStart(model.HostConfig.RestartPolicy, state.ExitCode, state.StoppedByUser, state.RestartCount, state.StartedAt != default)) return;
        container.Model = model with { State = state with { Running = true, Restarting = true } };
        ScheduleRestart(container, new RestartDecision(true, TimeSpan.FromMilliseconds(100), state.RestartCount));
    }

    private static bool IsContainerId(string id) => id.Length == 64 && id.All(char.IsAsciiHexDigitLower);
}

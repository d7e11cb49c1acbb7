using Davit.Engine.Containers.Model;
using Davit.Monitor.Runner;
using Davit.Primitives;

namespace Davit.Engine.Containers;

public sealed partial class ContainerService
{
    /// <summary>Removes a container.</summary>
    /// <exception cref="DavitException">Conflict: it runs, or is being removed.</exception>
    public async Task RemoveAsync(string idOrName, RemoveOptions options, CancellationToken cancellation)
    {
        if (options.Link)
        {
            await RemoveLinkAsync(idOrName, cancellation).ConfigureAwait(false);
            return;
        }

        var container = _table.Get(idOrName);
        Task removal;
        IRunningContainer? running;
        using (await container.EnterAsync(cancellation).ConfigureAwait(false))
        {
            var state = container.Model.State;
            if (state.RemovalInProgress) throw new DavitException(ErrorKind.Conflict, $"removal of container {idOrName} is already in progress");
            if (state.IsActive && !options.Force) throw new DavitException(ErrorKind.Conflict, $"cannot remove container \"{idOrName}\": container is {state.Status}: {Advice(state)}");
            CancelRestart(container);
            running = container.Running;
            if (running is null)
            {
                await RemoveHeldAsync(container, options.Volumes).ConfigureAwait(false);
                return;
            }

            container.Model = container.Model with { State = state with { StoppedByUser = true } };
            removal = container.Model.IsEphemeral ? container.Removed.Task : container.NextExit;
            await SignalAsync(container, running, StopSignals.Kill, cancellation).ConfigureAwait(false);
        }

        await removal.WaitAsync(TimeSpan.FromSeconds(30), _services.Time, CancellationToken.None).ConfigureAwait(false);
        if (container.Removed.Task.IsCompleted) return;
        using (await container.EnterAsync(CancellationToken.None).ConfigureAwait(false))
        {
            if (!container.Removed.Task.IsCompleted) await RemoveHeldAsync(container, options.Volumes).ConfigureAwait(false);
        }
    }

    /// <summary>Removes stopped containers.</summary>
    /// <returns>Ids removed, and bytes of their writable parts.</returns>
    public async Task<(IReadOnlyList<string> Ids, long Bytes)> PruneAsync(Filters.FilterSet filters, CancellationToken cancellation)
    {
        filters.Validate("label", "label!", "until");
        var until = filters.Moment("until", _services.Time);
        List<string> removed = [];
        long bytes = 0;
        foreach (var container in _table.All)
        {
            cancellation.ThrowIfCancellationRequested();
            var model = container.Model;
            if (model.State.IsActive || (until is { } limit && model.Created > limit) || !filters.Labels(model.Config.Labels) || !filters.LabelsAbsent(model.Config.Labels)) continue;
            try
            {
                var size = await _services.Layers.MeasureRootFsAsync(model.Id, cancellation).ConfigureAwait(false);
                await RemoveAsync(model.Id, new RemoveOptions(), cancellation).ConfigureAwait(false);
                removed.Add(model.Id);
                bytes += size;
            }
            catch (DavitException error) when (error.Kind is ErrorKind.Conflict or ErrorKind.NotFound)
            {
                // started or removed meanwhile
            }
        }

        _services.Events.Publish("container", "prune", "", new Dictionary<string, string> { ["reclaimed"] = bytes.ToString() });
        return (removed, bytes);
    }

    private static string Advice(StateModel state) => state.Paused
        ? "unpause and then stop the container before removing or force remove"
        : "stop the container before removing or force remove";

    /// <summary>Takes away everything of a container that does not run. The caller holds the queue.</summary>
    private async Task RemoveHeldAsync(Container container, bool removeVolumes)
    {
        var model = container.Model;
        container.Model = model with { State = model.State with { RemovalInProgress = true } };
        if (container.Forwarder is { } forwarder)
        {
            await forwarder.FinishAsync(LastLines).ConfigureAwait(false);
            container.Forwarder = null;
        }

        try
        {
            await _services.Networks.ReleaseAsync(model.Id, CancellationToken.None).ConfigureAwait(false);
            SharedMemory.Remove(_files.SharedMemory(model.Id));
            _services.Layers.RemoveRootFs(model.Id);
            await _files.DeleteAsync(model).ConfigureAwait(false);
        }
        catch
        {
            // Still there, and can be removed again.
            container.Model = model with { State = model.State with { Dead = true } };
            throw;
        }

        foreach (var streams in container.TakeAttachments()) await streams.DisposeAsync().ConfigureAwait(false);
        _table.Remove(container);
        Publish(model, "destroy");
        await ReleaseVolumesAsync(model, removeVolumes).ConfigureAwait(false);
        container.Removed.TrySetResult(model);
        container.Dispose();
    }

    private async Task ReleaseVolumesAsync(ContainerModel model, bool remove)
    {
        foreach (var mount in model.Mounts.Where(mount => mount.Volume is not null))
        {
            _services.Volumes.Release(mount.Volume!, model.Id);
            if (!remove || !mount.Anonymous) continue;
            try
            {
                await _services.Volumes.RemoveAsync(mount.Volume!, force: true, CancellationToken.None).ConfigureAwait(false);
            }
            catch (DavitException error) when (error.Kind == ErrorKind.Conflict)
            {
                // another container has it by --volumes-from
            }
        }
    }
}

using Davit.Primitives;

namespace Davit.Engine.Containers;

public sealed partial class ContainerService
{
    /// <summary>Stops all processes of a container where they are.</summary>
    /// <exception cref="DavitException">Conflict: it does not run, or is paused already.</exception>
    public async Task PauseAsync(string idOrName, CancellationToken cancellation)
    {
        var container = _table.Get(idOrName);
        using (await container.EnterAsync(cancellation).ConfigureAwait(false))
        {
            var (model, state) = (container.Model, container.Model.State);
            if (!state.Running) throw NotRunning(container);
            if (state.Paused) throw new DavitException(ErrorKind.Conflict, $"Container {container.Id} is already paused");
            if (state.Restarting) throw new DavitException(ErrorKind.Conflict, $"container {container.Id} is restarting, wait until the container is running");
            await _services.Resources.FreezeAsync(CgroupOf(model), cancellation).ConfigureAwait(false);
            await SetAsync(container, model with { State = state with { Paused = true } }, CancellationToken.None).ConfigureAwait(false);
            Publish(container, "pause");
        }
    }

    /// <summary>Lets them go on.</summary>
    /// <exception cref="DavitException">Conflict: it is not paused.</exception>
    public async Task UnpauseAsync(string idOrName, CancellationToken cancellation)
    {
        var container = _table.Get(idOrName);
        using (await container.EnterAsync(cancellation).ConfigureAwait(false))
        {
            var (model, state) = (container.Model, container.Model.State);
            if (!state.Paused) throw new DavitException(ErrorKind.Conflict, $"Container {container.Id} is not paused");
            await _services.Resources.ThawAsync(CgroupOf(model), cancellation).ConfigureAwait(false);
            await SetAsync(container, model with { State = state with { Paused = false } }, CancellationToken.None).ConfigureAwait(false);
            Publish(container, "unpause");
        }
    }
}

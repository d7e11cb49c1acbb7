using Davit.DockerApi.Containers;
using Davit.Engine.Attach;
using Davit.Engine.Containers.Create;
using Davit.Engine.Logs;
using Davit.Monitor.Runner;
using Davit.Primitives;

namespace Davit.Engine.Containers;

public sealed partial class ContainerService
{
    /// <summary>Attaches to a container, also before its start.</summary>
    /// <exception cref="DavitException">Conflict: paused, or between two starts by its restart policy.</exception>
    public async Task<AttachSession> AttachAsync(string idOrName, AttachOptions options, CancellationToken cancellation)
    {
        var container = _table.Get(idOrName);
        var keys = DetachKeys.Parse(options.DetachKeys);
        var model = container.Model;
        if (model.State.Paused) throw new DavitException(ErrorKind.Conflict, $"container {idOrName} is paused, unpause the container before attach");
        if (model.State.Restarting) throw new DavitException(ErrorKind.Conflict, $"container {idOrName} is restarting, wait until the container is running");
        IAsyncEnumerable<LogFrame>? history = null;
        IAttachedStreams? streams = null;
        var input = options.Stdin && model.Config.OpenStdin;
        if (options.Stream) streams = await OpenStreamsAsync(container, options, input, cancellation).ConfigureAwait(false);
        if (options.Logs && LogOptions.Parse(model.HostConfig.LogConfig).Readable && (options.Stdout || options.Stderr))
        {
            history = Logs(container.Id, new LogsOptions { Stdout = options.Stdout, Stderr = options.Stderr }, cancellation).Frames;
        }

        Publish(container, "attach");
        if (streams is not null && model.HasTerminal && input) streams = new DetachableStreams(streams, keys, () => Publish(container, "detach"));
        return new AttachSession(model.HasTerminal, history, streams);
    }

    private async Task<IAttachedStreams?> OpenStreamsAsync(Container container, AttachOptions options, bool input, CancellationToken cancellation)
    {
        using (await container.EnterAsync(cancellation).ConfigureAwait(false))
        {
            if (container.Running is { } running) return await running.AttachAsync(input, options.Stdout, options.Stderr, cancellation).ConfigureAwait(false);
            if (container.Removed.Task.IsCompleted) return null;
            var streams = _services.Runner.PrepareAttach(input, options.Stdout, options.Stderr);
            container.AddAttachment(streams);
            return new PendingStreams(streams, container.DropAttachment);
        }
    }
}

using Davit.Engine.Containers.Model;
using Davit.Images;
using Davit.Oci;
using Davit.Primitives;

namespace Davit.Engine.Containers;

/// <summary>Use cases of containers. One file a verb; each change of a container's state is made in that container's own queue.</summary>
public sealed partial class ContainerService : IAsyncDisposable
{
    private readonly EngineServices _services;
    private readonly ContainerTable _table = new();
    private readonly ContainerFiles _files;
    private readonly CancellationTokenSource _closing = new();
    private bool _disposed;

    /// <summary>Makes the service; <see cref="OpenAsync"/> must come before anything else.</summary>
    public ContainerService(EngineServices services)
    {
        _services = services;
        _files = new ContainerFiles(services.Instance, services.Documents);
    }

    /// <summary>How many containers there are in which state.</summary>
    public (int Total, int Running, int Paused, int Stopped) Counts
    {
        get
        {
            var states = _table.All.Select(container => container.Model.State).ToList();
            var paused = states.Count(state => state is { Running: true, Paused: true });
            var running = states.Count(state => state.Running) - paused;
            return (states.Count, running, paused, states.Count - running - paused);
        }
    }

    /// <summary>True when there is such a container.</summary>
    public bool Exists(string idOrName) => _table.Find(idOrName) is not null;

    /// <summary>The full id.</summary>
    /// <exception cref="DavitException">NotFound: <c>No such container: x</c>.</exception>
    public string IdOf(string idOrName) => _table.Get(idOrName).Id;

    /// <summary>Containers made of an image.</summary>
    public IReadOnlyList<ImageUser> ImageUsers(Digest imageId)
    {
        var id = imageId.ToString();
        return [.. _table.All.Where(container => container.Model.ImageId == id).Select(container => new ImageUser(container.Id, container.Model.State.IsActive))];
    }

    /// <summary>Ids of images that containers are made of.</summary>
    public IReadOnlySet<string> ImagesInUse() => _table.All.Select(container => container.Model.ImageId).ToHashSet();

    /// <summary>Names of containers with their networks, for network inspect: id → name.</summary>
    public string? NameOf(string id) => _table.Find(id)?.Model.Name;

    /// <summary>Lets go of running containers, which go on without this daemon.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true)) return;
        await _closing.CancelAsync().ConfigureAwait(false);
        foreach (var container in _table.All)
        {
            container.RestartWait?.Cancel();
            container.HealthProbes?.Cancel();
            if (container.Running is { } running) await running.DisposeAsync().ConfigureAwait(false);
        }

        await Task.WhenAll(_table.All.Select(container => container.Forwarder?.DisposeAsync().AsTask() ?? Task.CompletedTask)).ConfigureAwait(false);

        _closing.Dispose();
    }

    /// <summary>Makes a new model the current one and writes it. The caller holds the queue.</summary>
    private async Task SetAsync(Container container, ContainerModel model, CancellationToken cancellation)
    {
        container.Model = model;
        await _files.WriteAsync(model, cancellation).ConfigureAwait(false);
    }

    private void Publish(Container container, string action, params ReadOnlySpan<(string Key, string Value)> details) => Publish(container.Model, action, details);

    /// <summary>Publishes an event with Docker's attributes: labels, image, name, and what the action adds.</summary>
    private void Publish(ContainerModel model, string action, params ReadOnlySpan<(string Key, string Value)> details)
    {
        var attributes = new Dictionary<string, string>(model.Config.Labels ?? new Dictionary<string, string>(), StringComparer.Ordinal) { ["image"] = model.Config.Image, ["name"] = model.Name };
        foreach (var (key, value) in details) attributes[key] = value;
        _services.Events.Publish("container", action, model.Id, attributes);
    }

    private string CgroupOf(ContainerModel model)
    {
        var parent = model.HostConfig.CgroupParent.Length > 0 ? model.HostConfig.CgroupParent : _services.Instance.CgroupParent;
        return "/" + parent.Trim('/') + "/" + model.Id;
    }

    private static DavitException NotRunning(Container container) => new(ErrorKind.Conflict, $"container {container.Id} is not running");
}

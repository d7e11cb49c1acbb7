using Davit.DockerApi.Containers;
using Davit.Engine.Containers.Create;
using Davit.Primitives;

namespace Davit.Engine.Containers;

public sealed partial class ContainerService
{
    /// <summary>Connects a container to one more network, at once when it runs.</summary>
    /// <exception cref="DavitException">Forbidden: it is there already, or its mode has no networks.</exception>
    public async Task ConnectNetworkAsync(string idOrName, string network, EndpointSettings? settings, CancellationToken cancellation)
    {
        var container = _table.Get(idOrName);
        var target = _services.Networks.Resolve(network);
        using (await container.EnterAsync(cancellation).ConfigureAwait(false))
        {
            var model = container.Model;
            if (HostConfigValidation.IsContainer(model.HostConfig.NetworkMode)) throw new DavitException(ErrorKind.Forbidden, "container sharing network namespace with another container or host cannot be connected to any other network");
            if (model.HostConfig.NetworkMode == "host") throw new DavitException(ErrorKind.Forbidden, "container cannot be connected to host network: it is in the host's already");
            if (target.Driver == "host") throw new DavitException(ErrorKind.Forbidden, "cannot connect container to host network - container must be created in host network mode");
            if (model.Networks.ContainsKey(target.Name)) throw new DavitException(ErrorKind.Forbidden, $"endpoint with name {model.Name} already exists in network {target.Name}");
            var asked = NetworkPlan.Checked(target, settings);
            if (container.Running is not null)
            {
                string[] names = [model.Name, model.Id[..12], model.Config.Hostname];
                await _services.Networks.ConnectAsync(container.Id, NetworkPlan.Endpoint(target, asked, [.. names.Distinct()]), cancellation).ConfigureAwait(false);
            }

            await SetAsync(container, model with { Networks = new Dictionary<string, EndpointSettings>(model.Networks) { [target.Name] = asked } }, CancellationToken.None).ConfigureAwait(false);
            if (container.Running is null) return;
            await UpdateOwnFilesAsync(container, model, CancellationToken.None).ConfigureAwait(false);
            RefreshLinkers(container);
        }
    }

    /// <summary>Disconnects a container from a network.</summary>
    /// <exception cref="DavitException">Forbidden: it is not there.</exception>
    public async Task DisconnectNetworkAsync(string idOrName, string network, bool force, CancellationToken cancellation)
    {
        var target = _services.Networks.Resolve(network);
        if (force && _table.Find(idOrName) is null)
        {
            // The container is gone, its endpoint is not.
            await _services.Networks.DisconnectAsync(idOrName, target.Id, cancellation).ConfigureAwait(false);
            return;
        }

        var container = _table.Get(idOrName);
        using (await container.EnterAsync(cancellation).ConfigureAwait(false))
        {
            var model = container.Model;
            if (!model.Networks.ContainsKey(target.Name)) throw new DavitException(ErrorKind.Forbidden, $"container {container.Id} is not connected to network {target.Name}");
            if (target.Driver == "host") throw new DavitException(ErrorKind.Forbidden, "container cannot be disconnected from host network - container can only be connected to host network during creation");
            if (container.Running is not null) await _services.Networks.DisconnectAsync(container.Id, target.Id, cancellation).ConfigureAwait(false);
            await SetAsync(container, model with { Networks = model.Networks.Where(pair => pair.Key != target.Name).ToDictionary(StringComparer.Ordinal) }, CancellationToken.None).ConfigureAwait(false);
            if (container.Running is not null) await UpdateOwnFilesAsync(container, model, CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Names of containers that a network is configured on, running or not; for prune.</summary>
    public bool IsNetworkUsed(string networkName) => _table.All.Any(container => container.Model.Networks.ContainsKey(networkName));
}

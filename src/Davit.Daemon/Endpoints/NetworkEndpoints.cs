using Davit.Daemon.Http;
using Davit.DockerApi;
using Davit.DockerApi.Networks;
using Davit.Engine.Networks;
using Davit.Primitives;

namespace Davit.Daemon.Endpoints;

/// <summary>Networks.</summary>
internal sealed class NetworkEndpoints(ApiServices services)
{
    private Davit.Network.INetworkService Networks => services.Engine.Networks;

    public void Map(RouteTable routes) => routes
        .Get("/networks", ListAsync)
        .Get("/networks/{id}", InspectAsync)
        .Post("/networks/create", CreateAsync)
        .Post("/networks/prune", PruneAsync)
        .Post("/networks/{id}/connect", ConnectAsync)
        .Post("/networks/{id}/disconnect", DisconnectAsync)
        .Delete("/networks/{id}", RemoveAsync);

    private Task ListAsync(ApiRequest request)
    {
        IReadOnlyList<NetworkInspect> networks = [.. NetworkSelection.Select(Networks.List(), request.Filters()).Select(network => NetworkView.Inspect(network, services.Containers.NameOf, withContainers: false))];
        return request.WriteAsync(networks, DockerApiJson.Default.ListOfNetworkInspect);
    }

    private Task InspectAsync(ApiRequest request)
    {
        var scope = request.Query("scope");
        if (!string.IsNullOrEmpty(scope) && scope != "local") throw new DavitException(ErrorKind.NotFound, $"network {request["id"]} not found");
        return request.WriteAsync(NetworkView.Inspect(Networks.Resolve(request["id"]), services.Containers.NameOf, withContainers: true), DockerApiJson.Default.NetworkInspect);
    }

    private async Task CreateAsync(ApiRequest request)
    {
        var wanted = await request.ReadAsync(DockerApiJson.Default.NetworkCreateRequest).ConfigureAwait(false);
        var network = await Networks.CreateAsync(NetworkRequest.ToOptions(wanted), request.Aborted).ConfigureAwait(false);
        await request.WriteAsync(new NetworkCreateResponse { Id = network.Id }, DockerApiJson.Default.NetworkCreateResponse, 201).ConfigureAwait(false);
    }

    private async Task RemoveAsync(ApiRequest request)
    {
        await Networks.RemoveAsync(request["id"], request.Aborted).ConfigureAwait(false);
        await request.EmptyAsync().ConfigureAwait(false);
    }

    private async Task ConnectAsync(ApiRequest request)
    {
        var body = await request.ReadAsync(DockerApiJson.Default.NetworkConnectRequest).ConfigureAwait(false);
        await services.Containers.ConnectNetworkAsync(body.Container, request["id"], body.EndpointConfig, request.Aborted).ConfigureAwait(false);
        await request.EmptyAsync(200).ConfigureAwait(false);
    }

    private async Task DisconnectAsync(ApiRequest request)
    {
        var body = await request.ReadAsync(DockerApiJson.Default.NetworkDisconnectRequest).ConfigureAwait(false);
        await services.Containers.DisconnectNetworkAsync(body.Container, request["id"], body.Force, request.Aborted).ConfigureAwait(false);
        await request.EmptyAsync(200).ConfigureAwait(false);
    }

    private async Task PruneAsync(ApiRequest request)
    {
        var prunable = NetworkSelection.Prunable(Networks.List(), request.Filters(), network => services.Containers.IsNetworkUsed(network.Name), services.Engine.Time);
        List<string> removed = [];
        foreach (var network in prunable)
        {
            try
            {
                await Networks.RemoveAsync(network.Id, request.Aborted).ConfigureAwait(false);
                removed.Add(network.Name);
            }
            catch (DavitException error) when (error.Kind is ErrorKind.NotFound or ErrorKind.Forbidden or ErrorKind.Conflict)
            {
                // taken into use or removed meanwhile
            }
        }

        await request.WriteAsync(new NetworkPruneReport { NetworksDeleted = removed.Count > 0 ? removed : null }, DockerApiJson.Default.NetworkPruneReport).ConfigureAwait(false);
    }
}

using Davit.Daemon.Endpoints;
using Davit.Daemon.Http;

namespace Davit.Daemon.Composition;

/// <summary>All routes of the API.</summary>
internal static class ApiRoutes
{
    /// <summary>Maps every noun.</summary>
    public static RouteTable Of(ApiServices services)
    {
        var routes = new RouteTable();
        new SystemEndpoints(services).Map(routes);
        new CheckEndpoints(services).Map(routes);
        new ContainerEndpoints(services).Map(routes);
        new ContainerViewEndpoints(services).Map(routes);
        new StreamEndpoints(services).Map(routes);
        new ExecEndpoints(services).Map(routes);
        new FileEndpoints(services).Map(routes);
        new ImageTransferEndpoints(services).Map(routes);
        new ImageEndpoints(services).Map(routes);
        new NetworkEndpoints(services).Map(routes);
        new VolumeEndpoints(services).Map(routes);
        new BuildEndpoints(services).Map(routes);
        SwarmEndpoints.Map(routes);
        return routes;
    }
}

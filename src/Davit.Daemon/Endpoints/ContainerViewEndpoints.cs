using Davit.Daemon.Http;
using Davit.DockerApi;
using Davit.Engine.Containers;
using Davit.Primitives;

namespace Davit.Daemon.Endpoints;

/// <summary>What containers show of themselves: list, inspect, processes, changes, statistics.</summary>
internal sealed class ContainerViewEndpoints(ApiServices services)
{
    private ContainerService Containers => services.Containers;

    public void Map(RouteTable routes) => routes
        .Get("/containers/json", ListAsync)
        .Get("/containers/{id}/json", InspectAsync)
        .Get("/containers/{id}/top", TopAsync)
        .Get("/containers/{id}/changes", ChangesAsync)
        .Get("/containers/{id}/stats", StatsAsync);

    private async Task ListAsync(ApiRequest request)
    {
        var filters = request.Filters();
        var limit = request.Number("limit") ?? 0;
        var options = new ListOptions { All = request.Flag("all"), Size = request.Flag("size"), Limit = (int)limit, Filters = filters };
        var list = await Containers.ListAsync(options, request.Aborted).ConfigureAwait(false);
        await request.WriteAsync(list, DockerApiJson.Default.ListOfContainerSummary).ConfigureAwait(false);
    }

    private async Task InspectAsync(ApiRequest request) =>
        await request.WriteAsync(await Containers.InspectAsync(request["id"], request.Flag("size"), request.Aborted).ConfigureAwait(false), DockerApiJson.Default.ContainerInspect).ConfigureAwait(false);

    private Task TopAsync(ApiRequest request) => request.WriteAsync(Containers.Top(request["id"], request.Query("ps_args")), DockerApiJson.Default.ContainerTop);

    private async Task ChangesAsync(ApiRequest request)
    {
        var changes = await Containers.ChangesAsync(request["id"], request.Aborted).ConfigureAwait(false);
        await request.WriteAsync(changes, DockerApiJson.Default.ListOfFilesystemChange).ConfigureAwait(false);
    }

    private Task StatsAsync(ApiRequest request)
    {
        var stream = request.Flag("stream", absent: true);
        var oneShot = request.Flag("one-shot");
        if (stream && oneShot) throw new DavitException(ErrorKind.InvalidArgument, "cannot have stream=true and one-shot=true");
        return JsonLines.WriteAsync(request, Containers.StatsAsync(request["id"], stream, oneShot, request.Aborted), DockerApiJson.Default.ContainerStats);
    }
}

using Davit.Daemon.Http;
using Davit.DockerApi;
using Davit.DockerApi.Volumes;
using Davit.Engine.Volumes;
using Davit.Primitives;

namespace Davit.Daemon.Endpoints;

/// <summary>Volumes.</summary>
internal sealed class VolumeEndpoints(ApiServices services)
{
    private VolumeService Volumes => services.Engine.Volumes;

    public void Map(RouteTable routes) => routes
        .Get("/volumes", ListAsync)
        .Get("/volumes/{name}", request => request.WriteAsync(VolumeView.Of(Volumes.Get(request["name"]), Volumes), DockerApiJson.Default.Volume))
        .Post("/volumes/create", CreateAsync)
        .Post("/volumes/prune", PruneAsync)
        .Delete("/volumes/{name}", RemoveAsync);

    private Task ListAsync(ApiRequest request)
    {
        var list = new VolumeList { Volumes = [.. Volumes.Select(request.Filters()).Select(volume => VolumeView.Of(volume, Volumes))] };
        return request.WriteAsync(list, DockerApiJson.Default.VolumeList);
    }

    private async Task CreateAsync(ApiRequest request)
    {
        var wanted = await request.ReadAsync(DockerApiJson.Default.VolumeCreateRequest).ConfigureAwait(false);
        if (wanted.ClusterVolumeSpec is not null) throw new DavitException(ErrorKind.InvalidArgument, "cluster volumes belong to a swarm; this engine is in none");
        var volume = await Volumes.CreateAsync(wanted.Name, wanted.Driver, wanted.DriverOpts, wanted.Labels, request.Aborted).ConfigureAwait(false);
        await request.WriteAsync(VolumeView.Of(volume, Volumes), DockerApiJson.Default.Volume, 201).ConfigureAwait(false);
    }

    private async Task RemoveAsync(ApiRequest request)
    {
        await Volumes.RemoveAsync(request["name"], request.Flag("force"), request.Aborted).ConfigureAwait(false);
        await request.EmptyAsync().ConfigureAwait(false);
    }

    private async Task PruneAsync(ApiRequest request)
    {
        var filters = request.Filters();
        // before 1.42 a prune took named volumes too
        if (request.Version < new ApiVersion(42) && !filters.Has("all")) filters = new(new Dictionary<string, IReadOnlyList<string>>(filters.Fields.ToDictionary(field => field, field => filters[field])) { ["all"] = ["true"] });
        var (names, bytes) = await Volumes.PruneAsync(filters, request.Aborted).ConfigureAwait(false);
        await request.WriteAsync(new VolumePruneReport { VolumesDeleted = names, SpaceReclaimed = bytes }, DockerApiJson.Default.VolumePruneReport).ConfigureAwait(false);
    }
}

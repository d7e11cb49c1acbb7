using Davit.Daemon.Http;
using Davit.DockerApi;
using Davit.DockerApi.Images;
using Davit.Engine.Images;
using Davit.Images;
using Davit.Oci;
using Davit.Primitives;

namespace Davit.Daemon.Endpoints;

/// <summary>Images that are here: list, inspect, history, tag, remove, prune.</summary>
internal sealed class ImageEndpoints(ApiServices services)
{
    private IImageService Images => services.Engine.Images;

    public void Map(RouteTable routes) => routes
        .Get("/images/json", ListAsync)
        .Get("/images/search", request => throw new DavitException(ErrorKind.NotImplemented, "searching a registry is not offered: registries other than Docker Hub have no search", "look at the registry's own page"))
        .Get("/images/{name*}/json", InspectAsync)
        .Get("/images/{name*}/history", request => request.WriteAsync(ImageView.History(Images.History(Images.Resolve(request["name"]))), DockerApiJson.Default.ListOfImageHistoryItem))
        .Post("/images/prune", PruneAsync)
        .Post("/images/{name*}/tag", TagAsync)
        .Delete("/images/{name*}", RemoveAsync);

    private Task ListAsync(ApiRequest request)
    {
        var filters = request.Filters();
        if (request.Query("filter") is { Length: > 0 } name) filters = new(new Dictionary<string, IReadOnlyList<string>>(filters.Fields.ToDictionary(field => field, field => filters[field])) { ["reference"] = [name] });
        var images = Images.List(request.Flag("all"), ImageFilters.Of(filters));
        var shared = request.Flag("shared-size");
        IReadOnlyList<ImageSummary> list = [.. images.Select(image => Summary(image, shared))];
        return request.WriteAsync(list, DockerApiJson.Default.ListOfImageSummary);
    }

    private ImageSummary Summary(Image image, bool shared)
    {
        var summary = ImageView.Summary(image);
        if (shared) summary.SharedSize = services.DiskUsage.SharedSize(image);
        return summary;
    }

    private Task InspectAsync(ApiRequest request)
    {
        if (request.Flag("manifests")) throw new DavitException(ErrorKind.InvalidArgument, "manifests=1 needs an image store of several platforms, which this engine does not keep");
        var image = Images.Resolve(request["name"]);
        if (request.Query("platform") is { Length: > 0 } platform && !Platform.Parse(platform).Accepts(new Platform { Os = image.Config.Os, Architecture = image.Config.Architecture, Variant = image.Config.Variant }))
        {
            throw new DavitException(ErrorKind.NotFound, $"image with reference {request["name"]} was found but does not provide the specified platform ({platform})");
        }

        return request.WriteAsync(ImageView.Inspect(image, services.Engine.Layers), DockerApiJson.Default.ImageInspect);
    }

    private async Task TagAsync(ApiRequest request)
    {
        var repository = request.Query("repo") ?? "";
        var tag = request.Query("tag");
        if (repository.Contains('@', StringComparison.Ordinal)) throw new DavitException(ErrorKind.InvalidArgument, "refusing to create a tag with a digest reference");
        var reference = Reference.Parse(string.IsNullOrEmpty(tag) ? repository : $"{repository}:{tag}");
        await Images.TagAsync(request["name"], reference, request.Aborted).ConfigureAwait(false);
        await request.EmptyAsync(201).ConfigureAwait(false);
    }

    private async Task RemoveAsync(ApiRequest request)
    {
        if (request.QueryAll("platforms").Count > 0) throw new DavitException(ErrorKind.InvalidArgument, "platforms needs an image store of several platforms, which this engine does not keep");
        var removals = await Images.RemoveAsync(request["name"], request.Flag("force"), !request.Flag("noprune"), services.Containers.ImageUsers, request.Aborted).ConfigureAwait(false);
        await request.WriteAsync(Items(removals), DockerApiJson.Default.ListOfImageRemovalItem).ConfigureAwait(false);
    }

    private async Task PruneAsync(ApiRequest request)
    {
        var filters = request.Filters();
        filters.Validate("dangling", "label", "label!", "until");
        var dangling = filters.Boolean("dangling") ?? true;
        var pruning = await Images.PruneAsync(dangling, ImageFilters.Of(filters, "dangling"), services.Containers.ImageUsers, request.Aborted).ConfigureAwait(false);
        services.Engine.Events.Publish("image", "prune", "", new Dictionary<string, string> { ["reclaimed"] = pruning.BytesFreed.ToString(System.Globalization.CultureInfo.InvariantCulture) });
        await request.WriteAsync(new ImagePruneReport { ImagesDeleted = pruning.Removed.Count > 0 ? Items(pruning.Removed) : null, SpaceReclaimed = pruning.BytesFreed }, DockerApiJson.Default.ImagePruneReport).ConfigureAwait(false);
    }

    private static IReadOnlyList<ImageRemovalItem> Items(IReadOnlyList<ImageRemoval> removals) =>
        [.. removals.Select(removal => new ImageRemovalItem { Untagged = removal.Untagged, Deleted = removal.Deleted })];
}

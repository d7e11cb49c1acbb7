using Davit.Daemon.Http;
using Davit.DockerApi;
using Davit.DockerApi.Images;
using Davit.Engine.Commit;
using Davit.Images;
using Davit.Oci;
using Davit.Oci.Image;
using Davit.Primitives;
using Davit.RegistryClient;

namespace Davit.Daemon.Endpoints;

/// <summary>Images that come and go: pull, import, load, save, push, distribution.</summary>
internal sealed class ImageTransferEndpoints(ApiServices services)
{
    private IImageService Images => services.Engine.Images;

    public void Map(RouteTable routes) => routes
        .Post("/images/create", request => string.IsNullOrEmpty(request.Query("fromSrc")) ? PullAsync(request) : ImportAsync(request))
        .Post("/images/load", request => ProgressWriter.RunAsync(request, (progress, cancellation) => Images.LoadAsync(request.Body, PlatformOf(request), request.Flag("quiet"), progress, cancellation)))
        .Get("/images/get", request => SaveAsync(request, [.. request.QueryAll("names").SelectMany(names => names.Split(','))]))
        .Get("/images/{name*}/get", request => SaveAsync(request, [request["name"]]))
        .Post("/images/{name*}/push", PushAsync)
        .Get("/distribution/{name*}/json", DistributionAsync);

    private async Task PullAsync(ApiRequest request)
    {
        var name = request.Query("fromImage") ?? "";
        var tag = request.Query("tag");
        if (name.Length == 0) throw new DavitException(ErrorKind.InvalidArgument, "invalid reference format");
        var credentials = RegistryAuth.Read(request);
        var platform = PlatformOf(request);
        // a reference that says its tag or digest itself wins over the field
        var all = string.IsNullOrEmpty(tag) && !name.Contains('@', StringComparison.Ordinal) && name.LastIndexOf(':') <= name.LastIndexOf('/');
        var reference = Reference.Parse(string.IsNullOrEmpty(tag) ? name : tag.Contains(':', StringComparison.Ordinal) ? $"{name}@{tag}" : $"{name}:{tag}");
        await ProgressWriter.RunAsync(request, (progress, cancellation) => all
            ? Images.PullAllTagsAsync(reference, platform, credentials, progress, cancellation)
            : Images.PullAsync(reference, platform, credentials, progress, cancellation)).ConfigureAwait(false);
    }

    private async Task ImportAsync(ApiRequest request)
    {
        var source = request.Query("fromSrc");
        if (source != "-") throw new DavitException(ErrorKind.InvalidArgument, $"import from {source} must be fetched by the client", "download it and pipe it in: import -");
        var repository = request.Query("repo");
        var tag = request.Query("tag");
        var reference = string.IsNullOrEmpty(repository) ? null : Reference.Parse(string.IsNullOrEmpty(tag) ? repository : $"{repository}:{tag}");
        var config = ConfigChanges.Apply(new ImageRunConfig(), request.QueryAll("changes"));
        await ProgressWriter.RunAsync(request, (progress, cancellation) =>
            Images.ImportAsync(request.Body, reference, config, request.Query("message"), PlatformOf(request), progress, cancellation)).ConfigureAwait(false);
    }

    private async Task SaveAsync(ApiRequest request, IReadOnlyList<string> names)
    {
        if (names.Count == 0) throw new DavitException(ErrorKind.InvalidArgument, "no images to save");
        foreach (var name in names)
        {
            // a repository without a tag means all its tags; that it is there at all must be known before the head is sent
            if (Images.Find(name) is null && !HasTags(name)) Images.Resolve(name);
        }

        await request.BeginAsync("application/x-tar").ConfigureAwait(false);
        await Images.SaveAsync(names, PlatformOf(request), request.Context.Response.Body, request.Aborted).ConfigureAwait(false);
    }

    private bool HasTags(string name) => Reference.TryParse(name, out var reference, out _) && Images.List().Any(image => image.Tags.Any(tag => tag.Name == reference.Name));

    private async Task PushAsync(ApiRequest request)
    {
        var tag = request.Query("tag");
        var reference = Reference.Parse(string.IsNullOrEmpty(tag) ? request["name"] : $"{request["name"]}:{tag}");
        var credentials = RegistryAuth.Read(request);
        var platform = PlatformOf(request);
        await ProgressWriter.RunAsync(request, (progress, cancellation) => string.IsNullOrEmpty(tag) && reference.Digest is null
            ? Images.PushAllTagsAsync(reference, platform, credentials, progress, cancellation)
            : Images.PushAsync(reference, platform, credentials, progress, cancellation)).ConfigureAwait(false);
    }

    private async Task DistributionAsync(ApiRequest request)
    {
        var reference = Reference.Parse(request["name"]);
        var credentials = RegistryAuth.Read(request);
        var credential = credentials is null ? null : new Credential(credentials.Username, credentials.Password, credentials.IdentityToken, credentials.RegistryToken);
        var manifest = await services.Registries.GetManifestAsync(reference, credential, request.Aborted).ConfigureAwait(false);
        var inspect = new DistributionInspect
        {
            Descriptor = new DescriptorView { MediaType = manifest.MediaType, Digest = manifest.Digest.ToString(), Size = manifest.Bytes.Length },
            Platforms = await DistributionPlatforms.ReadAsync(services.Registries, reference, manifest, credential, request.Aborted).ConfigureAwait(false),
        };
        await request.WriteAsync(inspect, DockerApiJson.Default.DistributionInspect).ConfigureAwait(false);
    }

    private static Platform? PlatformOf(ApiRequest request) => request.Query("platform") is { Length: > 0 } text && text[0] != '{' ? Platform.Parse(text) : null;
}

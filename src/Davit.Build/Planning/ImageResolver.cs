using System.Collections.Concurrent;
using Davit.Build.Graph;
using Davit.Images;
using Davit.Oci;
using Davit.Oci.Image;
using Davit.Primitives;

namespace Davit.Build.Planning;

/// <summary>Finds the images of a build here, or pulls them; each once.</summary>
internal sealed class ImageResolver(IImageService images, BuildRequest request, CancellationToken cancellation)
{
    private readonly ConcurrentDictionary<(string Name, string Platform), Lazy<Task<ResolvedImage>>> _images = new();

    /// <summary>The platform that the build is for.</summary>
    public Platform Target { get; } = request.Platform ?? Platform.Host;

    public Task<ResolvedImage> ResolveAsync(string name, Platform? platform, IProgress<ProgressEvent> progress) =>
        _images.GetOrAdd((name, (platform ?? Target).ToString()), _ => new Lazy<Task<ResolvedImage>>(() => FindAsync(name, platform ?? Target, progress))).Value;

    public ResolvedImage Scratch(Platform? platform)
    {
        var wanted = platform ?? Target;
        var config = new ImageConfig { Architecture = wanted.Architecture, Os = wanted.Os, Variant = wanted.Variant };
        return new ResolvedImage(null, config, new Vertex(new ImageOp([], [])));
    }

    private async Task<ResolvedImage> FindAsync(string name, Platform platform, IProgress<ProgressEvent> progress)
    {
        var image = images.Find(name);
        var reference = Digest.TryParse(name, out _) ? null : Reference.TryParse(name, out var parsed, out _) ? parsed : null;
        var fits = image is not null && (platform.Accepts(PlatformOf(image)) || (request.Platform is null && reference is null));
        if (reference is not null && (!fits || (request.Pull && reference.Digest is null)))
        {
            image = await images.PullAsync(reference, platform, CredentialsFor(reference.Registry), progress, cancellation).ConfigureAwait(false);
        }

        if (image is null) throw new DavitException(ErrorKind.NotFound, $"No such image: {name}");
        var chain = await images.EnsureUnpackedAsync(image, cancellation).ConfigureAwait(false);
        return new ResolvedImage(image, image.Config, new Vertex(new ImageOp(chain, image.Config.RootFs.DiffIds)));
    }

    private static Platform PlatformOf(Image image) => new() { Os = image.Config.Os, Architecture = image.Config.Architecture, Variant = image.Config.Variant };

    private RegistryCredentials? CredentialsFor(string registry)
    {
        foreach (var (host, credentials) in request.Credentials)
        {
            var name = host.Contains("://", StringComparison.Ordinal) ? host[(host.IndexOf("://", StringComparison.Ordinal) + 3)..] : host;
            name = name.Split('/')[0];
            if (name is "index.docker.io" or "registry-1.docker.io") name = Reference.DefaultRegistry;
            if (name.Equals(registry, StringComparison.OrdinalIgnoreCase)) return credentials;
        }

        return null;
    }
}

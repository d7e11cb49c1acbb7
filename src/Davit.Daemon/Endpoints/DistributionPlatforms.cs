using System.Text.Json;
using Davit.DockerApi.Images;
using Davit.Oci;
using Davit.Oci.Image;
using Davit.Primitives;
using Davit.RegistryClient;

namespace Davit.Daemon.Endpoints;

/// <summary>Platforms that a manifest in a registry offers.</summary>
internal static class DistributionPlatforms
{
    private const int MostConfigBytes = 4 << 20;

    /// <summary>From an index its entries, from a manifest what its configuration says.</summary>
    public static async Task<IReadOnlyList<PlatformView>> ReadAsync(DistributionClient registries, Reference reference, FetchedManifest manifest, Credential? credential, CancellationToken cancellation)
    {
        if (MediaTypes.IsIndex(manifest.MediaType))
        {
            var index = JsonSerializer.Deserialize(manifest.Bytes.Span, ImageJson.Default.ImageIndex);
            return [.. (index?.Manifests ?? []).Select(entry => entry.Platform).OfType<Platform>().Select(View)];
        }

        var document = JsonSerializer.Deserialize(manifest.Bytes.Span, ImageJson.Default.ImageManifest);
        if (document?.Config is not { } descriptor || descriptor.Size > MostConfigBytes) throw new DavitException(ErrorKind.DataLoss, $"the manifest of {reference.Familiar} has no usable configuration");
        await using var blob = registries.OpenBlob(reference, descriptor, 0, credential);
        var bytes = new byte[descriptor.Size];
        await blob.ReadExactlyAsync(bytes, cancellation).ConfigureAwait(false);
        var config = JsonSerializer.Deserialize(bytes, ImageJson.Default.ImageConfig) ?? new ImageConfig();
        return [View(new Platform { Architecture = config.Architecture, Os = config.Os, OsVersion = config.OsVersion, Variant = config.Variant })];
    }

    private static PlatformView View(Platform platform) => new() { Architecture = platform.Architecture, Os = platform.Os, OsVersion = platform.OsVersion, Variant = platform.Variant };
}

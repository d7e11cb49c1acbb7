using System.Text.Json;
using Davit.Images.Catalog;
using Davit.Images.Layers;
using Davit.Images.Manifests;
using Davit.Oci;
using Davit.Oci.Image;
using Davit.Primitives;
using Davit.Storage.Content;

namespace Davit.Images.Push;

/// <summary>The manifest under which an image leaves this machine: the one it came with, else one made of the blobs of its layers.</summary>
internal sealed class ManifestMaker(IContentStore content)
{
    /// <summary>The manifest that is kept, when all its blobs are here; else null.</summary>
    internal ImageManifestFile? Kept(Image image)
    {
        if (image.Manifest is not { } digest || !content.Contains(digest)) return null;
        var bytes = content.ReadAll(digest);
        var name = image.Id.Short;
        var type = ManifestReader.TypeOf(bytes, null, name);
        var manifest = ManifestReader.Manifest(bytes, name);
        if (manifest.Layers.Count != image.Config.RootFs.DiffIds.Count || manifest.Layers.Any(l => !content.Contains(l.Digest))) return null;
        return new(type, bytes, digest, manifest, image.Config.RootFs.DiffIds);
    }

    /// <summary>A new manifest. Docker's schema 2, which every registry takes, unless a layer is compressed with zstd, which only OCI has a type for.</summary>
    internal static ImageManifestFile Make(Image image, IReadOnlyList<LayerBlob> blobs, bool oci = false)
    {
        oci |= blobs.Any(b => b.MediaType.EndsWith("zstd", StringComparison.Ordinal));
        var type = oci ? MediaTypes.OciManifest : MediaTypes.DockerManifest;
        var manifest = new ImageManifest
        {
            MediaType = type,
            Config = new() { MediaType = oci ? MediaTypes.OciConfig : MediaTypes.DockerConfig, Digest = image.Id, Size = image.ConfigBytes.Length },
            Layers = [.. blobs.Select(b => new Descriptor { MediaType = LayerType(b.MediaType, oci), Digest = b.Digest, Size = b.Size })],
        };
        var bytes = JsonSerializer.SerializeToUtf8Bytes(manifest, ImageJson.Default.ImageManifest);
        return new(type, bytes, Digest.Sha256(bytes), manifest, image.Config.RootFs.DiffIds);
    }

    private static string LayerType(string type, bool oci) =>
        type.EndsWith("zstd", StringComparison.Ordinal) ? MediaTypes.OciLayerZstd
        : type.EndsWith("gzip", StringComparison.Ordinal) ? (oci ? MediaTypes.OciLayerGzip : MediaTypes.DockerLayerGzip)
        : oci ? MediaTypes.OciLayer : MediaTypes.DockerLayer;
}

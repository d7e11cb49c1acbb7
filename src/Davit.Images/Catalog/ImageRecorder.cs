using System.Text.Json;
using Davit.Images.Layers;
using Davit.Images.Removal;
using Davit.Oci;
using Davit.Oci.Image;
using Davit.Primitives;
using Davit.Storage.Content;
using Davit.Storage.Layers;
using Davit.Storage.Leases;

namespace Davit.Images.Catalog;

/// <summary>Records an image whose layers were made here.</summary>
internal sealed class ImageRecorder(ImageCatalog catalog, IContentStore content, ILayerStore layers, WholeOrNothing whole, TimeProvider time)
{
    /// <summary>Records it; when that fails, the layers that nothing else needs go.</summary>
    internal Task<Image> RecordAsync(ImageConfig config, IReadOnlyList<Reference> references, Digest? parent, CancellationToken cancellation) =>
        whole.RunAsync(lease => RecordAsync(config, references, parent, lease, cancellation));

    private async Task<Image> RecordAsync(ImageConfig config, IReadOnlyList<Reference> references, Digest? parent, Lease lease, CancellationToken cancellation)
    {
        var chain = ChainId.All(config.RootFs.DiffIds);
        long size = 0;
        for (var i = 0; i < chain.Count; i++)
        {
            lease.Hold(chain[i]);
            size += layers.Find(chain[i])?.Size ?? throw new DavitException(ErrorKind.NotFound, $"layer {config.RootFs.DiffIds[i]} of the new image is not unpacked");
        }

        // layers without a blob have nothing to come back from
        await layers.FlushAsync(chain, cancellation).ConfigureAwait(false);
        var bytes = JsonSerializer.SerializeToUtf8Bytes(config, ImageJson.Default.ImageConfig);
        var id = Digest.Sha256(bytes);
        lease.Hold(id);
        await content.PutAsync(id, bytes, cancellation).ConfigureAwait(false);
        var state = await catalog.ChangeAsync(
            before =>
            {
                var old = before.Images.GetValueOrDefault(id);
                return before.With((old ?? new() { Id = id, Config = config, ConfigBytes = bytes, Size = size }) with
                {
                    Parent = parent ?? old?.Parent,
                    Tags = [.. (old?.Tags ?? []).Concat(references).Distinct()],
                    LastTagged = references.Count > 0 || old is null ? time.GetUtcNow() : old.LastTagged,
                });
            },
            cancellation).ConfigureAwait(false);
        return state.Images[id];
    }
}

using Davit.Oci;
using Davit.Storage.Content;
using Davit.Storage.Layers;

namespace Davit.Storage.Collection;

/// <summary>Removes what no record names, no root file system stands on and no running operation may need.</summary>
internal sealed class Collector(ContentStore content, LayerStore layers)
{
    internal async Task<CollectResult> RunAsync(IReadOnlySet<Digest> blobs, IReadOnlySet<Digest> chains, IReadOnlySet<Digest>? resumable, CancellationToken cancellation)
    {
        var needed = new HashSet<Digest>();
        foreach (var chain in chains.Concat(layers.ChainsInUse())) needed.UnionWith(layers.WithParents(chain));
        var removedLayers = new List<Digest>();
        var removedBlobs = new List<Digest>();
        long freed = 0;
        foreach (var layer in layers.List().Where(layer => !needed.Contains(layer.ChainId)))
        {
            cancellation.ThrowIfCancellationRequested();
            if (!await layers.CollectAsync(layer.ChainId, cancellation).ConfigureAwait(false)) continue;
            removedLayers.Add(layer.ChainId);
            freed += layer.Size;
        }

        foreach (var (digest, size) in content.List())
        {
            cancellation.ThrowIfCancellationRequested();
            if (blobs.Contains(digest) || !content.Collect(digest)) continue;
            removedBlobs.Add(digest);
            freed += size;
        }

        if (resumable is not null) freed += content.RemoveIngests(resumable);
        return new(removedBlobs, removedLayers, freed);
    }
}

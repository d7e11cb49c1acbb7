using Davit.Images.Catalog;
using Davit.Images.Layers;
using Davit.Images.Manifests;
using Davit.Oci;
using Davit.Primitives;
using Davit.Storage.Content;
using Davit.Storage.Layers;
using Davit.Storage.Leases;

namespace Davit.Images.Removal;

/// <summary>What images need on disk, and the removal of what none needs any more.</summary>
internal sealed class Leftover(ImageCatalog catalog, LayerBlobs layerBlobs, IContentStore content, ILayerStore layers, LeaseBook leases)
{
    private readonly Lock _gate = new();
    private List<Func<IEnumerable<Digest>>> _keepers = [];

    internal IDisposable KeepFor(Func<IEnumerable<Digest>> needed)
    {
        lock (_gate) _keepers = [.. _keepers, needed];
        return new Keeper(this, needed);
    }

    /// <summary>Blobs and chain ids that images and others need.</summary>
    internal (HashSet<Digest> Blobs, HashSet<Digest> Chains) Roots()
    {
        var (blobs, chains) = (new HashSet<Digest>(), new HashSet<Digest>());
        foreach (var image in catalog.State.Images.Values) Add(image, blobs, chains);
        foreach (var digest in _keepers.SelectMany(k => k()))
        {
            blobs.Add(digest);
            chains.Add(digest);
        }

        return (blobs, chains);
    }

    /// <summary>Removes what only these images needed.</summary>
    /// <returns>Chain ids of the layers that went, top first, and the bytes freed.</returns>
    internal async Task<(IReadOnlyList<Digest> Layers, long Bytes)> RemoveAsync(IReadOnlyList<Image> gone)
    {
        var (blobs, chains) = (new HashSet<Digest>(), new HashSet<Digest>());
        foreach (var image in gone) Add(image, blobs, chains);
        var needed = Roots();
        var stillUsed = catalog.State.Images.Values.SelectMany(i => i.Config.RootFs.DiffIds).ToHashSet();
        var diffIds = new List<Digest>();
        var removed = new List<Digest>();
        long bytes = 0;
        foreach (var image in gone)
        {
            var chain = ChainId.All(image.Config.RootFs.DiffIds);
            for (var i = chain.Count - 1; i >= 0; i--)
            {
                if (needed.Chains.Contains(chain[i]) || leases.Protects(chain[i]) || layers.List().FirstOrDefault(l => l.ChainId == chain[i]) is not { } layer) continue;
                try
                {
                    await layers.RemoveAsync(chain[i], CancellationToken.None).ConfigureAwait(false);
                }
                catch (DavitException problem) when (problem.Kind == ErrorKind.Conflict)
                {
                    // a container still stands on it
                    break;
                }

                removed.Add(chain[i]);
                bytes += layer.Size;
                if (!stillUsed.Contains(layer.DiffId)) diffIds.Add(layer.DiffId);
            }
        }

        bytes += await RemoveBlobsAsync(blobs).ConfigureAwait(false);
        await layerBlobs.ForgetAsync(diffIds).ConfigureAwait(false);
        return (removed, bytes);
    }

    /// <summary>Removes those of these blobs and layers (by chain id, base first) that nothing needs.</summary>
    /// <returns>Bytes freed.</returns>
    internal async Task<long> DropAsync(IReadOnlyCollection<Digest> made)
    {
        var needed = Roots().Chains;
        long bytes = 0;
        foreach (var digest in made.Reverse().Distinct())
        {
            if (needed.Contains(digest) || leases.Protects(digest) || layers.Find(digest) is not { } layer) continue;
            try
            {
                await layers.RemoveAsync(digest, CancellationToken.None).ConfigureAwait(false);
                bytes += layer.Size;
            }
            catch (DavitException problem) when (problem.Kind == ErrorKind.Conflict)
            {
                // a container stands on it
            }
        }

        return bytes + await RemoveBlobsAsync(made).ConfigureAwait(false);
    }

    /// <summary>Removes those of the blobs that nothing needs, and what interrupted writes left of them.</summary>
    internal Task<long> RemoveBlobsAsync(IReadOnlyCollection<Digest> candidates)
    {
        long bytes = 0;
        var needed = candidates.Count == 0 ? [] : Roots().Blobs;
        foreach (var digest in candidates)
        {
            if (needed.Contains(digest) || leases.Protects(digest)) continue;
            bytes += content.SizeOf(digest) ?? 0;
            content.Delete(digest);
        }

        return Task.FromResult(bytes);
    }

    private void Add(Image image, HashSet<Digest> blobs, HashSet<Digest> chains)
    {
        blobs.Add(image.Id);
        chains.UnionWith(ChainId.All(image.Config.RootFs.DiffIds));
        foreach (var blob in image.Config.RootFs.DiffIds.SelectMany(layerBlobs.Known)) blobs.Add(blob.Digest);
        if (image.Index is { } index) AddIndex(index, blobs);
        if (image.Manifest is { } manifest) blobs.Add(manifest);
    }

    /// <summary>An index and the indexes that it leads through.</summary>
    private void AddIndex(Digest index, HashSet<Digest> blobs)
    {
        if (!blobs.Add(index) || !content.Contains(index)) return;
        foreach (var entry in ManifestReader.Index(content.ReadAll(index), index.Short).Manifests.Where(m => MediaTypes.IsIndex(m.MediaType))) AddIndex(entry.Digest, blobs);
    }

    private sealed class Keeper(Leftover owner, Func<IEnumerable<Digest>> needed) : IDisposable
    {
        public void Dispose()
        {
            lock (owner._gate) owner._keepers = [.. owner._keepers.Where(k => k != needed)];
        }
    }
}

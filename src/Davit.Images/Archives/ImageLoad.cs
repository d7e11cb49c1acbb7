using Davit.Images.Catalog;
using Davit.Images.Layers;
using Davit.Images.Progress;
using Davit.Images.Pull;
using Davit.Images.Removal;
using Davit.Oci;
using Davit.Oci.Image;
using Davit.Primitives;
using Davit.Storage.Content;
using Davit.Storage.Layers;
using Davit.Storage.Leases;

namespace Davit.Images.Archives;

/// <summary>Loads the images of an archive. All are checked and unpacked before the first is recorded.</summary>
internal sealed class ImageLoad(ImageCatalog catalog, LayerPull unpacker, LayerBlobs layerBlobs, IContentStore content, ILayerStore layers, WholeOrNothing whole, Leftover leftover, TimeProvider time)
{
    internal async Task<IReadOnlyList<Image>> RunAsync(Stream tar, Platform? platform, bool quiet, IProgress<ProgressEvent> progress, CancellationToken cancellation)
    {
        var (images, spooled) = await whole.RunAsync(lease => RunAsync(tar, platform, quiet, lease, progress, cancellation)).ConfigureAwait(false);

        // blobs that no image took: of other platforms, or files that are no part of an image
        await leftover.RemoveBlobsAsync(spooled).ConfigureAwait(false);
        return images;
    }

    private async Task<(IReadOnlyList<Image> Images, IReadOnlyCollection<Digest> Spooled)> RunAsync(Stream tar, Platform? platform, bool quiet, Lease lease, IProgress<ProgressEvent> progress, CancellationToken cancellation)
    {
        var contents = await new ArchiveReader(content, lease).ReadAsync(tar, cancellation).ConfigureAwait(false);
        var images = new ArchiveImages(contents, content, platform ?? Platform.Host, platform is not null).Find();
        foreach (var image in images) await UnpackAsync(image, quiet ? null : progress, lease, cancellation).ConfigureAwait(false);
        var loaded = new List<Image>();
        foreach (var image in images) loaded.Add(await RecordAsync(image, lease, progress, cancellation).ConfigureAwait(false));
        return (loaded, contents.Spooled);
    }

    private async Task UnpackAsync(ArchiveImage image, IProgress<ProgressEvent>? progress, Lease lease, CancellationToken cancellation)
    {
        var diffIds = image.Config.RootFs.DiffIds;
        var chain = ChainId.All(diffIds);
        foreach (var id in chain) lease.Hold(id);
        var blobs = new List<(Digest DiffId, Descriptor Blob)>();
        var tasks = new List<Task>();
        using var failure = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        for (var i = 0; i < chain.Count; i++)
        {
            var (file, diffId, at) = (image.Layers[i], diffIds[i], i);
            lease.Hold(file.Digest);
            if (file.Bytes is not null) await content.PutAsync(file.Digest, file.Bytes, cancellation).ConfigureAwait(false);
            blobs.Add((diffId, new() { Digest = file.Digest, Size = file.Size, MediaType = TypeOf(image, i) }));
            if (layers.Find(chain[i]) is not null) continue;
            var bytes = progress is null ? null : new ByteProgress(progress, time, diffId.Short, "Loading layer", file.Size);
            tasks.Add(Task.Run(() => OneAsync(file, [.. chain.Take(at)], diffId, bytes, failure), CancellationToken.None));
        }

        try
        {
            await Task.WhenAll(tasks).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw tasks.Select(t => t.Exception?.InnerException).First(e => e is not null and not OperationCanceledException)!;
        }

        await layerBlobs.RecordAsync(blobs, null, cancellation).ConfigureAwait(false);
    }

    private async Task OneAsync(ArchiveFile file, IReadOnlyList<Digest> parents, Digest diffId, IProgress<long>? progress, CancellationTokenSource failure)
    {
        try
        {
            await unpacker.UnpackAsync(file.Digest, parents, diffId, progress, failure.Token).ConfigureAwait(false);
        }
        catch
        {
            await failure.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task<Image> RecordAsync(ArchiveImage image, Lease lease, IProgress<ProgressEvent> progress, CancellationToken cancellation)
    {
        var id = image.ConfigFile.Digest;
        lease.Hold(id);
        await content.PutAsync(id, image.ConfigBytes, cancellation).ConfigureAwait(false);

        // a manifest with plain layers, as 'docker save' writes it, is only good for the archive: a push compresses
        var keep = image.Manifest is { } manifest && manifest.Layers.All(l => LayerBlobs.IsCompressed(l.MediaType)) ? image.ManifestFile : null;
        if (keep is not null)
        {
            lease.Hold(keep.Digest);
            if (keep.Bytes is not null) await content.PutAsync(keep.Digest, keep.Bytes, cancellation).ConfigureAwait(false);
        }

        var renamed = new List<(Reference Name, Digest Old)>();
        var state = await catalog.ChangeAsync(
            before =>
            {
                renamed.AddRange(image.Tags.Where(t => before.Tags.TryGetValue(t, out var old) && old != id).Select(t => (t, before.Tags[t])));
                var old = before.Images.GetValueOrDefault(id);
                return before.With((old ?? new() { Id = id, Config = image.Config, ConfigBytes = image.ConfigBytes }) with
                {
                    Manifest = keep?.Digest ?? old?.Manifest,
                    Size = ChainId.All(image.Config.RootFs.DiffIds).Sum(c => layers.Find(c)?.Size ?? 0),
                    Tags = [.. (old?.Tags ?? []).Concat(image.Tags).Distinct()],
                    LastTagged = time.GetUtcNow(),
                });
            },
            cancellation).ConfigureAwait(false);
        foreach (var (name, old) in renamed) progress.Text($"The image {name.Familiar} already exists, renaming the old one with ID {old} to empty string\n");
        foreach (var tag in image.Tags) progress.Text($"Loaded image: {tag.Familiar}\n");
        if (image.Tags.Count == 0) progress.Text($"Loaded image ID: {id}\n");
        return state.Images[id];
    }

    private static string TypeOf(ArchiveImage image, int layer) =>
        image.Manifest is { } manifest && manifest.Layers[layer].Digest == image.Layers[layer].Digest ? manifest.Layers[layer].MediaType
        : image.Layers[layer].Digest == image.Config.RootFs.DiffIds[layer] ? MediaTypes.OciLayer : MediaTypes.DockerLayerGzip;
}

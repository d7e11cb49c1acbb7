using System.Text;
using System.Text.Json;
using Davit.Images.Catalog;
using Davit.Images.Layers;
using Davit.Images.Progress;
using Davit.Oci;
using Davit.Oci.Image;
using Davit.Primitives;
using Davit.RegistryClient;
using Davit.Storage.Content;
using Davit.Storage.Layers;
using Davit.Storage.Leases;

namespace Davit.Images.Push;

/// <summary>One push: layers, configuration, manifest, in this order, so that a registry never has a manifest without its parts.</summary>
internal sealed class ImagePush(ImageCatalog catalog, DistributionClient client, LayerBlobs layerBlobs, IContentStore content, ILayerStore layers, LeaseBook leases, SemaphoreSlim uploads, TimeProvider time)
{
    internal async Task RunAsync(Reference reference, Platform? platform, Credential? credential, IProgress<ProgressEvent> progress, CancellationToken cancellation)
    {
        if (!catalog.State.Tags.TryGetValue(reference, out var id)) throw new DavitException(ErrorKind.NotFound, $"tag does not exist: {reference.Familiar}", "an image is pushed by one of its names");
        var image = catalog.State.Images[id];
        if (platform is not null && !platform.Accepts(new() { Os = image.Config.Os, Architecture = image.Config.Architecture, Variant = image.Config.Variant }))
        {
            throw new DavitException(ErrorKind.NotFound, $"image with reference {reference.Familiar} was found but does not match the specified platform: wanted {platform}, actual: {image.Config.Os}/{image.Config.Architecture}");
        }

        using var lease = leases.Begin();
        lease.Hold(image.Id);
        foreach (var chain in ChainId.All(image.Config.RootFs.DiffIds)) lease.Hold(chain);
        var file = new ManifestMaker(content).Kept(image);
        var sent = file is null
            ? await SendLayersAsync(reference, image, credential, progress, cancellation).ConfigureAwait(false)
            : await SendKeptAsync(reference, file, credential, progress, cancellation).ConfigureAwait(false);
        file ??= ManifestMaker.Make(image, sent);
        await client.PushBlobAsync(reference, image.Id, image.ConfigBytes.Length, () => content.OpenRead(image.Id), [], null, credential, cancellation).ConfigureAwait(false);
        await client.PutManifestAsync(reference, file.MediaType, file.Bytes, credential, cancellation).ConfigureAwait(false);

        await content.PutAsync(file.Digest, file.Bytes, cancellation).ConfigureAwait(false);
        lease.Hold(file.Digest);
        await layerBlobs.RecordAsync([.. file.DiffIds.Zip(file.Manifest.Layers)], reference.Name, cancellation).ConfigureAwait(false);
        await catalog.ChangeAsync(state => Record(state, image.Id, reference.WithDigest(file.Digest), file.Digest), cancellation).ConfigureAwait(false);
        progress.Line($"{reference.Tag}: digest: {file.Digest} size: {file.Bytes.Length}");
        progress.Report(new() { AuxJson = Aux(reference.Tag!, file.Digest, file.Bytes.Length) });
    }

    private static CatalogState Record(CatalogState state, Digest id, Reference pinned, Digest manifest)
    {
        if (!state.Images.TryGetValue(id, out var image)) return state;
        return state.With(image with { Manifest = manifest, Index = image.Manifest == manifest ? image.Index : null, RepoDigests = [.. image.RepoDigests.Where(d => d != pinned), pinned] });
    }

    private async Task<IReadOnlyList<LayerBlob>> SendKeptAsync(Reference reference, ImageManifestFile file, Credential? credential, IProgress<ProgressEvent> progress, CancellationToken cancellation)
    {
        var blobs = file.Manifest.Layers.Select((l, i) => new LayerBlob(l.Digest, l.Size, l.MediaType, layerBlobs.Known(file.DiffIds[i]).FirstOrDefault(b => b.Digest == l.Digest)?.Sources ?? [])).ToList();
        return await SendAllAsync(reference, file.DiffIds, (i, _) => Task.FromResult(blobs[i]), credential, progress, cancellation).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<LayerBlob>> SendLayersAsync(Reference reference, Image image, Credential? credential, IProgress<ProgressEvent> progress, CancellationToken cancellation)
    {
        var diffIds = image.Config.RootFs.DiffIds;
        var chain = ChainId.All(diffIds);
        return await SendAllAsync(reference, diffIds, (i, token) => BlobAsync(i, token), credential, progress, cancellation).ConfigureAwait(false);

        async Task<LayerBlob> BlobAsync(int i, CancellationToken token)
        {
            if (layerBlobs.Present(diffIds[i]).FirstOrDefault(b => LayerBlobs.IsCompressed(b.MediaType)) is { } here) return here;
            var layer = layers.Find(chain[i]) ?? throw new DavitException(ErrorKind.DataLoss, $"layer {diffIds[i]} of image {image.Id.Short} is missing", "pull or build the image again");
            return await layerBlobs.CompressedAsync(layer, token).ConfigureAwait(false);
        }
    }

    private async Task<IReadOnlyList<LayerBlob>> SendAllAsync(Reference reference, IReadOnlyList<Digest> diffIds, Func<int, CancellationToken, Task<LayerBlob>> blobOf, Credential? credential, IProgress<ProgressEvent> progress, CancellationToken cancellation)
    {
        // the same layer may stand in an image twice
        var distinct = Enumerable.Range(0, diffIds.Count).GroupBy(i => diffIds[i]).Select(g => g.First()).Reverse().ToList();
        foreach (var i in distinct) progress.Step(diffIds[i].Short, "Preparing");
        foreach (var i in distinct.Skip(uploads.CurrentCount)) progress.Step(diffIds[i].Short, "Waiting");
        using var failure = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var tasks = distinct.ToDictionary(i => diffIds[i], i => Task.Run(() => OneAsync(reference, diffIds[i], token => blobOf(i, token), credential, progress, failure), CancellationToken.None));
        try
        {
            await Task.WhenAll(tasks.Values).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw tasks.Values.Select(t => t.Exception?.InnerException).First(e => e is not null and not OperationCanceledException)!;
        }

        var blobs = new List<LayerBlob>();
        foreach (var diffId in diffIds) blobs.Add(await tasks[diffId].ConfigureAwait(false));
        return blobs;
    }

    private async Task<LayerBlob> OneAsync(Reference reference, Digest diffId, Func<CancellationToken, Task<LayerBlob>> blobOf, Credential? credential, IProgress<ProgressEvent> progress, CancellationTokenSource failure)
    {
        try
        {
            await uploads.WaitAsync(failure.Token).ConfigureAwait(false);
            try
            {
                var blob = await blobOf(failure.Token).ConfigureAwait(false);
                var mountFrom = blob.Sources.Where(s => s.StartsWith(reference.Registry + "/", StringComparison.Ordinal)).Select(s => s[(reference.Registry.Length + 1)..]).ToList();
                var outcome = await client.PushBlobAsync(reference, blob.Digest, blob.Size, () => content.OpenRead(blob.Digest), mountFrom, new ByteProgress(progress, time, diffId.Short, "Pushing", blob.Size), credential, failure.Token).ConfigureAwait(false);
                progress.Step(diffId.Short, outcome.Existed ? "Layer already exists" : outcome.MountedFrom is { } from ? $"Mounted from {from}" : "Pushed");
                return blob;
            }
            finally
            {
                uploads.Release();
            }
        }
        catch
        {
            await failure.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static string Aux(string tag, Digest digest, long size)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("Tag", tag);
            json.WriteString("Digest", digest.ToString());
            json.WriteNumber("Size", size);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}

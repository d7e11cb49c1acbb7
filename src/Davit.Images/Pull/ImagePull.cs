using Davit.Images.Catalog;
using Davit.Images.Layers;
using Davit.Images.Manifests;
using Davit.Images.Progress;
using Davit.Images.Removal;
using Davit.Oci;
using Davit.Oci.Image;
using Davit.Primitives;
using Davit.RegistryClient;
using Davit.Storage.Content;
using Davit.Storage.Layers;
using Davit.Storage.Leases;

namespace Davit.Images.Pull;

/// <summary>One pull from start to end.</summary>
internal sealed class ImagePull(ImageCatalog catalog, DistributionClient client, LayerPull layerPull, LayerBlobs layerBlobs, IContentStore content, ILayerStore layers, WholeOrNothing whole, InterruptedPulls interrupted, TimeProvider time)
{
    internal Task<Image> RunAsync(Reference reference, Platform platform, Credential? credential, IProgress<ProgressEvent> progress, CancellationToken cancellation) =>
        whole.RunAsync(lease => RunAsync(reference, platform, credential, lease, progress, cancellation), DistributionClient.MayGoOnLater);

    private async Task<Image> RunAsync(Reference reference, Platform platform, Credential? credential, Lease lease, IProgress<ProgressEvent> progress, CancellationToken cancellation)
    {
        var resolved = await new ImageResolver(client).ResolveAsync(reference, platform, credential, cancellation).ConfigureAwait(false);
        progress.Step(reference.Tag ?? reference.Digest!.Value.ToString(), $"Pulling from {reference.Repository}");
        foreach (var (digest, bytes) in resolved.Documents)
        {
            lease.Hold(digest);
            await content.PutAsync(digest, bytes, cancellation).ConfigureAwait(false);
        }

        var manifest = resolved.Manifest;
        lease.Hold(manifest.Config.Digest);
        foreach (var blob in manifest.Layers) lease.Hold(blob.Digest);
        await layerPull.FetchAsync(reference, manifest.Config, credential, null, cancellation).ConfigureAwait(false);
        var configBytes = content.ReadAll(manifest.Config.Digest);
        var config = ManifestReader.Config(configBytes, manifest.Layers.Count, reference.Familiar);
        var chain = ChainId.All(config.RootFs.DiffIds);
        foreach (var id in chain) lease.Hold(id);
        var known = catalog.State.Images.ContainsKey(manifest.Config.Digest) && chain.All(c => layers.Find(c) is not null);
        if (!known) await BringLayersAsync(reference, resolved, config, lease, credential, progress, cancellation).ConfigureAwait(false);

        var present = config.RootFs.DiffIds.Select((diffId, i) => (DiffId: diffId, Blob: manifest.Layers[i])).ToList();
        await layerBlobs.RecordAsync(present, reference.Name, cancellation).ConfigureAwait(false);
        var changed = false;
        var state = await catalog.ChangeAsync(before => Record(before, reference, resolved, config, configBytes, out changed), cancellation).ConfigureAwait(false);
        progress.Line($"Digest: {resolved.TopDigest}");
        progress.Line(changed ? $"Status: Downloaded newer image for {reference.Familiar}" : $"Status: Image is up to date for {reference.Familiar}");
        return state.Images[manifest.Config.Digest];
    }

    private async Task BringLayersAsync(Reference reference, ResolvedImage resolved, ImageConfig config, Lease lease, Credential? credential, IProgress<ProgressEvent> progress, CancellationToken cancellation)
    {
        interrupted.Begin(resolved.ManifestDigest, lease.Held);
        var resumable = false;
        try
        {
            await layerPull.RunAsync(reference, resolved.Manifest.Layers, config.RootFs.DiffIds, credential, progress, cancellation).ConfigureAwait(false);
        }
        catch (Exception problem) when (DistributionClient.MayGoOnLater(problem))
        {
            resumable = true;
            throw;
        }
        finally
        {
            interrupted.End(resolved.ManifestDigest, resumable);
        }
    }

    private CatalogState Record(CatalogState before, Reference reference, ResolvedImage resolved, ImageConfig config, byte[] configBytes, out bool changed)
    {
        var id = resolved.Manifest.Config.Digest;
        var pinned = reference.WithDigest(resolved.TopDigest);
        var old = before.Images.GetValueOrDefault(id);
        var name = reference.Digest is null ? reference : null;
        changed = old is null || (name is not null ? !old.Tags.Contains(name) : !old.RepoDigests.Contains(pinned));

        // another manifest of the same image may be kept whole already; the newest is what a push sends
        return before.With((old ?? new() { Id = id, Config = config, ConfigBytes = configBytes }) with
        {
            Manifest = resolved.ManifestDigest,
            Index = resolved.Index,
            Size = ChainId.All(config.RootFs.DiffIds).Sum(c => layers.Find(c)?.Size ?? 0),
            Tags = name is null ? old?.Tags ?? [] : [.. (old?.Tags ?? []).Where(t => t != name), name],
            RepoDigests = [.. (old?.RepoDigests ?? []).Where(d => d != pinned), pinned],
            LastTagged = changed ? time.GetUtcNow() : old!.LastTagged,
        });
    }
}

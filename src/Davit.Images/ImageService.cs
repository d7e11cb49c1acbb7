using Davit.Images.Archives;
using Davit.Images.Catalog;
using Davit.Images.Layers;
using Davit.Images.Listing;
using Davit.Images.Progress;
using Davit.Images.Pull;
using Davit.Images.Push;
using Davit.Images.Removal;
using Davit.Oci;
using Davit.Oci.Image;
using Davit.Primitives;
using Davit.RegistryClient;
using Davit.Storage.Content;
using Davit.Storage.Documents;
using Davit.Storage.Layers;
using Davit.Storage.Leases;

namespace Davit.Images;

/// <summary>Images over the store and the registries. One for the process; loads its model when it is made.</summary>
public sealed class ImageService : IImageService, IDisposable
{
    private readonly ILayerStore _layers;
    private readonly LeaseBook _leases;
    private readonly DistributionClient _client;
    private readonly TimeProvider _time;
    private readonly ImageCatalog _catalog;
    private readonly LayerBlobs _layerBlobs;
    private readonly Leftover _leftover;
    private readonly InterruptedPulls _interrupted;
    private readonly ImageRecorder _recorder;
    private readonly LayerPull _layerPull;
    private readonly ImagePull _pull;
    private readonly ImagePush _push;
    private readonly ImageLoad _load;
    private readonly ImageSave _save;
    private readonly RootFsImport _import;
    private readonly ImageRemove _remove;
    private readonly ImagePrune _prune;
    private readonly SharedPulls _shared = new();
    private readonly SemaphoreSlim _downloads;
    private readonly SemaphoreSlim _uploads;
    private readonly SemaphoreSlim _unpacks;
    private (int Downloads, int Uploads) _limits;

    /// <summary>A service over the parts of a store.</summary>
    public ImageService(IContentStore content, ILayerStore layers, IDocumentStore documents, LeaseBook leases, DistributionClient client, ImageOptions options, TimeProvider time)
    {
        (_layers, _leases, _client, _time) = (layers, leases, client, time);
        _limits = (options.ConcurrentDownloads, options.ConcurrentUploads);
        (_downloads, _uploads, _unpacks) = (new(options.ConcurrentDownloads), new(options.ConcurrentUploads), new(options.ConcurrentUnpacks));
        _catalog = new(documents, content);
        _layerBlobs = new(documents, content, layers);
        _leftover = new(_catalog, _layerBlobs, content, layers, leases);
        var whole = new WholeOrNothing(leases, _leftover);
        _interrupted = new(documents, time);
        _ = _leftover.KeepFor(_interrupted.Parts);
        _recorder = new(_catalog, content, layers, whole, time);
        _layerPull = new(client, content, layers, _downloads, _unpacks, time);
        _pull = new(_catalog, client, _layerPull, _layerBlobs, content, layers, whole, _interrupted, time);
        _push = new(_catalog, client, _layerBlobs, content, layers, leases, _uploads, time);
        _load = new(_catalog, _layerPull, _layerBlobs, content, layers, whole, _leftover, time);
        _save = new(_catalog, _layerBlobs, content, layers, leases);
        _import = new(_recorder, layers, whole, time);
        _remove = new(_catalog, _leftover, Raise);
        _prune = new(_catalog, _remove, _interrupted, _leftover, time);
    }

    /// <inheritdoc/>
    public event Action<string, string, string>? Changed;

    /// <summary>Changes how many layers are moved at a time; fewer take effect as those on their way arrive.</summary>
    public void Limit(int downloads, int uploads)
    {
        Resize(_downloads, downloads - _limits.Downloads);
        Resize(_uploads, uploads - _limits.Uploads);
        _limits = (downloads, uploads);
    }

    private static void Resize(SemaphoreSlim slots, int more)
    {
        if (more > 0) slots.Release(more);
        for (; more < 0; more++) _ = slots.WaitAsync();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _downloads.Dispose();
        _uploads.Dispose();
        _unpacks.Dispose();
        _catalog.Dispose();
        _layerBlobs.Dispose();
    }

    /// <inheritdoc/>
    public Image Resolve(string nameOrId) => ImageLookup.Require(_catalog.State, nameOrId);

    /// <inheritdoc/>
    public Image? Find(string nameOrId) => ImageLookup.Find(_catalog.State, nameOrId);

    /// <inheritdoc/>
    public IReadOnlyCollection<Image> List() => [.. _catalog.State.Images.Values];

    /// <inheritdoc/>
    public IReadOnlyList<Image> List(bool all, ImageFilter filter)
    {
        var state = _catalog.State;
        var parents = state.Images.Values.Select(i => i.Parent).Where(p => p is not null).ToHashSet();
        var shown = state.Images.Values.Where(i => all || i.Tags.Count > 0 || i.RepoDigests.Count > 0 || !parents.Contains(i.Id));
        return filter.Apply(shown, name => ImageLookup.Require(state, name), _time.GetUtcNow());
    }

    /// <inheritdoc/>
    public async Task<Image> PullAsync(Reference reference, Platform? platform, RegistryCredentials? credentials, IProgress<ProgressEvent> progress, CancellationToken cancellation)
    {
        var wanted = platform ?? Platform.Host;
        var image = await _shared.RunAsync(
            $"{reference} {wanted} {credentials?.Username} {credentials?.Password} {credentials?.IdentityToken} {credentials?.RegistryToken}",
            (events, token) => _pull.RunAsync(reference, wanted, Of(credentials), events, token),
            progress,
            cancellation).ConfigureAwait(false);
        Raise("pull", reference.Familiar, reference.FamiliarName);
        return image;
    }

    /// <inheritdoc/>
    public async Task PullAllTagsAsync(Reference name, Platform? platform, RegistryCredentials? credentials, IProgress<ProgressEvent> progress, CancellationToken cancellation)
    {
        foreach (var tag in await _client.ListTagsAsync(name, Of(credentials), cancellation).ConfigureAwait(false))
        {
            if (!Reference.TryParse($"{name.Name}:{tag}", out var reference, out _)) throw new DavitException(ErrorKind.DataLoss, $"{name.FamiliarName} has the invalid tag \"{tag}\"");
            await PullAsync(reference, platform, credentials, progress, cancellation).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async Task PushAsync(Reference reference, Platform? platform, RegistryCredentials? credentials, IProgress<ProgressEvent> progress, CancellationToken cancellation)
    {
        var serial = new SerialProgress(progress);
        serial.Line($"The push refers to repository [{reference.Name}]");
        if (!_catalog.State.Tags.ContainsKey(reference)) throw new DavitException(ErrorKind.NotFound, $"An image does not exist locally with the tag: {reference.FamiliarName}");
        await _push.RunAsync(reference, platform, Of(credentials), serial, cancellation).ConfigureAwait(false);
        Raise("push", reference.Familiar, reference.FamiliarName);
    }

    /// <inheritdoc/>
    public async Task PushAllTagsAsync(Reference name, Platform? platform, RegistryCredentials? credentials, IProgress<ProgressEvent> progress, CancellationToken cancellation)
    {
        var serial = new SerialProgress(progress);
        serial.Line($"The push refers to repository [{name.Name}]");
        var tags = _catalog.State.Tags.Keys.Where(t => t.Name == name.Name).OrderBy(t => t.Tag, StringComparer.Ordinal).ToList();
        if (tags.Count == 0) throw new DavitException(ErrorKind.NotFound, $"An image does not exist locally with the tag: {name.FamiliarName}");
        foreach (var tag in tags)
        {
            await _push.RunAsync(tag, platform, Of(credentials), serial, cancellation).ConfigureAwait(false);
            Raise("push", tag.Familiar, tag.FamiliarName);
        }
    }

    /// <inheritdoc/>
    public async Task LoadAsync(Stream tar, Platform? platform, bool quiet, IProgress<ProgressEvent> progress, CancellationToken cancellation)
    {
        foreach (var image in await _load.RunAsync(tar, platform, quiet, new SerialProgress(progress), cancellation).ConfigureAwait(false)) Raise("load", image.Id.ToString(), image.Id.ToString());
    }

    /// <inheritdoc/>
    public async Task SaveAsync(IReadOnlyList<string> names, Platform? platform, Stream destination, CancellationToken cancellation)
    {
        await _save.RunAsync(names, platform, destination, cancellation).ConfigureAwait(false);
        foreach (var id in names.Select(Find).Where(i => i is not null).Select(i => i!.Id).Distinct()) Raise("save", id.ToString(), id.ToString());
    }

    /// <inheritdoc/>
    public async Task<Image> ImportAsync(Stream tar, Reference? reference, ImageRunConfig config, string? message, Platform? platform, IProgress<ProgressEvent> progress, CancellationToken cancellation)
    {
        var image = await _import.RunAsync(tar, reference, config, message, platform, progress, cancellation).ConfigureAwait(false);
        Raise("import", image.Id.ToString(), reference?.Familiar ?? image.Id.ToString());
        return image;
    }

    /// <inheritdoc/>
    public async Task<Image> CreateAsync(ImageConfig config, IReadOnlyList<Reference> references, Digest? parent, CancellationToken cancellation)
    {
        var image = await _recorder.RecordAsync(config, references, parent, cancellation).ConfigureAwait(false);
        foreach (var reference in references) Raise("tag", image.Id.ToString(), reference.Familiar);
        return image;
    }

    /// <inheritdoc/>
    public async Task TagAsync(string source, Reference target, CancellationToken cancellation)
    {
        if (target.Digest is not null) throw new DavitException(ErrorKind.InvalidArgument, "refusing to create a tag with a digest reference");
        Digest id = default;
        await _catalog.ChangeAsync(
            state =>
            {
                var image = ImageLookup.Require(state, source);
                id = image.Id;
                return state.With(image with { Tags = [.. image.Tags.Where(t => t != target), target], LastTagged = _time.GetUtcNow() });
            },
            cancellation).ConfigureAwait(false);
        Raise("tag", id.ToString(), target.Familiar);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<ImageRemoval>> RemoveAsync(string nameOrId, bool force, bool prune, Func<Digest, IReadOnlyList<ImageUser>> users, CancellationToken cancellation) =>
        _remove.RunAsync(nameOrId, force, prune, users, cancellation);

    /// <inheritdoc/>
    public Task<ImagePruning> PruneAsync(bool danglingOnly, ImageFilter filter, Func<Digest, IReadOnlyList<ImageUser>> users, CancellationToken cancellation) =>
        _prune.RunAsync(danglingOnly, filter, users, cancellation);

    /// <inheritdoc/>
    public IReadOnlyList<ImageStep> History(Image image) => ImageHistoryRows.Of(image, _catalog.State, _layers);

    /// <inheritdoc/>
    public IDisposable KeepFor(Func<IEnumerable<Digest>> needed) => _leftover.KeepFor(needed);

    /// <inheritdoc/>
    public (IReadOnlySet<Digest> Blobs, IReadOnlySet<Digest> Chains, IReadOnlySet<Digest> Resumable) Roots()
    {
        var (blobs, chains) = _leftover.Roots();
        return (blobs, chains, _interrupted.Parts().ToHashSet());
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Digest>> EnsureUnpackedAsync(Image image, CancellationToken cancellation)
    {
        var diffIds = image.Config.RootFs.DiffIds;
        var chain = ChainId.All(diffIds);
        using var lease = _leases.Begin();
        for (var i = 0; i < chain.Count; i++)
        {
            lease.Hold(chain[i]);
            if (_layers.Find(chain[i]) is not null) continue;
            var blob = _layerBlobs.Present(diffIds[i]).FirstOrDefault()
                ?? throw new DavitException(ErrorKind.DataLoss, $"layer {diffIds[i]} of image {image.Id.Short} is missing", "pull or build the image again");
            await _layerPull.UnpackAsync(blob.Digest, [.. chain.Take(i)], diffIds[i], null, cancellation).ConfigureAwait(false);
        }

        return chain;
    }

    private static Credential? Of(RegistryCredentials? credentials) => credentials is null ? null : new(credentials.Username, credentials.Password, credentials.IdentityToken, credentials.RegistryToken);

    private void Raise(string action, string id, string name) => Changed?.Invoke(action, id, name);
}

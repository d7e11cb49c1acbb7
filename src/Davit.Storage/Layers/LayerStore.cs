using System.Collections.Concurrent;
using System.Text.Json;
using Davit.Archive;
using Davit.Linux;
using Davit.Linux.Directories;
using Davit.Oci;
using Davit.Primitives;
using Davit.Storage.Disk;
using Davit.Storage.Documents;
using Davit.Storage.Leases;

namespace Davit.Storage.Layers;

/// <summary>Unpacked layers on disk, each with a row; the making of layers. Root file systems are in the other part.</summary>
internal sealed partial class LayerStore : ILayerStore, IAsyncDisposable
{
    private const string Collection = "layers";
    private const string RecipeName = "tar.recipe";
    private readonly StoragePaths _paths;
    private readonly IDocumentStore _documents;
    private readonly LeaseBook _leases;
    private readonly string _boot;
    private readonly LayerSync _sync;
    private readonly ConcurrentDictionary<Digest, LayerRow> _layers = new();
    private readonly KeyedLock<Digest> _making = new();
    private readonly Lock _names = new();

    internal LayerStore(StoragePaths paths, Instance instance, IDocumentStore documents, LeaseBook leases, TimeProvider time)
    {
        (_paths, _documents, _leases) = (paths, documents, leases);
        _mountPoint = Path.Combine(instance.RunRoot, "mount");
        _boot = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
        _sync = new(paths.Data, MarkSyncedAsync, time);
        LoadLayers();
        LoadRootFs();
    }

    public Layer? Find(Digest chainId)
    {
        // first the note, then the look: a collection in between has either seen the note or left nothing to see
        _leases.Touch(chainId);
        return _layers.TryGetValue(chainId, out var row) ? ToLayer(row) : null;
    }

    public IReadOnlyCollection<Layer> List() => [.. _layers.Values.Select(ToLayer)];

    public async Task<Layer> ApplyAsync(IReadOnlyList<Digest> parents, Digest? diffId, Stream tar, CancellationToken cancellation)
    {
        Digest? parent = parents.Count == 0 ? null : parents[^1];
        if (diffId is not { } expected) return await UnpackAsync(parent, null, tar, cancellation).ConfigureAwait(false);
        var chainId = ChainId.Of(parent, expected);
        _leases.Touch(chainId);
        using (await _making.EnterAsync(chainId, cancellation).ConfigureAwait(false))
        {
            return _layers.TryGetValue(chainId, out var row) ? ToLayer(row) : await UnpackAsync(parent, expected, tar, cancellation).ConfigureAwait(false);
        }
    }

    public async Task<Layer> CommitAsync(string rootFsId, CancellationToken cancellation)
    {
        var entry = RequireRootFs(rootFsId);
        var (diffId, tarBytes, contentBytes) = await DiffWriter.WriteAsync(entry.RootFs.UpperDirectory, null, cancellation).ConfigureAwait(false);
        Digest? parent = entry.Chain.Count == 0 ? null : entry.Chain[^1];
        var chainId = ChainId.Of(parent, diffId);
        using (await _making.EnterAsync(chainId, cancellation).ConfigureAwait(false))
        {
            if (!_layers.ContainsKey(chainId))
            {
                var making = Path.Combine(_paths.NewLayers, Guid.NewGuid().ToString("N"));
                DiskFiles.MakeDirectory(making, 0x1C0);
                try
                {
                    DiskFiles.Rename(entry.RootFs.UpperDirectory, Path.Combine(making, "diff"));
                    await PublishAsync(making, new() { ChainId = chainId, DiffId = diffId, Parent = parent, Directory = "", Size = contentBytes, TarSize = tarBytes }).ConfigureAwait(false);
                }
                catch
                {
                    TryRemove(making);
                    throw;
                }
            }
        }

        RemoveRootFs(rootFsId);
        return ToLayer(_layers[chainId]);
    }

    public async Task<Layer> SnapshotAsync(string rootFsId, CancellationToken cancellation)
    {
        var entry = RequireRootFs(rootFsId);
        var pipe = new System.IO.Pipelines.Pipe(new(pauseWriterThreshold: 1 << 20, resumeWriterThreshold: 1 << 19));
        var write = WriteAsync();
        try
        {
            var layer = await ApplyAsync(entry.Chain, null, pipe.Reader.AsStream(), cancellation).ConfigureAwait(false);
            await write.ConfigureAwait(false);
            return layer;
        }
        catch
        {
            await pipe.Reader.CompleteAsync().ConfigureAwait(false);
            throw;
        }

        async Task WriteAsync()
        {
            Exception? failure = null;
            try
            {
                await DiffWriter.WriteAsync(entry.RootFs.UpperDirectory, pipe.Writer.AsStream(leaveOpen: true), cancellation).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                failure = e;
            }

            // the reader gets the failure
            await pipe.Writer.CompleteAsync(failure).ConfigureAwait(false);
        }
    }

    public async Task FlushAsync(IReadOnlyCollection<Digest> chainIds, CancellationToken cancellation)
    {
        while (chainIds.Any(chain => _layers.TryGetValue(chain, out var row) && row.UnsyncedSince is not null)) await _sync.FlushAsync(cancellation).ConfigureAwait(false);
    }

    public async Task WriteTarAsync(Layer layer, Stream destination, CancellationToken cancellation)
    {
        // a layer made here is what the writer makes of its files; one that came as a tar has its recipe
        var recipe = Path.Combine(Path.GetDirectoryName(layer.Directory)!, RecipeName);
        Digest actual;
        if (File.Exists(recipe))
        {
            var hashing = new HashingStream(destination);
            await using (hashing.ConfigureAwait(false))
            {
                await Task.Run(() => TarRecipe.WriteAsync(recipe, layer.Directory, hashing, cancellation), cancellation).ConfigureAwait(false);
                actual = hashing.Current();
            }
        }
        else
        {
            (actual, _, _) = await DiffWriter.WriteAsync(layer.Directory, destination, cancellation).ConfigureAwait(false);
        }

        if (actual != layer.DiffId) throw new DavitException(ErrorKind.DataLoss, $"layer {layer.DiffId}: the files on disk give {actual}");
    }

    public async Task RemoveAsync(Digest chainId, CancellationToken cancellation)
    {
        using var turn = await _making.EnterAsync(chainId, cancellation).ConfigureAwait(false);
        LayerRow? row;
        lock (_rootFsGate)
        {
            if (UserOf(chainId) is { } user) throw new DavitException(ErrorKind.Conflict, $"layer {chainId} is in use by {user}");
            if (!_layers.TryRemove(chainId, out row)) return;
        }

        await DeleteAsync(row).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _sync.DisposeAsync().ConfigureAwait(false);
        await _trash.ConfigureAwait(false);
    }

    internal string DirectoryOf(LayerRow row) => Path.Combine(_paths.Layers, row.Directory);

    private async Task<Layer> UnpackAsync(Digest? parent, Digest? expected, Stream tar, CancellationToken cancellation)
    {
        var making = Path.Combine(_paths.NewLayers, Guid.NewGuid().ToString("N"));
        var diff = Path.Combine(making, "diff");
        DiskFiles.MakeDirectory(diff, 0x1ED);
        try
        {
            var applied = await LayerApplier.ApplyAsync(tar, diff, new() { RecipePath = Path.Combine(making, RecipeName) }, cancellation).ConfigureAwait(false);
            if (expected is { } wanted && wanted != applied.DiffId)
            {
                throw new DavitException(ErrorKind.DataLoss, $"layer verification failed for digest {wanted}", $"the content that came has digest {applied.DiffId}");
            }

            cancellation.ThrowIfCancellationRequested();
            var row = new LayerRow
            {
                ChainId = ChainId.Of(parent, applied.DiffId),
                DiffId = applied.DiffId,
                Parent = parent,
                Directory = "",
                Size = applied.ContentBytes,
                TarSize = applied.TarBytes,
                RootOpaque = applied.RootOpaque,
                Implicit = parent is null ? [] : applied.ImplicitDirectories,
            };
            if (expected is not null) return await PublishAsync(making, row).ConfigureAwait(false);
            using (await _making.EnterAsync(row.ChainId, cancellation).ConfigureAwait(false))
            {
                if (!_layers.TryGetValue(row.ChainId, out var there)) return await PublishAsync(making, row).ConfigureAwait(false);
                TryRemove(making);
                return ToLayer(there);
            }
        }
        catch
        {
            TryRemove(making);
            throw;
        }
    }

    // The caller has the chain id's turn.
    private async Task<Layer> PublishAsync(string making, LayerRow row)
    {
        row = row with { Directory = PlaceInLayers(making, row.ChainId), UnsyncedSince = _boot };
        try
        {
            await _documents.WriteAsync([Document(row)], CancellationToken.None).ConfigureAwait(false);
        }
        catch
        {
            TryRemove(DirectoryOf(row));
            throw;
        }

        _leases.Touch(row.ChainId);
        _layers[row.ChainId] = row;
        _sync.Add(row.ChainId);
        return ToLayer(row);
    }

    // Short names, so that more than a hundred fit the page of options that mount(2) takes.
    private string PlaceInLayers(string making, Digest chainId)
    {
        lock (_names)
        {
            for (var length = 12; length <= chainId.Hex.Length; length++)
            {
                var name = chainId.Hex[..length];
                var errno = DirectoryCalls.Rename(DirectoryCalls.WorkingDirectory, making, DirectoryCalls.WorkingDirectory, Path.Combine(_paths.Layers, name), replace: false);
                if (errno == Errno.None) return name;
                if (errno != Errno.EEXIST) throw DiskFiles.Error(errno, "rename", Path.Combine(_paths.Layers, name));
            }
        }

        throw new DavitException(ErrorKind.Internal, $"no free directory name for layer {chainId} in {_paths.Layers}", "run 'davit system check --repair'");
    }

    private async Task MarkSyncedAsync(IReadOnlyCollection<Digest> chainIds)
    {
        var rows = chainIds.Select(chain => _layers.GetValueOrDefault(chain)).OfType<LayerRow>().Select(row => row with { UnsyncedSince = null }).ToArray();
        await _documents.WriteAsync([.. rows.Select(Document)], CancellationToken.None).ConfigureAwait(false);
        foreach (var row in rows)
        {
            // unless it was removed meanwhile, or its implicit directories were settled
            if (_layers.TryGetValue(row.ChainId, out var now)) _layers.TryUpdate(row.ChainId, now with { UnsyncedSince = null }, now);
        }
    }

    private void LoadLayers()
    {
        var directories = DiskFiles.Names(_paths.Layers).ToHashSet(StringComparer.Ordinal);
        var lost = new List<DocumentChange>();
        foreach (var (key, json) in _documents.LoadAll(Collection))
        {
            var row = JsonSerializer.Deserialize(json, StorageJson.Default.LayerRow)!;

            // written before a power cut and never synced: the files may be anything
            if (!directories.Contains(row.Directory) || (row.UnsyncedSince is { } boot && boot != _boot))
            {
                lost.Add(new(Collection, key, null));
                continue;
            }

            directories.Remove(row.Directory);
            _layers[row.ChainId] = row;
            if (row.UnsyncedSince is not null) _sync.Add(row.ChainId);
        }

        if (lost.Count > 0) _ = _documents.WriteAsync(lost, CancellationToken.None);
        foreach (var unknown in directories) MoveToTrash(Path.Combine(_paths.Layers, unknown));
        foreach (var unfinished in DiskFiles.Names(_paths.NewLayers)) MoveToTrash(Path.Combine(_paths.NewLayers, unfinished));
        EmptyTrash();
    }

    private Layer ToLayer(LayerRow row) => new(row.ChainId, row.DiffId, Path.Combine(_paths.Layers, row.Directory, "diff"), row.Size);

    private static DocumentChange Document(LayerRow row) => new(Collection, row.ChainId.ToString(), JsonSerializer.SerializeToUtf8Bytes(row, StorageJson.Default.LayerRow));

    private static void TryRemove(string path) => _ = DirectoryListing.RemoveTree(DirectoryCalls.WorkingDirectory, path);
}

using System.Collections.Concurrent;
using System.Text.Json;
using Davit.Archive;
using Davit.Linux;
using Davit.Linux.Directories;
using Davit.Linux.Mounts;
using Davit.Oci;
using Davit.Primitives;
using Davit.Storage.Disk;

namespace Davit.Storage.Layers;

/// <summary>Root file systems: the writable directories of containers and build steps over chains of layers.</summary>
internal sealed partial class LayerStore
{
    private const string RootFsCollection = "rootfs";
    private readonly ConcurrentDictionary<string, RootFsEntry> _rootFs = new(StringComparer.Ordinal);
    private readonly Lock _rootFsGate = new();
    private readonly string _mountPoint;

    public RootFs CreateRootFs(string id, IReadOnlyList<Digest> chain, bool ephemeral)
    {
        if (id.Length is 0 or > 255 || id is "." or ".." || id.AsSpan().ContainsAny('/', '\0')) throw new DavitException(ErrorKind.InvalidArgument, $"invalid root file system id \"{id}\"");
        lock (_rootFsGate)
        {
            if (_rootFs.ContainsKey(id)) throw new DavitException(ErrorKind.AlreadyExists, $"root file system {id} exists already");
            var lower = LowerDirectories(chain);
            SettleImplicitDirectories(chain);
            var directory = Path.Combine(ephemeral ? _paths.EphemeralRootFs : _paths.RootFs, id);
            try
            {
                MakeDirectories(directory);
                RecordChain(id, chain, ephemeral);
            }
            catch
            {
                TryRemove(directory);
                throw;
            }

            return (_rootFs[id] = Entry(id, chain, lower, directory, ephemeral)).RootFs;
        }
    }

    public RootFs? FindRootFs(string id) => _rootFs.TryGetValue(id, out var entry) ? entry.RootFs : null;

    public IReadOnlyCollection<string> ListRootFs() => [.. _rootFs.Keys];

    public void RemoveRootFs(string id)
    {
        lock (_rootFsGate)
        {
            if (!_rootFs.TryGetValue(id, out var entry)) return;
            if (entry.Ephemeral) DiskFiles.RemoveTree(Path.Combine(_paths.EphemeralChains, id));
            else Forget(_documents.WriteAsync([new(RootFsCollection, id, null)], CancellationToken.None));
            MoveToTrash(entry.Directory);
            _rootFs.TryRemove(id, out _);
        }
    }

    public void PrepareMount(RootFs rootFs)
    {
        if (rootFs.Volatile) DiskFiles.RemoveTree(Path.Combine(rootFs.WorkDirectory, "work", "incompat"));
    }

    public async Task<long> MeasureRootFsAsync(string id, CancellationToken cancellation)
    {
        var upper = RequireRootFs(id).RootFs.UpperDirectory;
        return await Task.Run(() => DiskUsage.ContentBytes(upper, cancellation), cancellation).ConfigureAwait(false);
    }

    public byte[]? TryReadFile(RootFs rootFs, string path)
    {
        using var view = new OverlayView([rootFs.UpperDirectory, .. rootFs.LowerDirectories]);
        return view.ReadFile(path, 1 << 20, cut: false);
    }

    /// <inheritdoc/>
    public byte[]? TryReadHead(RootFs rootFs, string path, int length)
    {
        using var view = new OverlayView([rootFs.UpperDirectory, .. rootFs.LowerDirectories]);
        return view.ReadFile(path, length, cut: true);
    }

    public MountedRootFs Mount(RootFs rootFs, bool readOnly)
    {
        DiskFiles.MakeDirectory(_mountPoint, 0x1C0);
        try
        {
            string[] fixedOptions = ["index=off", "redirect_dir=off", "metacopy=off"];
            if (readOnly) return new DescriptorMount(DetachedOverlay.Mount([rootFs.UpperDirectory, .. rootFs.LowerDirectories], null, null, fixedOptions, _mountPoint));
            PrepareMount(rootFs);
            string[] options = rootFs.Volatile ? [.. fixedOptions, "volatile"] : fixedOptions;
            return new DescriptorMount(DetachedOverlay.Mount(rootFs.LowerDirectories, rootFs.UpperDirectory, rootFs.WorkDirectory, options, _mountPoint));
        }
        catch (LinuxException e)
        {
            throw e.ToDavitException($"root file system {rootFs.Id}");
        }
    }

    private static void MakeDirectories(string directory)
    {
        DiskFiles.MakeDirectory(directory, 0x1C0);
        DiskFiles.MakeDirectory(Path.Combine(directory, "upper"), 0x1ED);
        DiskFiles.MakeDirectory(Path.Combine(directory, "work"), 0x1C0);
    }

    private RootFsEntry RequireRootFs(string id) =>
        _rootFs.TryGetValue(id, out var entry) ? entry : throw new DavitException(ErrorKind.NotFound, $"root file system {id}: not found");

    private string? UserOf(Digest chainId) => _rootFs.FirstOrDefault(pair => pair.Value.Chain.Contains(chainId)).Key;

    private List<string> LowerDirectories(IReadOnlyList<Digest> chain)
    {
        var lower = new List<string>(chain.Count + 1);
        for (var i = chain.Count - 1; i >= 0; i--)
        {
            _leases.Touch(chain[i]);
            if (!_layers.TryGetValue(chain[i], out var row)) throw new DavitException(ErrorKind.NotFound, $"layer {chain[i]} is not unpacked");
            lower.Add(Path.Combine(_paths.Layers, row.Directory, "diff"));

            // overlayfs always merges the roots: a layer that hides everything below ends the list instead
            if (row.RootOpaque) break;
        }

        if (lower.Count == 0) lower.Add(_paths.EmptyLayer);
        return lower;
    }

    // A layer may have /usr/bin/x without /usr: its own /usr, made for x, must not change the one below.
    private void SettleImplicitDirectories(IReadOnlyList<Digest> chain)
    {
        for (var i = 1; i < chain.Count; i++)
        {
            if (!_layers.TryGetValue(chain[i], out var row) || row.Implicit.Count == 0) continue;
            using (var below = new OverlayView(LowerDirectories([.. chain.Take(i)])))
            {
                foreach (var path in row.Implicit) below.CopyDirectoryAttributes(path, Path.Combine(_paths.Layers, row.Directory, "diff", path));
            }

            var settled = row with { Implicit = [] };
            if (_layers.TryUpdate(row.ChainId, settled, row)) Forget(_documents.WriteAsync([Document(settled)], CancellationToken.None));
        }
    }

    // The row is queued, not awaited: the writer keeps the order, so it is on disk before the row of the container that the caller writes next.
    private void RecordChain(string id, IReadOnlyList<Digest> chain, bool ephemeral)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(new RootFsRow { Chain = [.. chain] }, StorageJson.Default.RootFsRow);
        if (!ephemeral)
        {
            Forget(_documents.WriteAsync([new(RootFsCollection, id, json)], CancellationToken.None));
            return;
        }

        var path = Path.Combine(_paths.EphemeralChains, id);
        using var file = DiskFiles.Open(path, OpenHow.Write | OpenHow.Create | OpenHow.Truncate, 0x180);
        DiskFiles.Check(FileIo.WriteAll(file.Number, json), "write", path);
    }

    private void LoadRootFs()
    {
        var rows = _documents.LoadAll(RootFsCollection);
        var directories = DiskFiles.Names(_paths.RootFs).ToHashSet(StringComparer.Ordinal);
        foreach (var (id, json) in rows)
        {
            // A power cut right after the creation can take the directories, though not the row: nothing was in them yet.
            if (!directories.Remove(id)) MakeDirectories(Path.Combine(_paths.RootFs, id));
            if (TryLoad(id, json, _paths.RootFs, ephemeral: false)) continue;
            Forget(_documents.WriteAsync([new(RootFsCollection, id, null)], CancellationToken.None));
        }

        foreach (var unknown in directories) MoveToTrash(Path.Combine(_paths.RootFs, unknown));

        // without its note on tmpfs an ephemeral one is of a boot before
        var notes = DiskFiles.Names(_paths.EphemeralChains).ToHashSet(StringComparer.Ordinal);
        foreach (var id in DiskFiles.Names(_paths.EphemeralRootFs))
        {
            var note = Path.Combine(_paths.EphemeralChains, id);
            if (notes.Remove(id) && TryLoad(id, File.ReadAllBytes(note), _paths.EphemeralRootFs, ephemeral: true)) continue;
            MoveToTrash(Path.Combine(_paths.EphemeralRootFs, id));
            DiskFiles.RemoveTree(note);
        }

        foreach (var id in notes) DiskFiles.RemoveTree(Path.Combine(_paths.EphemeralChains, id));
    }

    private bool TryLoad(string id, byte[] json, string parent, bool ephemeral)
    {
        RootFsRow row;
        try
        {
            row = JsonSerializer.Deserialize(json, StorageJson.Default.RootFsRow)!;
        }
        catch (JsonException)
        {
            // a note half written when its daemon died: the container was never started
            return false;
        }

        // a layer that a power cut took: the writable part stays, the image service unpacks the layer again under the same name
        var lower = row.Chain.Reverse().Select(chain => Path.Combine(_paths.Layers, _layers.TryGetValue(chain, out var layer) ? layer.Directory : chain.Short, "diff")).ToList();
        try
        {
            lower = LowerDirectories(row.Chain);
        }
        catch (DavitException e) when (e.Kind == ErrorKind.NotFound)
        {
            if (ephemeral) return false;
        }

        _rootFs[id] = Entry(id, row.Chain, lower, Path.Combine(parent, id), ephemeral);
        return true;
    }

    private static RootFsEntry Entry(string id, IReadOnlyList<Digest> chain, List<string> lower, string directory, bool ephemeral) =>
        new(new(id, lower, Path.Combine(directory, "upper"), Path.Combine(directory, "work"), ephemeral), chain, directory, ephemeral);

    // A failure shows in the write that the caller does await, and in the next start's clean-up.
    private static void Forget(Task task) => _ = task.ContinueWith(static done => _ = done.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);

    private sealed record RootFsEntry(RootFs RootFs, IReadOnlyList<Digest> Chain, string Directory, bool Ephemeral);

    private sealed class DescriptorMount(Linux.Descriptors.FileDescriptor mount) : MountedRootFs
    {
        public override string Path => $"/proc/self/fd/{mount.Number}";

        public override void Dispose() => mount.Dispose();
    }
}

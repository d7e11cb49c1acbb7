using System.Collections.Concurrent;
using Davit.Linux;
using Davit.Linux.Directories;
using Davit.Oci;
using Davit.Primitives;
using Davit.Storage.Disk;
using Davit.Storage.Leases;

namespace Davit.Storage.Content;

/// <summary>Blobs as files named by their digest. What is there is known from the start; the disk is asked only for content.</summary>
internal sealed class ContentStore : IContentStore
{
    private readonly StoragePaths _paths;
    private readonly LeaseBook _leases;
    private readonly ConcurrentDictionary<Digest, long> _blobs = new();
    private readonly KeyedLock<Digest> _writers = new();

    internal ContentStore(StoragePaths paths, LeaseBook leases)
    {
        (_paths, _leases) = (paths, leases);
        foreach (var algorithm in (string[])["sha256", "sha512"])
        {
            var directory = Path.Combine(paths.Blobs, algorithm);
            using var handle = DiskFiles.Open(directory, OpenHow.Directory, 0);
            foreach (var name in DiskFiles.Names(directory))
            {
                if (Digest.TryParse($"{algorithm}:{name}", out var digest) && DirectoryCalls.Stat(handle.Number, name, out var stat) == Errno.None && stat.IsRegular) _blobs[digest] = stat.Size;
            }
        }

        // an ingest without a digest can't be resumed
        foreach (var name in DiskFiles.Names(paths.Ingests).Where(name => name.StartsWith("anonymous-", StringComparison.Ordinal))) DiskFiles.RemoveTree(Path.Combine(paths.Ingests, name));
    }

    public bool Contains(Digest digest) => SizeOf(digest) is not null;

    public long? SizeOf(Digest digest)
    {
        // first the note, then the look: a collection in between has either seen the note or left nothing to see
        _leases.Touch(digest);
        return _blobs.TryGetValue(digest, out var size) ? size : null;
    }

    public Stream OpenRead(Digest digest)
    {
        if (!Contains(digest)) throw new DavitException(ErrorKind.NotFound, $"content {digest}: not found");
        try
        {
            return new FileStream(PathOf(digest), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);
        }
        catch (FileNotFoundException e)
        {
            throw new DavitException(ErrorKind.NotFound, $"content {digest}: not found", "its file is gone from the data root; run 'davit system check --repair'", e);
        }
    }

    public string PathOf(Digest digest) => Path.Combine(_paths.Blobs, digest.Algorithm, digest.Hex);

    public async Task<IContentWriter> BeginWriteAsync(Digest? expected, CancellationToken cancellation)
    {
        if (expected is not { } digest) return new ContentWriter(this, null, Path.Combine(_paths.Ingests, $"anonymous-{Guid.NewGuid():N}"), null);
        _leases.Touch(digest);
        var turn = await _writers.EnterAsync(digest, cancellation).ConfigureAwait(false);
        try
        {
            if (_blobs.TryGetValue(digest, out var size))
            {
                turn.Dispose();
                return new FinishedWriter(digest, size);
            }

            var writer = new ContentWriter(this, digest, Path.Combine(_paths.Ingests, NameOfIngest(digest)), turn);
            await Task.Run(writer.Resume, cancellation).ConfigureAwait(false);
            return writer;
        }
        catch
        {
            turn.Dispose();
            throw;
        }
    }

    public void Delete(Digest digest)
    {
        if (_blobs.TryRemove(digest, out _)) Unlink(digest);
        else RemoveIngest(NameOfIngest(digest));
    }

    public IEnumerable<KeyValuePair<Digest, long>> List() => _blobs.ToArray();

    /// <summary>Removes a blob unless a running operation may need it.</summary>
    internal bool Collect(Digest digest)
    {
        var removed = false;
        if (!_leases.RunUnlessProtected(digest, () => removed = _blobs.TryRemove(digest, out _)) || !removed) return false;
        Unlink(digest);
        return true;
    }

    private void Unlink(Digest digest)
    {
        var path = PathOf(digest);
        var errno = DirectoryCalls.Remove(DirectoryCalls.WorkingDirectory, path, isDirectory: false);
        if (errno != Errno.ENOENT) DiskFiles.Check(errno, "unlink", path);
    }

    /// <summary>Removes what interrupted writes left, but for those that go on now and those that may be resumed.</summary>
    internal long RemoveIngests(IReadOnlySet<Digest> resumable)
    {
        var kept = resumable.Select(NameOfIngest).ToHashSet(StringComparer.Ordinal);
        return DiskFiles.Names(_paths.Ingests).Where(name => !kept.Contains(name)).Sum(RemoveIngest);
    }

    private static string NameOfIngest(Digest digest) => $"{digest.Algorithm}-{digest.Hex}";

    /// <summary>Removes an ingest that nobody writes; returns its bytes.</summary>
    private long RemoveIngest(string name)
    {
        var path = Path.Combine(_paths.Ingests, name);
        var fd = DirectoryCalls.Open(DirectoryCalls.WorkingDirectory, path, OpenHow.Write | OpenHow.NoFollow, 0, out _);
        if (fd < 0) return 0;
        using var file = new FileDescriptorLease(fd);

        // a writer holds the lock of its ingest
        if (FileIo.TryLock(fd) != Errno.None) return 0;
        var size = DirectoryCalls.Stat(fd, "", out var stat) == Errno.None ? stat.Size : 0;
        DiskFiles.RemoveTree(path);
        return size;
    }

    /// <summary>Makes a synced ingest a blob.</summary>
    internal void Publish(string ingest, Digest digest, long size)
    {
        DiskFiles.Rename(ingest, PathOf(digest));
        DiskFiles.SyncDirectory(Path.Combine(_paths.Blobs, digest.Algorithm));
        _leases.Touch(digest);
        _blobs[digest] = size;
    }

    /// <summary>The writer of a blob that is there already.</summary>
    private sealed class FinishedWriter(Digest digest, long size) : IContentWriter
    {
        public long Offset => size;

        public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation) => ValueTask.CompletedTask;

        public void Restart()
        {
            // what is there is right
        }

        public Task<Digest> CommitAsync(CancellationToken cancellation) => Task.FromResult(digest);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}

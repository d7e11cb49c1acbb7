using Davit.Linux;
using Davit.Linux.Directories;
using Davit.Oci;
using Davit.Primitives;
using Davit.Storage.Check;
using Davit.Storage.Collection;
using Davit.Storage.Content;
using Davit.Storage.Disk;
using Davit.Storage.Documents;
using Davit.Storage.Layers;
using Davit.Storage.Leases;

namespace Davit.Storage;

/// <summary>Everything that a daemon keeps below its data root. One daemon has it at a time.</summary>
public sealed class Store : IAsyncDisposable
{
    private const string CurrentFormat = "1";
    private readonly StoragePaths _paths;
    private readonly ContentStore _content;
    private readonly DocumentStore _documents;
    private readonly LayerStore _layers;
    private FileDescriptorLease _lock;

    private Store(Instance instance, TimeProvider time)
    {
        _paths = new(instance);
        DiskFiles.MakeDirectory(_paths.Data, 0x1C9);
        _lock = TakeLock();
        try
        {
            CheckFormat();
            _paths.Create();
            var reserve = new SpaceReserve(_paths.Reserve);
            reserve.Take();
            _documents = new(_paths.Database, reserve);
            try
            {
                _content = new(_paths, Leases);
                _layers = new(_paths, instance, _documents, Leases, time);
            }
            catch
            {
                _documents.Dispose();
                throw;
            }
        }
        catch
        {
            _lock.Dispose();
            throw;
        }
    }

    /// <summary>Blobs.</summary>
    public IContentStore Content => _content;

    /// <summary>Documents.</summary>
    public IDocumentStore Documents => _documents;

    /// <summary>Layers and root file systems.</summary>
    public ILayerStore Layers => _layers;

    /// <summary>What running operations need.</summary>
    public LeaseBook Leases { get; } = new();

    /// <summary>Opens the store of an instance: takes the lock on the data root, makes what is missing, removes what a crash left.</summary>
    /// <exception cref="DavitException">FailedPrecondition: another daemon has it, or its format is a newer one; DataLoss: the database is damaged; Internal: disk full.</exception>
    public static Store Open(Instance instance, TimeProvider time) => new(instance, time);

    /// <summary>Removes every blob and layer that is not named here, that no root file system stands on and that no lease protects.</summary>
    /// <param name="blobs">Digests of blobs to keep.</param>
    /// <param name="chains">Chain ids to keep, each with all below it.</param>
    /// <param name="resumable">Also remove what interrupted writes left, but of these digests; null leaves them all.</param>
    /// <param name="cancellation">Stops between two removals.</param>
    public Task<CollectResult> CollectAsync(IReadOnlySet<Digest> blobs, IReadOnlySet<Digest> chains, IReadOnlySet<Digest>? resumable, CancellationToken cancellation) =>
        new Collector(_content, _layers).RunAsync(blobs, chains, resumable, cancellation);

    /// <summary>Reads everything and compares it with the records; with <paramref name="repair"/> removes what is damaged or unknown. For a quiet daemon.</summary>
    public Task<CheckReport> CheckAsync(bool repair, CancellationToken cancellation) => new StoreCheck(_paths, _documents, _content, _layers).RunAsync(repair, cancellation);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _layers.DisposeAsync().ConfigureAwait(false);
        _documents.Dispose();
        FileIo.Unlock(_lock.Number);
        _lock.Dispose();
    }

    private FileDescriptorLease TakeLock()
    {
        var file = DiskFiles.Open(_paths.Lock, OpenHow.ReadWrite | OpenHow.Create | OpenHow.NoFollow, 0x180);
        var errno = FileIo.TryLock(file.Number);
        if (errno == Errno.None)
        {
            DiskFiles.Check(FileIo.SetSize(file.Number, 0), "truncate", _paths.Lock);
            _ = FileIo.WriteAll(file.Number, System.Text.Encoding.ASCII.GetBytes($"{Environment.ProcessId}\n"));
            return file;
        }

        Span<byte> owner = stackalloc byte[32];
        var length = FileIo.Read(file.Number, owner, out _);
        file.Dispose();
        if (errno != Errno.EAGAIN) throw DiskFiles.Error(errno, "flock", _paths.Lock);
        var pid = length > 0 ? System.Text.Encoding.ASCII.GetString(owner[..length]).Trim() : "unknown";
        throw new DavitException(ErrorKind.FailedPrecondition, $"data root {_paths.Data} is in use by another davitd, process {pid}", "stop it, or start with another --data-root");
    }

    private void CheckFormat()
    {
        if (!File.Exists(_paths.Format))
        {
            DiskFiles.WriteDurably(_paths.Format, System.Text.Encoding.ASCII.GetBytes(CurrentFormat + "\n"));
            return;
        }

        var format = File.ReadAllText(_paths.Format).Trim();
        if (format != CurrentFormat)
        {
            throw new DavitException(ErrorKind.FailedPrecondition, $"data root {_paths.Data} has format \"{format}\", this davitd knows format {CurrentFormat}", "use the davitd that made it, or another --data-root");
        }
    }
}

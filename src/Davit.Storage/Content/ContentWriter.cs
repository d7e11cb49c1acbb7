using System.Buffers;
using System.Security.Cryptography;
using Davit.Linux;
using Davit.Linux.Directories;
using Davit.Oci;
using Davit.Primitives;
using Davit.Storage.Disk;

namespace Davit.Storage.Content;

/// <summary>Writes one ingest. The kernel is told to start writing to disk as the data comes, so that the final sync finds little left to do.</summary>
internal sealed class ContentWriter : IContentWriter
{
    private const long WriteBackBytes = 8 << 20;
    private readonly ContentStore _store;
    private readonly Digest? _expected;
    private readonly string _path;
    private readonly IDisposable? _turn;
    private IncrementalHash _hash;
    private FileDescriptorLease _file;
    private long _writtenBack;
    private DavitException? _failure;
    private bool _done;

    internal ContentWriter(ContentStore store, Digest? expected, string path, IDisposable? turn)
    {
        (_store, _expected, _path, _turn) = (store, expected, path, turn);
        _file = DiskFiles.Open(path, OpenHow.ReadWrite | OpenHow.Create | OpenHow.NoFollow, 0x180);
        _hash = NewHash();
        DiskFiles.Check(FileIo.TryLock(_file.Number), "flock", path);
    }

    public long Offset { get; private set; }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested) return ValueTask.FromCanceled(cancellation);
        if (_failure is not null) return ValueTask.FromException(_failure);
        ObjectDisposedException.ThrowIf(_done, this);
        var errno = FileIo.WriteAll(_file.Number, bytes.Span);

        // what fills the disk is given back at once: nothing could be resumed there
        if (errno is Errno.ENOSPC or Errno.EDQUOT) Discard(DiskFiles.Error(errno, "write", _path));
        DiskFiles.Check(errno, "write", _path);
        _hash.AppendData(bytes.Span);
        Offset += bytes.Length;
        if (Offset - _writtenBack >= WriteBackBytes)
        {
            FileIo.StartWriteBack(_file.Number, _writtenBack, Offset - _writtenBack);
            _writtenBack = Offset;
        }

        return ValueTask.CompletedTask;
    }

    public void Restart()
    {
        ObjectDisposedException.ThrowIf(_done, this);
        DiskFiles.Check(FileIo.SetSize(_file.Number, 0), "truncate", _path);
        DiskFiles.Check(FileIo.SeekTo(_file.Number, 0), "seek", _path);
        _hash.Dispose();
        _hash = NewHash();
        Offset = _writtenBack = 0;
    }

    public async Task<Digest> CommitAsync(CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_done, this);
        cancellation.ThrowIfCancellationRequested();
        var actual = _expected is { Algorithm: "sha512" }
            ? Digest.Parse("sha512:" + Convert.ToHexStringLower(_hash.GetCurrentHash()))
            : Digest.FromSha256(_hash.GetCurrentHash());
        if (_expected is { } expected && expected != actual)
        {
            Discard(new DavitException(ErrorKind.DataLoss, $"unexpected commit digest {actual}, expected {expected}", "the content was damaged on its way; try again"));
            throw _failure!;
        }

        await Task.Run(() => Publish(actual), CancellationToken.None).ConfigureAwait(false);
        return actual;
    }

    public ValueTask DisposeAsync()
    {
        if (!_done)
        {
            _done = true;
            _file.Dispose();
            _hash.Dispose();

            // without a digest to find it by, what arrived is of no use
            if (_expected is null || Offset == 0) Remove();
        }

        _turn?.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Takes up what an earlier writer left: the hash has to see it again.</summary>
    internal void Resume()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(256 << 10);
        try
        {
            while (true)
            {
                var read = FileIo.Read(_file.Number, buffer, out var errno);
                if (read < 0) throw DiskFiles.Error(errno, "read", _path);
                if (read == 0) break;
                _hash.AppendData(buffer, 0, read);
                Offset += read;
            }

            _writtenBack = Offset;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void Publish(Digest digest)
    {
        DiskFiles.Check(FileIo.Sync(_file.Number), "fsync", _path);
        _store.Publish(_path, digest, Offset);
        _done = true;
        _file.Dispose();
        _hash.Dispose();
    }

    private void Discard(DavitException failure)
    {
        // whoever goes on writing, as a compressor does that is being closed, is told the same again
        _failure = failure;
        _done = true;
        _file.Dispose();
        _hash.Dispose();
        Remove();
    }

    private void Remove() => _ = DirectoryCalls.Remove(DirectoryCalls.WorkingDirectory, _path, isDirectory: false);

    private IncrementalHash NewHash() => _expected is { } expected ? expected.CreateHash() : IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
}

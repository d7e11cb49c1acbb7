using System.Buffers;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using Davit.Oci;

namespace Davit.Archive;

/// <summary>
/// Turns a source that is read asynchronously into a stream that blocks, reading (and decompressing, and hashing) ahead of the consumer on another thread.
/// The consumer runs on a thread of its own, never on the pool.
/// </summary>
public sealed class ReadAheadStream : Stream
{
    private const int BlockBytes = 256 << 10;
    private const int BlocksAhead = 6;

    private readonly object _arrived = new();
    private readonly Queue<(byte[] Bytes, int Length)> _blocks = [];
    private readonly SemaphoreSlim _room = new(BlocksAhead);
    private readonly CancellationTokenSource _stop;
    private readonly IncrementalHash? _hash;
    private readonly Task _pump;
    private byte[]? _current;
    private int _start;
    private int _end;
    private bool _ended;
    private Exception? _failure;
    private long _total;

    /// <summary>Starts reading.</summary>
    /// <param name="source">Read to its end; not disposed.</param>
    /// <param name="hash">True to compute the SHA-256 of everything read.</param>
    /// <param name="cancellation">Ends reading; the consumer then gets the cancellation.</param>
    public ReadAheadStream(Stream source, bool hash, CancellationToken cancellation)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _hash = hash ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
        _pump = Task.Run(() => PumpAsync(source, _stop.Token), CancellationToken.None);
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Waits for the source's end and gives the digest and length of all of it; the consumer must have read everything.</summary>
    public async Task<(Digest Digest, long Length)> FinishAsync()
    {
        await _pump.ConfigureAwait(false);
        if (_failure is { } failure) ExceptionDispatchInfo.Throw(failure);
        return (_hash is null ? default : Digest.FromSha256(_hash.GetHashAndReset()), _total);
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty) return 0;
        if (_start == _end && !Next()) return 0;
        var length = Math.Min(buffer.Length, _end - _start);
        _current.AsSpan(_start, length).CopyTo(buffer);
        _start += length;
        return length;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _pump.ConfigureAwait(false);
        _stop.Dispose();
        _room.Dispose();
        _hash?.Dispose();
        await base.DisposeAsync().ConfigureAwait(false);
    }

    private bool Next()
    {
        lock (_arrived)
        {
            if (_current is not null)
            {
                ArrayPool<byte>.Shared.Return(_current);
                _current = null;
                _room.Release();
            }

            while (_blocks.Count == 0)
            {
                if (_failure is { } failure) ExceptionDispatchInfo.Throw(failure);
                if (_ended) return false;
                Monitor.Wait(_arrived);
            }

            (_current, _end) = _blocks.Dequeue();
            _start = 0;
            return true;
        }
    }

    private async Task PumpAsync(Stream source, CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                await _room.WaitAsync(cancellation).ConfigureAwait(false);
                var block = ArrayPool<byte>.Shared.Rent(BlockBytes);
                var length = await source.ReadAtLeastAsync(block.AsMemory(0, BlockBytes), BlockBytes / 4, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
                if (length == 0)
                {
                    ArrayPool<byte>.Shared.Return(block);
                    break;
                }

                _hash?.AppendData(block, 0, length);
                _total += length;
                lock (_arrived)
                {
                    _blocks.Enqueue((block, length));
                    Monitor.Pulse(_arrived);
                }
            }
        }
        catch (Exception e)
        {
            // whatever it is, it belongs to the consumer
            _failure = e;
        }

        lock (_arrived)
        {
            _ended = true;
            Monitor.PulseAll(_arrived);
        }
    }
}

using System.Buffers;
using System.IO.Compression;

namespace Davit.Archive;

/// <summary>
/// Compresses to gzip in blocks of 1 MiB on several threads; each block is a gzip member of its own, which every reader takes as one stream (RFC 1952, 2.2).
/// The same input gives the same bytes, whatever the number of threads.
/// </summary>
public sealed class ParallelGzipStream(Stream destination, CompressionLevel level, bool leaveOpen = false) : Stream
{
    private const int BlockBytes = 1 << 20;
    private const int SampleBytes = 32 << 10;
    private static readonly byte[] EmptyMember = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    private readonly Queue<Task<(byte[] Bytes, int Length)>> _inFlight = [];
    private readonly int _most = Math.Max(Environment.ProcessorCount, 1) + 1;
    private byte[] _block = ArrayPool<byte>.Shared.Rent(BlockBytes);
    private int _used;
    private bool _any;
    private bool _disposed;

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => !_disposed;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        while (!buffer.IsEmpty)
        {
            var length = Math.Min(buffer.Length, BlockBytes - _used);
            buffer[..length].CopyTo(_block.AsMemory(_used));
            _used += length;
            buffer = buffer[length..];
            if (_used == BlockBytes) await SubmitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("write asynchronously: blocks are compressed on other threads");

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        if (_used > 0 || !_any) await SubmitAsync(CancellationToken.None).ConfigureAwait(false);
        while (_inFlight.Count > 0) await WriteFirstAsync(CancellationToken.None).ConfigureAwait(false);
        _disposed = true;
        ArrayPool<byte>.Shared.Return(_block);
        await destination.FlushAsync().ConfigureAwait(false);
        if (!leaveOpen) await destination.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask SubmitAsync(CancellationToken cancellation)
    {
        var (block, length) = (_block, _used);
        _block = ArrayPool<byte>.Shared.Rent(BlockBytes);
        _used = 0;
        _any = true;
        _inFlight.Enqueue(Task.Run(() => Compress(block, length), CancellationToken.None));
        if (_inFlight.Count >= _most) await WriteFirstAsync(cancellation).ConfigureAwait(false);
    }

    private async ValueTask WriteFirstAsync(CancellationToken cancellation)
    {
        var (bytes, length) = await _inFlight.Dequeue().ConfigureAwait(false);
        await destination.WriteAsync(bytes.AsMemory(0, length), cancellation).ConfigureAwait(false);
    }

    private (byte[] Bytes, int Length) Compress(byte[] block, int length)
    {
        // the base library writes nothing at all for no input; a reader needs an empty member
        if (length == 0) return (EmptyMember, EmptyMember.Length);
        using var output = new MemoryStream(length / 2);
        using (var gzip = new GZipStream(output, IsCompressible(block.AsSpan(0, length)) ? level : CompressionLevel.NoCompression, leaveOpen: true)) gzip.Write(block, 0, length);
        ArrayPool<byte>.Shared.Return(block);
        return (output.GetBuffer(), (int)output.Length);
    }

    /// <summary>Archives, media and random data don't shrink: the middle of the block tells, at a thirtieth of the price.</summary>
    private bool IsCompressible(ReadOnlySpan<byte> block)
    {
        if (block.Length < 4 * SampleBytes) return true;
        using var output = new MemoryStream(SampleBytes + 1024);
        using (var gzip = new GZipStream(output, level, leaveOpen: true)) gzip.Write(block.Slice((block.Length - SampleBytes) / 2, SampleBytes));
        return output.Length < SampleBytes / 100 * 98;
    }
}

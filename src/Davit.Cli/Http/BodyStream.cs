namespace Davit.Cli.Http;

/// <summary>The body of an answer: so many bytes, chunks, or everything until the connection closes.</summary>
internal sealed class BodyStream(BufferedReader reader, long? length, bool chunked) : Stream
{
    private long _left = length ?? (chunked ? 0 : long.MaxValue);
    private bool _ended;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>True when everything has been read, so that the connection can take another request.</summary>
    internal bool Finished => _ended;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_ended || buffer.Length == 0) return 0;
        if (chunked && _left == 0)
        {
            var line = await reader.ReadLineAsync(cancellationToken);
            var size = line.Split(';')[0].Trim();
            if (!long.TryParse(size, System.Globalization.NumberStyles.HexNumber, null, out _left)) throw new IOException($"malformed chunk size \"{size}\"");
            if (_left == 0)
            {
                while ((await reader.ReadLineAsync(cancellationToken)).Length > 0)
                {
                    // trailers are not used
                }

                _ended = true;
                return 0;
            }
        }

        if (_left == 0)
        {
            _ended = true;
            return 0;
        }

        var count = await reader.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _left)], cancellationToken);
        if (count == 0)
        {
            if (chunked || length is not null) throw new IOException("unexpected EOF");
            _ended = true;
            return 0;
        }

        _left -= count;
        if (chunked && _left == 0) await reader.ReadLineAsync(cancellationToken);
        if (!chunked && length is not null && _left == 0) _ended = true;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

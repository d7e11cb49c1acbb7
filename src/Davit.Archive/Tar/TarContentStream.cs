namespace Davit.Archive.Tar;

/// <summary>The content of the reader's current entry with the holes of a sparse file filled with zeros.</summary>
internal sealed class TarContentStream(TarReader reader, TarEntry entry) : Stream
{
    private readonly IReadOnlyList<TarSegment> _segments = entry.Sparse ?? [new(0, entry.Size)];
    private readonly byte[] _rest = new byte[128 << 10];
    private int _restStart;
    private int _restEnd;
    private int _segment;
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => entry.Size;

    public override long Position { get => _position; set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        if (_position == entry.Size || buffer.IsEmpty) return 0;
        while (_segment < _segments.Count && _position == _segments[_segment].Offset + _segments[_segment].Length) _segment++;
        var next = _segment < _segments.Count ? _segments[_segment] : new(entry.Size, 0);
        int length;
        if (_position < next.Offset)
        {
            length = (int)Math.Min(buffer.Length, next.Offset - _position);
            buffer[..length].Clear();
        }
        else
        {
            if (_restStart == _restEnd)
            {
                var chunk = reader.ReadChunk();
                chunk.CopyTo(_rest);
                (_restStart, _restEnd) = (0, chunk.Length);
            }

            length = (int)Math.Min(Math.Min(buffer.Length, _restEnd - _restStart), next.Offset + next.Length - _position);
            _rest.AsSpan(_restStart, length).CopyTo(buffer);
            _restStart += length;
        }

        _position += length;
        return length;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

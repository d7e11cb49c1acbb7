using System.Text;

namespace Davit.Cli.Http;

/// <summary>Reads lines and bytes from a connection, handing on what it read too much.</summary>
internal sealed class BufferedReader(Stream stream)
{
    private const int MaxLine = 64 << 10;
    private readonly byte[] _buffer = new byte[32 << 10];
    private int _start;
    private int _end;

    internal async ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellation)
    {
        if (_start == _end)
        {
            if (destination.Length >= _buffer.Length) return await stream.ReadAsync(destination, cancellation);
            _start = 0;
            _end = await stream.ReadAsync(_buffer, cancellation);
            if (_end == 0) return 0;
        }

        var count = Math.Min(destination.Length, _end - _start);
        _buffer.AsMemory(_start, count).CopyTo(destination);
        _start += count;
        return count;
    }

    /// <summary>A line without its end.</summary>
    /// <exception cref="IOException">The connection ended, or the line is longer than any that a server sends.</exception>
    internal async ValueTask<string> ReadLineAsync(CancellationToken cancellation)
    {
        var line = new StringBuilder();
        while (true)
        {
            var at = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (at >= 0)
            {
                line.Append(Encoding.UTF8.GetString(_buffer, _start, at));
                _start += at + 1;
                return line.ToString().TrimEnd('\r');
            }

            line.Append(Encoding.UTF8.GetString(_buffer, _start, _end - _start));
            if (line.Length > MaxLine) throw new IOException("the server's answer is no HTTP");
            _start = 0;
            _end = await stream.ReadAsync(_buffer, cancellation);
            if (_end == 0) throw new IOException("unexpected EOF");
        }
    }
}

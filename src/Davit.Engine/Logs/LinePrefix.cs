using System.Buffers;
using System.Globalization;
using System.Text;

namespace Davit.Engine.Logs;

/// <summary>Puts time and details before lines.</summary>
internal sealed class LinePrefix(bool timestamps, string details)
{
    private readonly ArrayBufferWriter<byte> _buffer = new(4096);
    private readonly bool[] _inLine = new bool[3];

    public bool IsNeeded => timestamps || details.Length > 0;

    /// <summary>The line with its prefix; pieces of a line get one at its beginning. Valid until the next call.</summary>
    public ReadOnlyMemory<byte> Apply(int stream, long nanoseconds, bool partial, ReadOnlySpan<byte> bytes)
    {
        _buffer.ResetWrittenCount();
        if (!_inLine[stream])
        {
            if (timestamps) Encoding.ASCII.GetBytes(Time(nanoseconds), _buffer);
            if (details.Length > 0) Encoding.UTF8.GetBytes(details + " ", _buffer);
        }

        _inLine[stream] = partial;
        _buffer.Write(bytes);
        return _buffer.WrittenMemory;
    }

    private static string Time(long nanoseconds)
    {
        var time = DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / 100);
        return string.Create(CultureInfo.InvariantCulture, $"{time:yyyy-MM-dd'T'HH:mm:ss}.{nanoseconds % 1_000_000_000:D9}Z ");
    }
}

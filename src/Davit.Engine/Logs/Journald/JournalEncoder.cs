using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Davit.Engine.Logs.Drivers;

namespace Davit.Engine.Logs.Journald;

/// <summary>Writes lines as entries of the journal's native protocol.</summary>
internal sealed class JournalEncoder
{
    private const int Error = 3, Information = 6;

    private readonly ArrayBufferWriter<byte> _entry = new(1024);
    private readonly byte[] _own;
    private readonly string _epoch = RandomNumberGenerator.GetHexString(64, lowercase: true);
    private long _ordinal;

    public JournalEncoder(LogSource source)
    {
        var tag = source.Tag();
        var fields = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["CONTAINER_ID"] = source.Id, ["CONTAINER_ID_FULL"] = source.FullId, ["CONTAINER_NAME"] = source.Name, ["CONTAINER_TAG"] = tag, ["IMAGE_NAME"] = source.ImageName, ["SYSLOG_IDENTIFIER"] = tag,
        };
        foreach (var (name, value) in source.Attributes(FieldName))
        {
            if (name.Length > 0) fields[name] = value;
        }

        var own = new ArrayBufferWriter<byte>();
        foreach (var (name, value) in fields) Append(name, value, own);
        _own = own.WrittenSpan.ToArray();
    }

    /// <summary>One entry; valid until the next one.</summary>
    public ReadOnlyMemory<byte> Encode(LogLine line)
    {
        _entry.ResetWrittenCount();
        Append("PRIORITY", line.Stderr ? $"{Error}" : $"{Information}", _entry);
        Append("MESSAGE", line.Bytes.Span, _entry);
        _entry.Write(_own);
        Append("SYSLOG_TIMESTAMP", Time(line.TimeNanoseconds), _entry);
        Append("CONTAINER_LOG_EPOCH", _epoch, _entry);
        Append("CONTAINER_LOG_ORDINAL", (++_ordinal).ToString(CultureInfo.InvariantCulture), _entry);
        if (line.Piece is { } piece)
        {
            if (!piece.Last) Append("CONTAINER_PARTIAL_MESSAGE", "true", _entry);
            Append("CONTAINER_PARTIAL_ID", piece.Id, _entry);
            Append("CONTAINER_PARTIAL_ORDINAL", piece.Ordinal.ToString(CultureInfo.InvariantCulture), _entry);
            Append("CONTAINER_PARTIAL_LAST", piece.Last ? "true" : "false", _entry);
        }

        return _entry.WrittenMemory;
    }

    /// <summary>A field's name of a label's: upper case letters, digits and underscores, none of these first.</summary>
    public static string FieldName(string name)
    {
        var field = new StringBuilder(name.Length);
        foreach (var letter in name)
        {
            var kept = char.IsAsciiLetter(letter) ? char.ToUpperInvariant(letter) : char.IsAsciiDigit(letter) ? letter : '_';
            if (field.Length > 0 || kept != '_') field.Append(kept);
        }

        return field.ToString();
    }

    private static void Append(string name, string value, ArrayBufferWriter<byte> output) => Append(name, Encoding.UTF8.GetBytes(value), output);

    /// <summary>A value of one line as <c>NAME=value</c>, another one with its length before it.</summary>
    private static void Append(string name, ReadOnlySpan<byte> value, ArrayBufferWriter<byte> output)
    {
        Encoding.ASCII.GetBytes(name, output);
        if (value.Contains((byte)'\n'))
        {
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)value.Length);
            output.Write("\n"u8);
            output.Write(length);
        }
        else
        {
            output.Write("="u8);
        }

        output.Write(value);
        output.Write("\n"u8);
    }

    private static string Time(long nanoseconds)
    {
        var second = DateTimeOffset.UnixEpoch.AddSeconds(nanoseconds / 1_000_000_000).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
        var fraction = (nanoseconds % 1_000_000_000).ToString("D9", CultureInfo.InvariantCulture).TrimEnd('0');
        return fraction.Length == 0 ? second + "Z" : $"{second}.{fraction}Z";
    }
}

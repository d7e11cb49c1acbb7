using System.Buffers.Binary;
using System.Text;

namespace Davit.Runtime.Systemd;

/// <summary>A message that came over the bus.</summary>
internal sealed class BusReply
{
    internal const byte Return = 2, Error = 3, Signal = 4;
    private readonly byte[] _body;
    private int _at;

    /// <summary>Reads a message.</summary>
    /// <param name="head">The fixed part of 16 bytes.</param>
    /// <param name="fields">The header fields, which begin at byte 16.</param>
    /// <param name="body">The body.</param>
    internal BusReply(ReadOnlySpan<byte> head, ReadOnlySpan<byte> fields, byte[] body)
    {
        Kind = head[1];
        Serial = BinaryPrimitives.ReadUInt32LittleEndian(head[8..]);
        _body = body;
        for (var at = 0; at + 4 < fields.Length; at = (at + 7) & ~7)
        {
            // a struct of a code and a variant, which of these types alone
            var (code, type) = (fields[at], fields[at + 2]);
            at = (at + 4 + 3) & ~3;
            if (type == 'g')
            {
                at += fields[at] + 2;
                continue;
            }

            var number = BinaryPrimitives.ReadUInt32LittleEndian(fields[at..]);
            at += 4;
            if (type == 'u')
            {
                if (code == 5) ReplyTo = number;
                continue;
            }

            var text = Encoding.UTF8.GetString(fields.Slice(at, (int)number));
            at += (int)number + 1;
            if (code == 3) Member = text;
            if (code == 4) ErrorName = text;
        }
    }

    internal byte Kind { get; }

    internal uint Serial { get; }

    internal uint ReplyTo { get; }

    internal string Member { get; } = "";

    internal string ErrorName { get; } = "";

    /// <summary>The next string or object path of the body; empty behind its end.</summary>
    internal string Text()
    {
        var length = (int)Unsigned();
        if (_at + length >= _body.Length) return "";
        _at += length + 1;
        return Encoding.UTF8.GetString(_body, _at - length - 1, length);
    }

    /// <summary>The next number of the body; 0 behind its end.</summary>
    internal uint Unsigned()
    {
        _at = (_at + 3) & ~3;
        if (_at + 4 > _body.Length) return 0;
        _at += 4;
        return BinaryPrimitives.ReadUInt32LittleEndian(_body.AsSpan(_at - 4));
    }

    /// <summary>The text in a variant.</summary>
    internal string Variant()
    {
        _at += _body[_at] + 2;
        return Text();
    }
}

using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Davit.Engine.Logs.Fluentd;

/// <summary>The part of MessagePack that the forward protocol needs.</summary>
internal static class MessagePack
{
    /// <summary>Head of an array of at most 15 values.</summary>
    public static void Array(int count, IBufferWriter<byte> output) => output.Write((ReadOnlySpan<byte>)[(byte)(0x90 | count)]);

    /// <summary>Head of a map.</summary>
    public static void Map(int count, IBufferWriter<byte> output)
    {
        if (count < 16) output.Write((ReadOnlySpan<byte>)[(byte)(0x80 | count)]);
        else output.Write((ReadOnlySpan<byte>)[0xde, (byte)(count >> 8), (byte)count]);
    }

    /// <summary>A text, in the shortest form.</summary>
    public static void Text(ReadOnlySpan<byte> text, IBufferWriter<byte> output)
    {
        var length = text.Length;
        if (length < 32) output.Write((ReadOnlySpan<byte>)[(byte)(0xa0 | length)]);
        else if (length < 256) output.Write((ReadOnlySpan<byte>)[0xd9, (byte)length]);
        else if (length < 65536) output.Write((ReadOnlySpan<byte>)[0xda, (byte)(length >> 8), (byte)length]);
        else output.Write((ReadOnlySpan<byte>)[0xdb, (byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length]);
        output.Write(text);
    }

    /// <inheritdoc cref="Text(ReadOnlySpan{byte}, IBufferWriter{byte})"/>
    public static void Text(string text, IBufferWriter<byte> output) => Text(Encoding.UTF8.GetBytes(text), output);

    /// <summary>Seconds since the epoch as a signed number, as Fluentd's Go client writes them.</summary>
    public static void Seconds(long seconds, IBufferWriter<byte> output)
    {
        Span<byte> number = stackalloc byte[9];
        if (seconds is >= int.MinValue and <= int.MaxValue)
        {
            number[0] = 0xd2;
            BinaryPrimitives.WriteInt32BigEndian(number[1..], (int)seconds);
            output.Write(number[..5]);
            return;
        }

        number[0] = 0xd3;
        BinaryPrimitives.WriteInt64BigEndian(number[1..], seconds);
        output.Write(number);
    }

    /// <summary>Fluentd's EventTime: extension 0, seconds and nanoseconds of 4 bytes each.</summary>
    public static void EventTime(long nanoseconds, IBufferWriter<byte> output)
    {
        Span<byte> value = stackalloc byte[10];
        value[0] = 0xd7;
        value[1] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(value[2..], (uint)(nanoseconds / 1_000_000_000));
        BinaryPrimitives.WriteUInt32BigEndian(value[6..], (uint)(nanoseconds % 1_000_000_000));
        output.Write(value);
    }

    /// <summary>Reads the answer <c>{"ack": "…"}</c>.</summary>
    /// <returns>The text once it is whole; null while bytes are missing.</returns>
    /// <exception cref="InvalidDataException">It is something else.</exception>
    public static string? ReadAck(ReadOnlySpan<byte> answer)
    {
        ReadOnlySpan<byte> head = [0x81, 0xa3, (byte)'a', (byte)'c', (byte)'k'];
        var shared = Math.Min(head.Length, answer.Length);
        if (!answer[..shared].SequenceEqual(head[..shared])) throw new InvalidDataException("the server's answer is no acknowledgement");
        var rest = answer[shared..];
        if (rest.IsEmpty) return null;
        int length, start;
        if ((rest[0] & 0xe0) == 0xa0) (length, start) = (rest[0] & 0x1f, 1);
        else if (rest[0] == 0xd9) (length, start) = (rest.Length > 1 ? rest[1] : 255, 2);
        else throw new InvalidDataException("the server's answer is no acknowledgement");
        return rest.Length >= start + length ? Encoding.UTF8.GetString(rest.Slice(start, length)) : null;
    }
}

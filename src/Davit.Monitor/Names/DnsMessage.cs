using System.Buffers.Binary;
using System.Net;

namespace Davit.Monitor.Names;

/// <summary>The little of RFC 1035 that the resolver needs: read one question, write an answer to it.</summary>
internal static class DnsMessage
{
    internal const ushort TypeA = 1, TypePtr = 12, TypeAaaa = 28, TypeAny = 255, ClassIn = 1;
    internal const int CodeOk = 0, CodeFormat = 1, CodeServer = 2, CodeNotImplemented = 4, CodeRefused = 5;
    internal const int HeaderSize = 12, PlainUdpLimit = 512;

    private const int TimeToLive = 600;

    /// <summary>
    /// Reads a query. False for what gets no answer at all: too short, or an answer itself. Otherwise <paramref name="error"/> is the code to refuse
    /// it with, or 0 when the question was read.
    /// </summary>
    internal static bool TryReadQuery(ReadOnlySpan<byte> message, out DnsQuestion question, out int error)
    {
        question = default;
        error = CodeFormat;
        if (message.Length < HeaderSize || (message[2] & 0x80) != 0)
        {
            return false;
        }

        if ((message[2] & 0x78) != 0)
        {
            error = CodeNotImplemented;
            return true;
        }

        if (BinaryPrimitives.ReadUInt16BigEndian(message[4..]) != 1)
        {
            return true;
        }

        int at = HeaderSize;
        while (true)
        {
            if (at >= message.Length)
            {
                return true;
            }

            int label = message[at];
            if (label == 0)
            {
                break;
            }

            // Above 63 stand compression pointers, which a question can't need.
            if (label > 63 || at + 1 + label >= message.Length || at + 1 + label - HeaderSize > 254)
            {
                return true;
            }

            at += 1 + label;
        }

        if (at + 5 > message.Length)
        {
            return true;
        }

        error = CodeOk;
        question = new DnsQuestion(
            HeaderSize,
            at + 1 - HeaderSize,
            BinaryPrimitives.ReadUInt16BigEndian(message[(at + 1)..]),
            BinaryPrimitives.ReadUInt16BigEndian(message[(at + 3)..]),
            UdpLimit(message, at + 5));
        return true;
    }

    /// <summary>The name of a question as text with dots, without the last one; false for bytes that no host name has.</summary>
    internal static bool TryReadName(ReadOnlySpan<byte> wire, Span<byte> text, out int length)
    {
        length = 0;
        for (int at = 0; wire[at] != 0; at += 1 + wire[at])
        {
            if (length > 0)
            {
                text[length++] = (byte)'.';
            }

            foreach (byte b in wire.Slice(at + 1, wire[at]))
            {
                if (b <= (byte)' ' || b == (byte)'.')
                {
                    return false;
                }

                text[length++] = b is >= (byte)'A' and <= (byte)'Z' ? (byte)(b | 0x20) : b;
            }
        }

        return length > 0;
    }

    /// <summary>The address that a reverse name asks for, or null.</summary>
    internal static IPAddress? ReverseAddress(ReadOnlySpan<byte> name)
    {
        if (name.EndsWith(".in-addr.arpa"u8))
        {
            Span<byte> bytes = stackalloc byte[4];
            int part = 4;
            foreach (var range in name[..^13].Split((byte)'.'))
            {
                if (part == 0 || !byte.TryParse(name[range], out bytes[--part]))
                {
                    return null;
                }
            }

            return part == 0 ? new IPAddress(bytes) : null;
        }

        if (name.EndsWith(".ip6.arpa"u8) && name.Length == 63 + 9)
        {
            Span<byte> bytes = stackalloc byte[16];
            for (int i = 0; i < 32; i++)
            {
                if (!TryHex(name[i * 2], out int nibble) || (i < 31 && name[(i * 2) + 1] != (byte)'.'))
                {
                    return null;
                }

                bytes[15 - (i / 2)] |= (byte)(i % 2 == 0 ? nibble : nibble << 4);
            }

            return new IPAddress(bytes);
        }

        return null;
    }

    /// <summary>Begins a reply: the query's header and question with the given code; returns its length. The question is left out when it was not read.</summary>
    internal static int BeginReply(ReadOnlySpan<byte> query, DnsQuestion question, int code, Span<byte> reply)
    {
        int length = HeaderSize + (question.NameLength > 0 ? question.NameLength + 4 : 0);
        query[..length].CopyTo(reply);
        reply[2] = (byte)(0x80 | (query[2] & 0x79));
        reply[3] = (byte)(0x80 | code);
        reply[4..HeaderSize].Clear();
        reply[5] = question.NameLength > 0 ? (byte)1 : (byte)0;
        return length;
    }

    /// <summary>Adds an address answer; false when it does not fit.</summary>
    internal static bool TryAddAddress(Span<byte> reply, ref int length, int limit, IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out int count);
        return TryAdd(reply, ref length, limit, count == 4 ? TypeA : TypeAaaa, bytes[..count]);
    }

    /// <summary>Adds a pointer answer; false when it does not fit.</summary>
    internal static bool TryAddPointer(Span<byte> reply, ref int length, int limit, ReadOnlySpan<byte> name)
    {
        Span<byte> wire = stackalloc byte[256];
        int at = 0;
        foreach (var range in name.Split((byte)'.'))
        {
            var label = name[range];
            if (label.Length is 0 or > 63 || at + label.Length + 2 > 255)
            {
                return true;
            }

            wire[at++] = (byte)label.Length;
            label.CopyTo(wire[at..]);
            at += label.Length;
        }

        wire[at++] = 0;
        return TryAdd(reply, ref length, limit, TypePtr, wire[..at]);
    }

    /// <summary>Marks a reply as cut short, so that the client asks again over TCP.</summary>
    internal static void Truncate(Span<byte> reply) => reply[2] |= 2;

    internal static ushort Id(ReadOnlySpan<byte> message) => BinaryPrimitives.ReadUInt16BigEndian(message);

    internal static void SetId(Span<byte> message, ushort id) => BinaryPrimitives.WriteUInt16BigEndian(message, id);

    internal static int Code(ReadOnlySpan<byte> message) => message[3] & 15;

    /// <summary>Whether a message answers the question of a query: same question, whatever the case of its letters.</summary>
    internal static bool Answers(ReadOnlySpan<byte> reply, ReadOnlySpan<byte> query, DnsQuestion question)
    {
        int end = HeaderSize + question.NameLength + 4;
        if (reply.Length < HeaderSize || (reply[2] & 0x80) == 0)
        {
            return false;
        }

        // Servers that refuse may leave the question out.
        if (BinaryPrimitives.ReadUInt16BigEndian(reply[4..]) == 0)
        {
            return Code(reply) != CodeOk;
        }

        if (reply.Length < end)
        {
            return false;
        }

        for (int i = HeaderSize; i < end; i++)
        {
            byte a = reply[i], b = query[i];
            if (a != b && !((a | 0x20) == (b | 0x20) && (a | 0x20) is >= (byte)'a' and <= (byte)'z'))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryAdd(Span<byte> reply, ref int length, int limit, ushort type, ReadOnlySpan<byte> data)
    {
        int size = 12 + data.Length;
        if (length + size > limit)
        {
            return false;
        }

        var at = reply[length..];
        BinaryPrimitives.WriteUInt16BigEndian(at, 0xC000 | HeaderSize);
        BinaryPrimitives.WriteUInt16BigEndian(at[2..], type);
        BinaryPrimitives.WriteUInt16BigEndian(at[4..], ClassIn);
        BinaryPrimitives.WriteInt32BigEndian(at[6..], TimeToLive);
        BinaryPrimitives.WriteUInt16BigEndian(at[10..], (ushort)data.Length);
        data.CopyTo(at[12..]);
        length += size;
        BinaryPrimitives.WriteUInt16BigEndian(reply[6..], (ushort)(BinaryPrimitives.ReadUInt16BigEndian(reply[6..]) + 1));
        return true;
    }

    /// <summary>The client's EDNS size, when the first additional record is an OPT and nothing stands before it.</summary>
    private static int UdpLimit(ReadOnlySpan<byte> message, int at)
    {
        bool plain = BinaryPrimitives.ReadUInt16BigEndian(message[6..]) == 0 && BinaryPrimitives.ReadUInt16BigEndian(message[8..]) == 0;
        if (!plain || BinaryPrimitives.ReadUInt16BigEndian(message[10..]) == 0 || at + 11 > message.Length || message[at] != 0 || message[at + 1] != 0 || message[at + 2] != 41)
        {
            return PlainUdpLimit;
        }

        return Math.Clamp((int)BinaryPrimitives.ReadUInt16BigEndian(message[(at + 3)..]), PlainUdpLimit, 4096);
    }

    private static bool TryHex(byte b, out int value)
    {
        value = b switch { >= (byte)'0' and <= (byte)'9' => b - '0', >= (byte)'a' and <= (byte)'f' => b - 'a' + 10, _ => -1 };
        return value >= 0;
    }
}

using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Davit.Monitor.Tests.Names;

/// <summary>A DNS client's half of the wire.</summary>
internal static class DnsWire
{
    internal static byte[] Query(string name, int type, ushort id = 0x1234)
    {
        var bytes = new List<byte> { (byte)(id >> 8), (byte)id, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0 };
        foreach (var label in name.Split('.'))
        {
            bytes.Add((byte)label.Length);
            bytes.AddRange(Encoding.ASCII.GetBytes(label));
        }

        bytes.AddRange([0, 0, (byte)type, 0, 1]);
        return [.. bytes];
    }

    /// <summary>A reply to a query with one address.</summary>
    internal static byte[] Reply(byte[] query, IPAddress? address, int code = 0)
    {
        var reply = query.ToList();
        reply[2] = 0x81;
        reply[3] = (byte)(0x80 | code);
        if (address is not null)
        {
            reply[7] = 1;
            reply.AddRange([0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4]);
            reply.AddRange(address.GetAddressBytes());
        }

        return [.. reply];
    }

    internal static string NameOf(byte[] query)
    {
        var labels = new List<string>();
        for (int at = 12; query[at] != 0; at += 1 + query[at])
        {
            labels.Add(Encoding.ASCII.GetString(query, at + 1, query[at]));
        }

        return string.Join('.', labels);
    }

    internal static List<string> Answers(byte[] reply)
    {
        var found = new List<string>();
        int at = 12, count = BinaryPrimitives.ReadUInt16BigEndian(reply.AsSpan(6));
        while (reply[at] != 0)
        {
            at += 1 + reply[at];
        }

        at += 5;
        for (int i = 0; i < count; i++)
        {
            int type = BinaryPrimitives.ReadUInt16BigEndian(reply.AsSpan(at + 2)), length = BinaryPrimitives.ReadUInt16BigEndian(reply.AsSpan(at + 10));
            found.Add(type == 12 ? NameOf([.. new byte[12], .. reply.AsSpan(at + 12, length)]) : new IPAddress(reply.AsSpan(at + 12, length)).ToString());
            at += 12 + length;
        }

        return found;
    }
}

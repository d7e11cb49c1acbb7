using System.Buffers.Binary;
using System.Net;
using Davit.Linux.Netlink;

namespace Davit.Linux.Nftables;

/// <summary>The kernel's table of tracked connections.</summary>
public static class ConnectionTracking
{
    private const int Subsystem = 1 << 8;
    private const int Get = 1;
    private const int Delete = 2;
    private const int Original = 1;
    private const int Reply = 2;

    /// <summary>All connections of a transport protocol, for both families.</summary>
    public static IReadOnlyList<ConnectionRecord> ListConnections(this NetlinkSocket socket, byte protocol)
    {
        var request = new NetlinkRequest();
        request.Begin(Subsystem | Get, NetlinkFlags.Dump, "list tracked connections");
        request.Structure(default(NftBatch.Header));
        var found = new List<ConnectionRecord>();
        socket.Dump(request, (type, payload) =>
        {
            byte[] original = [];
            var replySource = IPAddress.None;
            var attributes = new NetlinkAttributes(payload[4..]);
            while (attributes.Next())
            {
                if (attributes.Type == Original)
                {
                    original = attributes.Value.ToArray();
                }
                else if (attributes.Type == Reply)
                {
                    replySource = Parse(attributes.Value).Source;
                }
            }

            var tuple = Parse(original);
            if (tuple.Protocol == protocol)
            {
                found.Add(new ConnectionRecord(protocol, tuple.Destination, tuple.Port, replySource, payload[0], original));
            }
        });
        return found;
    }

    /// <summary>Forgets a connection, so that its next packet is looked at as the first one; one that is gone is no failure.</summary>
    public static void DeleteConnection(this NetlinkSocket socket, ConnectionRecord connection)
    {
        var request = new NetlinkRequest();
        request.Begin(Subsystem | Delete, NetlinkFlags.None, "forget tracked connection");
        request.Structure(new NftBatch.Header { Family = connection.Family });
        request.Attribute(Original | 0x8000, connection.OriginalTuple);
        try
        {
            socket.Execute(request);
        }
        catch (LinuxException e) when (e.Errno is Errno.ENOENT)
        {
            // it ended meanwhile
        }
    }

    private static (IPAddress Source, IPAddress Destination, byte Protocol, ushort Port) Parse(ReadOnlySpan<byte> bytes)
    {
        IPAddress source = IPAddress.None, destination = IPAddress.None;
        byte protocol = 0;
        ushort port = 0;
        var parts = new NetlinkAttributes(bytes);
        while (parts.Next())
        {
            var fields = new NetlinkAttributes(parts.Value);
            while (fields.Next())
            {
                switch (parts.Type, fields.Type)
                {
                    case (1, 1 or 3) when fields.Value.Length is 4 or 16:
                        source = new IPAddress(fields.Value);
                        break;
                    case (1, 2 or 4) when fields.Value.Length is 4 or 16:
                        destination = new IPAddress(fields.Value);
                        break;
                    case (2, 1):
                        protocol = fields.Value[0];
                        break;
                    case (2, 3) when fields.Value.Length == 2:
                        port = BinaryPrimitives.ReadUInt16BigEndian(fields.Value);
                        break;
                }
            }
        }

        return (source, destination, protocol, port);
    }
}

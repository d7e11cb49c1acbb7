using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Davit.Linux.Netlink;

/// <summary>Questions about interfaces, addresses and routes.</summary>
public static class RouteQueries
{
    private const uint FlagUp = 1;
    private const byte AddressPermanent = 0x80;
    private const uint RouteCloned = 0x200;
    private const byte TypeUnicast = 1;

    /// <summary>The interface of a name, or null.</summary>
    public static LinkRecord? FindLink(this NetlinkSocket socket, string name)
    {
        var request = new NetlinkRequest();
        request.Begin(LinkMessages.GetLink, NetlinkFlags.None, $"get {name}");
        request.Structure(default(LinkMessages.Header));
        request.Attribute(LinkMessages.Name, name);
        LinkRecord? found = null;
        try
        {
            socket.Execute(request, (type, payload) => found ??= ParseLink(payload));
        }
        catch (LinuxException e) when (e.Errno is Errno.ENODEV or Errno.ENOENT)
        {
            return null;
        }

        return found;
    }

    /// <summary>All interfaces.</summary>
    public static IReadOnlyList<LinkRecord> ListLinks(this NetlinkSocket socket)
    {
        var request = new NetlinkRequest();
        request.Begin(LinkMessages.GetLink, NetlinkFlags.Dump, "list interfaces");
        request.Structure(default(LinkMessages.Header));
        var links = new List<LinkRecord>();
        socket.Dump(request, (type, payload) => links.Add(ParseLink(payload)));
        return links;
    }

    /// <summary>All addresses.</summary>
    public static IReadOnlyList<AddressRecord> ListAddresses(this NetlinkSocket socket)
    {
        var request = new NetlinkRequest();
        request.Begin(AddressMessages.GetAddress, NetlinkFlags.Dump, "list addresses");
        request.Structure(default(AddressMessages.Header));
        var addresses = new List<AddressRecord>();
        socket.Dump(request, (type, payload) =>
        {
            var header = MemoryMarshal.Read<AddressMessages.Header>(payload);
            IPAddress? address = null, local = null;
            var attributes = new NetlinkAttributes(payload[Unsafe.SizeOf<AddressMessages.Header>()..]);
            while (attributes.Next())
            {
                if (attributes.Type == 1)
                {
                    address = ToAddress(attributes.Value);
                }
                else if (attributes.Type == 2)
                {
                    local = ToAddress(attributes.Value);
                }
            }

            if ((local ?? address) is { } found)
            {
                addresses.Add(new AddressRecord(header.Index, found, header.PrefixLength, (header.Flags & AddressPermanent) != 0 && header.Scope == 0));
            }
        });
        return addresses;
    }

    /// <summary>All unicast routes of every table, without cached ones.</summary>
    public static IReadOnlyList<RouteRecord> ListRoutes(this NetlinkSocket socket)
    {
        var request = new NetlinkRequest();
        request.Begin(AddressMessages.GetRoute, NetlinkFlags.Dump, "list routes");
        request.Structure(default(AddressMessages.RouteHeader));
        var routes = new List<RouteRecord>();
        socket.Dump(request, (type, payload) =>
        {
            if (type == AddressMessages.NewRoute && ParseRoute(payload) is { } route)
            {
                routes.Add(route);
            }
        });
        return routes;
    }

    private static LinkRecord ParseLink(ReadOnlySpan<byte> payload)
    {
        var header = MemoryMarshal.Read<LinkMessages.Header>(payload);
        string name = "", kind = "";
        int master = 0, mtu = 0;
        var attributes = new NetlinkAttributes(payload[Unsafe.SizeOf<LinkMessages.Header>()..]);
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case LinkMessages.Name:
                    name = attributes.Text;
                    break;
                case LinkMessages.Mtu:
                    mtu = (int)attributes.UInt32;
                    break;
                case LinkMessages.Master:
                    master = (int)attributes.UInt32;
                    break;
                case LinkMessages.Info:
                    var info = new NetlinkAttributes(attributes.Value);
                    while (info.Next())
                    {
                        kind = info.Type == LinkMessages.InfoKind ? info.Text : kind;
                    }

                    break;
            }
        }

        return new LinkRecord(header.Index, name, kind, master, (header.Flags & FlagUp) != 0, mtu);
    }

    private static RouteRecord? ParseRoute(ReadOnlySpan<byte> payload)
    {
        var header = MemoryMarshal.Read<AddressMessages.RouteHeader>(payload);
        if (header.Type != TypeUnicast || (header.Flags & RouteCloned) != 0
            || header.Family is not (Native.NetlinkNative.AfInet or Native.NetlinkNative.AfInet6))
        {
            return null;
        }

        var destination = header.Family == Native.NetlinkNative.AfInet ? IPAddress.Any : IPAddress.IPv6Any;
        IPAddress? gateway = null;
        var index = 0;
        var attributes = new NetlinkAttributes(payload[Unsafe.SizeOf<AddressMessages.RouteHeader>()..]);
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case 1:
                    destination = ToAddress(attributes.Value) ?? destination;
                    break;
                case 4:
                    index = (int)attributes.UInt32;
                    break;
                case 5:
                    gateway = ToAddress(attributes.Value);
                    break;
            }
        }

        return new RouteRecord(new IPNetwork(destination, header.DestinationLength), index, gateway);
    }

    private static IPAddress? ToAddress(ReadOnlySpan<byte> bytes) => bytes.Length is 4 or 16 ? new IPAddress(bytes) : null;
}

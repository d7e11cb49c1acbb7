using System.Net;
using System.Net.Sockets;

namespace Davit.Linux.Netlink;

/// <summary>Messages that give and take addresses and routes (rtnetlink(7)).</summary>
public static class AddressMessages
{
    internal const ushort NewAddress = 20;
    internal const ushort DeleteAddress = 21;
    internal const ushort GetAddress = 22;
    internal const ushort NewRoute = 24;
    internal const ushort GetRoute = 26;
    private const int Local = 2;
    private const int Address = 1;
    private const int Broadcast = 4;
    private const byte FlagNoDad = 2;
    private const int RouteOutput = 4;
    private const int RouteGateway = 5;
    private const byte TableMain = 254;
    private const byte ProtocolBoot = 3;
    private const byte ScopeUniverse = 0;
    private const byte TypeUnicast = 1;

    /// <summary>Gives an interface an address; an IPv6 one can be used at once, without duplicate address detection.</summary>
    public static void AddAddress(this NetlinkRequest request, int index, IPAddress address, int prefixLength)
    {
        request.Begin(NewAddress, NetlinkFlags.Create | NetlinkFlags.Replace, $"add address {address}/{prefixLength}");
        Write(request, index, address, prefixLength);
        if (address.AddressFamily == AddressFamily.InterNetwork && prefixLength < 31)
        {
            var bytes = address.GetAddressBytes();
            for (var bit = prefixLength; bit < 32; bit++)
            {
                bytes[bit / 8] |= (byte)(0x80 >> (bit % 8));
            }

            request.Attribute(Broadcast, bytes);
        }
    }

    /// <summary>Takes an address from an interface.</summary>
    public static void DeleteInterfaceAddress(this NetlinkRequest request, int index, IPAddress address, int prefixLength)
    {
        request.Begin(DeleteAddress, NetlinkFlags.None, $"delete address {address}/{prefixLength}");
        Write(request, index, address, prefixLength);
    }

    /// <summary>Sets the default route.</summary>
    public static void SetDefaultRoute(this NetlinkRequest request, int index, IPAddress gateway)
    {
        request.Begin(NewRoute, NetlinkFlags.Create | NetlinkFlags.Replace, $"add default route by {gateway}");
        request.Structure(new RouteHeader
        {
            Family = FamilyOf(gateway),
            Table = TableMain,
            Protocol = ProtocolBoot,
            Scope = ScopeUniverse,
            Type = TypeUnicast,
        });
        request.Attribute(RouteGateway, gateway.GetAddressBytes());
        request.Attribute(RouteOutput, (uint)index);
    }

    internal static byte FamilyOf(IPAddress address) =>
        (byte)(address.AddressFamily == AddressFamily.InterNetworkV6 ? Native.NetlinkNative.AfInet6 : Native.NetlinkNative.AfInet);

    private static void Write(NetlinkRequest request, int index, IPAddress address, int prefixLength)
    {
        request.Structure(new Header { Family = FamilyOf(address), PrefixLength = (byte)prefixLength, Flags = FlagNoDad, Index = index });
        var bytes = address.GetAddressBytes();
        request.Attribute(Local, bytes);
        request.Attribute(Address, bytes);
    }

    /// <summary>struct ifaddrmsg.</summary>
    internal struct Header
    {
        internal byte Family;
        internal byte PrefixLength;
        internal byte Flags;
        internal byte Scope;
        internal int Index;
    }

    /// <summary>struct rtmsg.</summary>
    internal struct RouteHeader
    {
        internal byte Family;
        internal byte DestinationLength;
        internal byte SourceLength;
        internal byte Tos;
        internal byte Table;
        internal byte Protocol;
        internal byte Scope;
        internal byte Type;
        internal uint Flags;
    }
}

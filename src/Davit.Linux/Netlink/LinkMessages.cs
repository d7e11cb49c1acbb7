namespace Davit.Linux.Netlink;

/// <summary>Messages that make, change and remove network interfaces (rtnetlink(7)).</summary>
public static class LinkMessages
{
    internal const ushort NewLink = 16;
    internal const ushort DeleteLink = 17;
    internal const ushort GetLink = 18;
    internal const int Address = 1;
    internal const int Name = 3;
    internal const int Mtu = 4;
    internal const int Master = 10;
    internal const int Info = 18;
    internal const int InfoKind = 1;
    private const int Group = 27;
    private const int NamespaceFd = 28;
    private const int AfSpec = 26;
    private const int Inet6AddrGenMode = 8;
    private const byte AddrGenModeNone = 1;
    private const int InfoData = 2;
    private const int InfoSlaveKind = 4;
    private const int InfoSlaveData = 5;
    private const int VethPeer = 1;
    private const int BridgePortMode = 4;
    private const int BridgePortIsolated = 33;
    private const uint FlagUp = 1;

    /// <summary>Makes a bridge; its hardware address is fixed, so that ports that come and go don't change it.</summary>
    public static void AddBridge(this NetlinkRequest request, string name, ReadOnlySpan<byte> hardwareAddress, int mtu)
    {
        request.Begin(NewLink, NetlinkFlags.Create | NetlinkFlags.Exclusive, $"add bridge {name}");
        request.Structure(default(Header));
        request.Attribute(Name, name);
        if (mtu > 0)
        {
            request.Attribute(Mtu, (uint)mtu);
        }

        request.Attribute(Address, hardwareAddress);
        var info = request.BeginNest(Info);
        request.Attribute(InfoKind, "bridge");
        request.EndNest(info);
    }

    /// <summary>Makes a veth pair: one end here and up, the other in another namespace and down (the kernel refuses to make it up in this message).</summary>
    /// <param name="request">Where the message goes.</param>
    /// <param name="name">Name of the end here.</param>
    /// <param name="peerName">Name of the other end.</param>
    /// <param name="peerNamespace">Open descriptor of the other namespace.</param>
    /// <param name="master">Index of the bridge that the end here is a port of, or 0.</param>
    /// <param name="mtu">MTU of both ends, or 0 for the kernel's.</param>
    public static void AddVeth(this NetlinkRequest request, string name, string peerName, int peerNamespace, int master, int mtu)
    {
        request.Begin(NewLink, NetlinkFlags.Create | NetlinkFlags.Exclusive, $"add veth {name}");
        request.Structure(default(Header));
        request.Attribute(Name, name);
        if (master != 0)
        {
            request.Attribute(Master, (uint)master);
        }

        if (mtu > 0)
        {
            request.Attribute(Mtu, (uint)mtu);
        }

        var info = request.BeginNest(Info);
        request.Attribute(InfoKind, "veth");
        var data = request.BeginNest(InfoData);
        var peer = request.BeginNest(VethPeer);
        request.Structure(default(Header));
        request.Attribute(Name, peerName);
        request.Attribute(NamespaceFd, (uint)peerNamespace);
        if (mtu > 0)
        {
            request.Attribute(Mtu, (uint)mtu);
        }

        request.EndNest(peer);
        request.EndNest(data);
        request.EndNest(info);

        // A port of a bridge needs no address of its own; the kernel takes this only for interfaces that exist.
        request.Begin(NewLink, NetlinkFlags.None, $"bring up {name}");
        request.Structure(new Header { Flags = FlagUp, Change = FlagUp });
        request.Attribute(Name, name);
        if (Directory.Exists("/proc/sys/net/ipv6"))
        {
            request.NoLinkLocalAddress();
        }
    }

    /// <summary>Makes an interface a port of a bridge.</summary>
    public static void SetMaster(this NetlinkRequest request, string name, int master, bool isolated)
    {
        request.Begin(NewLink, NetlinkFlags.None, $"attach {name} to its bridge");
        request.Structure(default(Header));
        request.Attribute(Name, name);
        request.Attribute(Master, (uint)master);
        if (isolated)
        {
            request.IsolatePort(name);
        }
    }

    /// <summary>Makes a port of a bridge unable to reach the bridge's other isolated ports.</summary>
    public static void IsolatePort(this NetlinkRequest request, string name) => request.SetPort(name, "isolate", BridgePortIsolated);

    /// <summary>Lets a port of a bridge get back what it sent (hairpin mode): what is translated between ports of one bridge can return that way when br_netfilter is loaded.</summary>
    public static void ReflectPort(this NetlinkRequest request, string name) => request.SetPort(name, "set hairpin mode of", BridgePortMode);

    private static void SetPort(this NetlinkRequest request, string name, string what, int attribute)
    {
        request.Begin(NewLink, NetlinkFlags.None, $"{what} {name}");
        request.Structure(default(Header));
        request.Attribute(Name, name);
        var info = request.BeginNest(Info);
        request.Attribute(InfoSlaveKind, "bridge");
        var data = request.BeginNest(InfoSlaveData);
        request.Attribute(attribute, (byte)1);
        request.EndNest(data);
        request.EndNest(info);
    }

    /// <summary>Sets the largest packet of an interface.</summary>
    public static void SetMtu(this NetlinkRequest request, string name, int mtu)
    {
        request.Begin(NewLink, NetlinkFlags.None, $"set MTU {mtu} of {name}");
        request.Structure(default(Header));
        request.Attribute(Name, name);
        request.Attribute(Mtu, (uint)mtu);
    }

    /// <summary>Moves an interface into another network namespace.</summary>
    /// <param name="request">Where the message goes.</param>
    /// <param name="index">Index of the interface here.</param>
    /// <param name="name">Its name there; <c>%d</c> in it becomes a number.</param>
    /// <param name="target">Open descriptor of the other namespace.</param>
    public static void MoveTo(this NetlinkRequest request, int index, string name, int target)
    {
        request.Begin(NewLink, NetlinkFlags.None, $"move {name} into the network namespace");
        request.Structure(new Header { Index = index });
        request.Attribute(Name, name);
        request.Attribute(NamespaceFd, (uint)target);
    }

    /// <summary>Brings an interface up.</summary>
    public static void SetUp(this NetlinkRequest request, int index, string what)
    {
        request.Begin(NewLink, NetlinkFlags.None, $"bring up {what}");
        request.Structure(new Header { Index = index, Flags = FlagUp, Change = FlagUp });
    }

    /// <summary>Gives an interface its hardware address, MTU (0 leaves it) and perhaps a new name, and brings it up.</summary>
    public static void Configure(this NetlinkRequest request, int index, string name, ReadOnlySpan<byte> hardwareAddress, int mtu)
    {
        request.Begin(NewLink, NetlinkFlags.None, $"configure {name}");
        request.Structure(new Header { Index = index, Flags = FlagUp, Change = FlagUp });
        request.Attribute(Name, name);
        if (!hardwareAddress.IsEmpty)
        {
            request.Attribute(Address, hardwareAddress);
        }

        if (mtu > 0)
        {
            request.Attribute(Mtu, (uint)mtu);
        }
    }

    /// <summary>Puts an interface into a group.</summary>
    public static void SetGroup(this NetlinkRequest request, string name, uint group)
    {
        request.Begin(NewLink, NetlinkFlags.None, $"put {name} into group {group}");
        request.Structure(default(Header));
        request.Attribute(Name, name);
        request.Attribute(Group, group);
    }

    /// <summary>Removes all interfaces of a group, for the price of one.</summary>
    public static void DeleteGroup(this NetlinkRequest request, uint group)
    {
        request.Begin(DeleteLink, NetlinkFlags.None, $"delete interfaces of group {group}");
        request.Structure(default(Header));
        request.Attribute(Group, group);
    }

    /// <summary>Removes an interface, and with one end of a veth pair the other.</summary>
    public static void DeleteLinkByName(this NetlinkRequest request, string name)
    {
        request.Begin(DeleteLink, NetlinkFlags.None, $"delete {name}");
        request.Structure(default(Header));
        request.Attribute(Name, name);
    }

    private static void NoLinkLocalAddress(this NetlinkRequest request)
    {
        var families = request.BeginNest(AfSpec);
        var inet6 = request.BeginNest(Native.NetlinkNative.AfInet6);
        request.Attribute(Inet6AddrGenMode, AddrGenModeNone);
        request.EndNest(inet6);
        request.EndNest(families);
    }

    /// <summary>struct ifinfomsg.</summary>
    internal struct Header
    {
        internal byte Family;
        internal byte Padding;
        internal ushort Type;
        internal int Index;
        internal uint Flags;
        internal uint Change;
    }
}

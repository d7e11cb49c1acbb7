using System.Net;
using System.Text;
using Davit.Linux.Netlink;

namespace Davit.Linux.Nftables;

/// <summary>Writes the expressions of a rule. Registers are the sixteen of 32 bits, 0 to 15; a match that fails ends the rule.</summary>
public sealed class NftExpressions
{
    private const int FirstRegister = 8; // NFT_REG32_00
    private const uint Equal = 0;
    private const uint NotEqual = 1;
    private const int VerdictAccept = 1;
    private const int VerdictDrop = 0;
    private const int VerdictJump = -3;
    private const int VerdictReturn = -5;
    private readonly NetlinkRequest _request;

    internal NftExpressions(NetlinkRequest request) => _request = request;

    /// <summary>Matches packets of IPv4 or of IPv6.</summary>
    public NftExpressions Protocol(NftFamily family) => Meta(15, 0).Compare(0, Equal, [(byte)family]);

    /// <summary>Loads the number of the transport protocol.</summary>
    public NftExpressions LoadTransport(int register) => Meta(16, register);

    /// <summary>Matches a transport protocol: 6 is TCP, 17 is UDP.</summary>
    public NftExpressions Transport(byte protocol) => LoadTransport(0).Compare(0, Equal, [protocol]);

    /// <summary>Matches a destination port (TCP and UDP alike).</summary>
    public NftExpressions DestinationPort(ushort port) => LoadDestinationPort(0).Compare(0, Equal, BigEndian(port));

    /// <summary>Loads the name of the interface that the packet came by (4 registers).</summary>
    public NftExpressions LoadInputName(int register) => Meta(6, register);

    /// <summary>Loads the name of the interface that the packet leaves by (4 registers).</summary>
    public NftExpressions LoadOutputName(int register) => Meta(7, register);

    /// <summary>Matches the interface that the packet came by.</summary>
    public NftExpressions InputName(string name) => LoadInputName(0).Compare(0, Equal, NameKey(name));

    /// <summary>Matches the interface that the packet leaves by.</summary>
    public NftExpressions OutputName(string name, bool not = false) => LoadOutputName(0).Compare(0, not ? NotEqual : Equal, NameKey(name));

    /// <summary>Loads a part of the network header.</summary>
    public NftExpressions LoadNetworkHeader(int register, int offset, int length) => Payload(register, 1, offset, length);

    /// <summary>Loads the destination port (TCP and UDP alike).</summary>
    public NftExpressions LoadDestinationPort(int register) => Payload(register, 2, 2, 2);

    /// <summary>Matches addresses of a subnet in a field of the network header.</summary>
    /// <param name="offset">Offset of the address in the header.</param>
    /// <param name="network">First address of the subnet.</param>
    /// <param name="prefixLength">Bits of the network's part.</param>
    public NftExpressions Subnet(int offset, ReadOnlySpan<byte> network, int prefixLength)
    {
        Span<byte> mask = stackalloc byte[network.Length];
        mask.Clear();
        for (var bit = 0; bit < prefixLength; bit++)
        {
            mask[bit / 8] |= (byte)(0x80 >> (bit % 8));
        }

        return LoadNetworkHeader(0, offset, network.Length).Mask(0, mask).Compare(0, Equal, network);
    }

    /// <summary>Matches connections whose destination was translated.</summary>
    public NftExpressions DestinationTranslated() => ConnectionTracking(2, 0x20);

    /// <summary>Matches packets of connections that were let through before, and what belongs to them.</summary>
    public NftExpressions EstablishedOrRelated() => ConnectionTracking(0, 0x2 | 0x4);

    /// <summary>Matches packets whose destination is an address of this host.</summary>
    public NftExpressions DestinationIsLocal()
    {
        const uint ResultAddressType = 3, FlagDestination = 2, TypeLocal = 2;
        var nest = Open("fib");
        _request.AttributeBigEndian(1, Register(0));
        _request.AttributeBigEndian(2, ResultAddressType);
        _request.AttributeBigEndian(3, FlagDestination);
        Close(nest);
        return Compare(0, Equal, BitConverter.GetBytes(TypeLocal));
    }

    /// <summary>Matches when the registers from this one on are in a set.</summary>
    public NftExpressions InSet(string set, int register) => Lookup(set, register, null);

    /// <summary>Looks a key up in a map and loads the value; no match ends the rule.</summary>
    public NftExpressions Map(string map, int register) => Lookup(map, register, register);

    /// <summary>Translates the destination to the address at a register and, when given, the port at another.</summary>
    public NftExpressions DestinationNat(NftFamily family, int addressRegister, int? portRegister)
    {
        const uint TypeDestination = 1;
        var nest = Open("nat");
        _request.AttributeBigEndian(1, TypeDestination);
        _request.AttributeBigEndian(2, (uint)family);
        _request.AttributeBigEndian(3, Register(addressRegister));
        if (portRegister is { } port)
        {
            _request.AttributeBigEndian(5, Register(port));
        }

        Close(nest);
        return this;
    }

    /// <summary>Loads an address, a constant.</summary>
    public NftExpressions LoadAddress(int register, IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return Constant(register, address.GetAddressBytes());
    }

    /// <summary>Loads a port, a constant.</summary>
    public NftExpressions LoadPort(int register, ushort port) => Constant(register, BigEndian(port));

    /// <summary>Translates the source to the address at a register.</summary>
    public void SourceNat(NftFamily family, int addressRegister)
    {
        var nest = Open("nat");
        _request.AttributeBigEndian(1, 0u); // NFT_NAT_SNAT
        _request.AttributeBigEndian(2, (uint)family);
        _request.AttributeBigEndian(3, Register(addressRegister));
        Close(nest);
    }

    /// <summary>Translates the source to the address of the interface that the packet leaves by.</summary>
    public void Masquerade() => Close(Open("masq"));

    /// <summary>Counts packets and bytes.</summary>
    public NftExpressions Counter()
    {
        Close(Open("counter"));
        return this;
    }

    /// <summary>Lets the packet through this chain.</summary>
    public void Accept() => Verdict(VerdictAccept, null);

    /// <summary>Drops the packet.</summary>
    public void Drop() => Verdict(VerdictDrop, null);

    /// <summary>Goes on with a chain of the table, and comes back.</summary>
    public void Jump(string chain) => Verdict(VerdictJump, chain);

    /// <summary>Ends this chain.</summary>
    public void Return() => Verdict(VerdictReturn, null);

    private static byte[] BigEndian(ushort value) => [(byte)(value >> 8), (byte)value];

    private static uint Register(int register) => (uint)(FirstRegister + register);

    private static byte[] NameKey(string name)
    {
        var key = new byte[16];
        Encoding.UTF8.GetBytes(name, key.AsSpan(0, 15));
        return key;
    }

    private NftExpressions Constant(int register, ReadOnlySpan<byte> value)
    {
        var nest = Open("immediate");
        _request.AttributeBigEndian(1, Register(register));
        Data(2, value);
        Close(nest);
        return this;
    }

    private NftExpressions Meta(uint key, int register)
    {
        var nest = Open("meta");
        _request.AttributeBigEndian(1, Register(register));
        _request.AttributeBigEndian(2, key);
        Close(nest);
        return this;
    }

    private NftExpressions Payload(int register, uint header, int offset, int length)
    {
        var nest = Open("payload");
        _request.AttributeBigEndian(1, Register(register));
        _request.AttributeBigEndian(2, header);
        _request.AttributeBigEndian(3, (uint)offset);
        _request.AttributeBigEndian(4, (uint)length);
        Close(nest);
        return this;
    }

    private NftExpressions ConnectionTracking(uint key, uint bits)
    {
        var nest = Open("ct");
        _request.AttributeBigEndian(1, Register(0));
        _request.AttributeBigEndian(2, key);
        Close(nest);
        return Mask(0, BitConverter.GetBytes(bits)).Compare(0, NotEqual, new byte[4]);
    }

    private NftExpressions Mask(int register, ReadOnlySpan<byte> mask)
    {
        Span<byte> zero = stackalloc byte[mask.Length];
        zero.Clear();
        var nest = Open("bitwise");
        _request.AttributeBigEndian(1, Register(register));
        _request.AttributeBigEndian(2, Register(register));
        _request.AttributeBigEndian(3, (uint)mask.Length);
        Data(4, mask);
        Data(5, zero);
        Close(nest);
        return this;
    }

    private NftExpressions Compare(int register, uint operation, ReadOnlySpan<byte> value)
    {
        var nest = Open("cmp");
        _request.AttributeBigEndian(1, Register(register));
        _request.AttributeBigEndian(2, operation);
        Data(3, value);
        Close(nest);
        return this;
    }

    private NftExpressions Lookup(string set, int register, int? destination)
    {
        var nest = Open("lookup");
        _request.Attribute(1, set);
        _request.AttributeBigEndian(2, Register(register));
        if (destination is { } target)
        {
            _request.AttributeBigEndian(3, Register(target));
        }

        Close(nest);
        return this;
    }

    private void Verdict(int code, string? chain)
    {
        var nest = Open("immediate");
        _request.AttributeBigEndian(1, 0u); // the verdict register
        var data = _request.BeginNest(2);
        var verdict = _request.BeginNest(2);
        _request.AttributeBigEndian(1, (uint)code);
        if (chain is not null)
        {
            _request.Attribute(2, chain);
        }

        _request.EndNest(verdict);
        _request.EndNest(data);
        Close(nest);
    }

    private void Data(int attribute, ReadOnlySpan<byte> value)
    {
        var nest = _request.BeginNest(attribute);
        _request.Attribute(1, value);
        _request.EndNest(nest);
    }

    private (int Element, int Data) Open(string name)
    {
        var element = _request.BeginNest(1);
        _request.Attribute(1, name);
        return (element, _request.BeginNest(2));
    }

    private void Close((int Element, int Data) nest)
    {
        _request.EndNest(nest.Data);
        _request.EndNest(nest.Element);
    }
}

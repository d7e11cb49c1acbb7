using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Davit.Network.Addresses;

/// <summary>Addresses as numbers. A subnet of any size costs the same.</summary>
internal static class AddressMath
{
    internal static UInt128 ToNumber(this IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        address.TryWriteBytes(address.AddressFamily == AddressFamily.InterNetwork ? bytes[12..] : bytes, out _);
        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    internal static IPAddress ToAddress(this UInt128 number, AddressFamily family)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, number);
        return new IPAddress(family == AddressFamily.InterNetwork ? bytes[12..] : bytes);
    }

    internal static AddressFamily Family(this IPNetwork network) => network.BaseAddress.AddressFamily;

    internal static bool IsIPv6(this IPNetwork network) => network.Family() == AddressFamily.InterNetworkV6;

    internal static UInt128 First(this IPNetwork network) => network.BaseAddress.ToNumber();

    internal static UInt128 Last(this IPNetwork network)
    {
        var hostBits = (network.IsIPv6() ? 128 : 32) - network.PrefixLength;
        return network.First() + (hostBits == 128 ? UInt128.MaxValue : (UInt128.One << hostBits) - 1);
    }

    internal static bool Overlaps(this IPNetwork one, IPNetwork other) =>
        one.Family() == other.Family() && one.First() <= other.Last() && other.First() <= one.Last();

    internal static bool Contains(this IPNetwork outer, IPNetwork inner) =>
        outer.Family() == inner.Family() && outer.First() <= inner.First() && inner.Last() <= outer.Last();

    /// <summary>The subnet that an address with a prefix length lies in.</summary>
    internal static IPNetwork NetworkOf(IPAddress address, int prefixLength)
    {
        var bits = address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        var number = address.ToNumber();
        var hostBits = bits - prefixLength;
        var first = hostBits >= 128 ? UInt128.Zero : (number >> hostBits) << hostBits;
        return new IPNetwork(first.ToAddress(address.AddressFamily), prefixLength);
    }
}

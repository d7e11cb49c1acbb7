using System.Net;
using System.Net.Sockets;
using Davit.Linux.Nftables;

namespace Davit.Network.Firewall;

/// <summary>Turns published ports into elements of the table's maps. A run of ports that keep their numbers is one element.</summary>
internal static class PortElements
{
    private const byte Tcp = 6;
    private const byte Udp = 17;

    /// <summary>Ports on all addresses: (protocol, port) to (address, port).</summary>
    internal static NftSet Ports(NftFamily family) => new("ports" + Suffix(family), [NftField.Protocol, NftField.Port], [AddressField(family), NftField.Port]);

    /// <summary>Ports on one address: (protocol, address, port) to (address, port).</summary>
    internal static NftSet HostPorts(NftFamily family) =>
        new("hostports" + Suffix(family), [NftField.Protocol, AddressField(family), NftField.Port], [AddressField(family), NftField.Port]);

    /// <summary>Runs of ports: (protocol, addresses, ports) to address.</summary>
    internal static NftSet Ranges(NftFamily family) =>
        new("ranges" + Suffix(family), [NftField.Protocol, AddressField(family), NftField.Port], [AddressField(family)], Interval: true);

    /// <summary>The elements by map.</summary>
    internal static IEnumerable<(NftSet Set, NftElement Element)> From(IEnumerable<PublishedPort> ports)
    {
        var groups = ports.GroupBy(port => (port.Udp, port.HostAddress, port.Address, Same: port.HostPort == port.Port));
        foreach (var group in groups)
        {
            var family = group.Key.Address.AddressFamily == AddressFamily.InterNetwork ? NftFamily.Ipv4 : NftFamily.Ipv6;
            var protocol = group.Key.Udp ? Udp : Tcp;
            foreach (var run in Runs(group.OrderBy(port => port.HostPort), group.Key.Same))
            {
                yield return run.Count > 1 ? (Ranges(family), Range(protocol, run)) : Single(family, protocol, run[0]);
            }
        }
    }

    private static string Suffix(NftFamily family) => family == NftFamily.Ipv4 ? "4" : "6";

    private static NftField AddressField(NftFamily family) => family == NftFamily.Ipv4 ? NftField.Ipv4Address : NftField.Ipv6Address;

    private static IEnumerable<List<PublishedPort>> Runs(IEnumerable<PublishedPort> ports, bool same)
    {
        List<PublishedPort> run = [];
        foreach (var port in ports)
        {
            if (run.Count > 0 && (!same || port.HostPort != run[^1].HostPort + 1))
            {
                yield return run;
                run = [];
            }

            run.Add(port);
        }

        if (run.Count > 0)
        {
            yield return run;
        }
    }

    private static (NftSet Set, NftElement Element) Single(NftFamily family, byte protocol, PublishedPort port)
    {
        var value = NftElement.Registers(port.Address, port.Port);
        return IsAny(port.HostAddress)
            ? (Ports(family), new NftElement(NftElement.Registers(protocol, port.HostPort), null, value))
            : (HostPorts(family), new NftElement(NftElement.Registers(protocol, port.HostAddress, port.HostPort), null, value));
    }

    private static NftElement Range(byte protocol, List<PublishedPort> run)
    {
        var first = run[0];
        var last = IsAny(first.HostAddress) ? AllOnes(first.HostAddress) : first.HostAddress;
        return new NftElement(
            NftElement.Registers(protocol, first.HostAddress, first.HostPort),
            NftElement.Registers(protocol, last, run[^1].HostPort),
            NftElement.Registers(first.Address));
    }

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    private static IPAddress AllOnes(IPAddress any)
    {
        var bytes = any.GetAddressBytes();
        Array.Fill(bytes, (byte)0xff);
        return new IPAddress(bytes);
    }
}

using System.Net;
using Davit.Linux.Nftables;
using Davit.Network.Addresses;

namespace Davit.Network.Firewall;

/// <summary>
/// The rules of the one table. Published ports are looked up in maps, so their number costs nothing; what depends on networks is
/// written anew when networks come and go.
/// </summary>
internal static class Ruleset
{
    private const string Bridges = "bridges";
    private const string Internals = "internal";
    private const string Same = "same";
    private const string Guard = "guard";
    private const string Publish = "publish";
    private const string Prerouting = "prerouting";
    private const string Output = "output";
    private const string Forward = "forward";
    private const string Postrouting = "postrouting";
    private const int Ipv4Source = 12;
    private const int Ipv4Destination = 16;
    private const int Ipv6Source = 8;
    private const int Ipv6Destination = 24;

    /// <summary>The table from nothing, with all bridges and ports; replaces what is there in the same transaction.</summary>
    internal static NftBatch Compose(string table, IReadOnlyCollection<BridgeRules> bridges, IEnumerable<PublishedPort> ports)
    {
        var batch = new NftBatch(NftFamily.Inet, table);
        batch.AddTable();
        batch.DeleteTable();
        batch.AddTable();
        foreach (var name in (string[])[Bridges, Internals])
        {
            batch.AddSet(new NftSet(name, [NftField.InterfaceName], []));
        }

        batch.AddSet(new NftSet(Same, [NftField.InterfaceName, NftField.InterfaceName], []));
        foreach (var family in (NftFamily[])[NftFamily.Ipv4, NftFamily.Ipv6])
        {
            batch.AddSet(new NftSet(OpensOf(family), [NftField.InterfaceName], []));
            batch.AddSet(PortElements.Ports(family));
            batch.AddSet(PortElements.HostPorts(family));
            batch.AddSet(PortElements.Ranges(family));
        }

        batch.AddChain(Publish);
        batch.AddChain(Guard, new NftHook("filter", NftHook.Prerouting, NftHook.RawPriority));
        batch.AddChain(Prerouting, new NftHook("nat", NftHook.Prerouting, NftHook.DestinationNatPriority));
        batch.AddChain(Output, new NftHook("nat", NftHook.Output, NftHook.DestinationNatPriority));
        batch.AddChain(Forward, new NftHook("filter", NftHook.Forward, NftHook.FilterPriority));
        batch.AddChain(Postrouting, new NftHook("nat", NftHook.Postrouting, NftHook.SourceNatPriority));

        // Bridges route loopback addresses so that the host's own 127.0.0.1:PORT can be translated; a container must not use that way.
        batch.AddRule(Guard, rule => rule.LoadInputName(0).InSet(Bridges, 0).Protocol(NftFamily.Ipv4)
            .Subnet(Ipv4Destination, [127, 0, 0, 0], 8).Drop(), "containers don't reach the host's loopback addresses");
        WritePublish(batch, NftFamily.Ipv4);
        WritePublish(batch, NftFamily.Ipv6);
        batch.AddRule(Prerouting, rule => rule.DestinationIsLocal().Jump(Publish));
        // The kernel never routes ::1 off lo, so a translated connection would hang; untranslated it is refused, and clients go on to 127.0.0.1.
        batch.AddRule(Output, rule => rule.Protocol(NftFamily.Ipv6).Subnet(Ipv6Destination, IPAddress.IPv6Loopback.GetAddressBytes(), 128).Return());
        batch.AddRule(Output, rule => rule.DestinationIsLocal().Jump(Publish));
        WriteForward(batch);
        WriteBridges(batch, bridges);
        WritePorts(batch, ports, add: true);
        return batch;
    }

    /// <summary>Everything that depends on networks, anew.</summary>
    internal static NftBatch ComposeBridges(string table, IReadOnlyCollection<BridgeRules> bridges)
    {
        var batch = new NftBatch(NftFamily.Inet, table);
        foreach (var name in (string[])[Bridges, Internals, OpensOf(NftFamily.Ipv4), OpensOf(NftFamily.Ipv6), Same])
        {
            batch.FlushSet(name);
        }

        batch.FlushChain(Postrouting);
        WriteBridges(batch, bridges);
        return batch;
    }

    /// <summary>Ports that come or go.</summary>
    internal static NftBatch ComposePorts(string table, IEnumerable<PublishedPort> ports, bool add)
    {
        var batch = new NftBatch(NftFamily.Inet, table);
        WritePorts(batch, ports, add);
        return batch;
    }

    private static void WritePublish(NftBatch batch, NftFamily family)
    {
        var (offset, length, words) = family == NftFamily.Ipv4 ? (Ipv4Destination, 4, 1) : (Ipv6Destination, 16, 4);
        batch.AddRule(Publish, rule => rule.Protocol(family).LoadTransport(0).LoadNetworkHeader(1, offset, length).LoadDestinationPort(1 + words)
            .Map(PortElements.HostPorts(family).Name, 0).DestinationNat(family, 0, words));
        batch.AddRule(Publish, rule => rule.Protocol(family).LoadTransport(0).LoadDestinationPort(1)
            .Map(PortElements.Ports(family).Name, 0).DestinationNat(family, 0, words));
        batch.AddRule(Publish, rule => rule.Protocol(family).LoadTransport(0).LoadNetworkHeader(1, offset, length).LoadDestinationPort(1 + words)
            .Map(PortElements.Ranges(family).Name, 0).DestinationNat(family, 0, null));
    }

    private static void WriteForward(NftBatch batch)
    {
        batch.AddRule(Forward, rule => rule.EstablishedOrRelated().Accept());
        // With br_netfilter what stays on one bridge passes here too; on bridges without ICC it is not in the set.
        batch.AddRule(Forward, rule => rule.LoadInputName(0).LoadOutputName(4).InSet(Same, 0).Accept());
        batch.AddRule(Forward, rule => rule.LoadInputName(0).InSet(Internals, 0).Drop(), "internal networks have no way out");
        batch.AddRule(Forward, rule => rule.LoadOutputName(0).InSet(Internals, 0).Drop(), "internal networks have no way in");
        batch.AddRule(Forward, rule => rule.LoadOutputName(0).InSet(Bridges, 0).DestinationTranslated().Accept(), "published ports");
        foreach (var family in (NftFamily[])[NftFamily.Ipv4, NftFamily.Ipv6])
        {
            batch.AddRule(Forward, rule => rule.Protocol(family).LoadOutputName(0).InSet(OpensOf(family), 0).Accept());
        }

        batch.AddRule(Forward, rule => rule.LoadOutputName(0).InSet(Bridges, 0).Counter().Drop(), "networks are isolated from each other and from outside");
    }

    private static void WriteBridges(NftBatch batch, IReadOnlyCollection<BridgeRules> bridges)
    {
        batch.AddElements(Bridges, bridges.Select(bridge => new NftElement(NftElement.Registers(bridge.Name))));
        batch.AddElements(Internals, bridges.Where(bridge => bridge.Internal).Select(bridge => new NftElement(NftElement.Registers(bridge.Name))));
        foreach (var family in (NftFamily[])[NftFamily.Ipv4, NftFamily.Ipv6])
        {
            var open = bridges.Where(bridge => bridge.Subnets.Any(subnet => subnet.Open && subnet.Subnet.IsIPv6() == (family == NftFamily.Ipv6)));
            batch.AddElements(OpensOf(family), open.Select(bridge => new NftElement(NftElement.Registers(bridge.Name))));
        }

        batch.AddElements(Same, bridges.Where(bridge => bridge.Icc).Select(bridge => new NftElement(NftElement.Registers(bridge.Name, bridge.Name))));

        // The host's 127.0.0.1 must come back from the container, so it goes there as the bridge's address.
        batch.AddRule(Postrouting, rule => rule.LoadOutputName(0).InSet(Bridges, 0).Protocol(NftFamily.Ipv4)
            .Subnet(Ipv4Source, [127, 0, 0, 0], 8).DestinationTranslated().Masquerade());
        foreach (var bridge in bridges)
        {
            // A container that asks for a port published by a neighbour would be answered directly, by an address that it did not ask.
            foreach (var subnet in bridge.Subnets)
            {
                batch.AddRule(Postrouting, rule => From(rule.OutputName(bridge.Name), subnet.Subnet).DestinationTranslated().Masquerade());
            }
        }

        // From one network to a port published by another the client's own address is kept.
        batch.AddRule(Postrouting, rule => rule.LoadOutputName(0).InSet(Bridges, 0).Return());
        foreach (var bridge in bridges)
        {
            foreach (var subnet in bridge.Subnets.Where(subnet => subnet.Masquerade))
            {
                batch.AddRule(Postrouting, rule => Hide(From(rule, subnet.Subnet), subnet), bridge.Name);
            }
        }
    }

    private static void Hide(NftExpressions rule, SubnetRules subnet)
    {
        if (subnet.Source is { } address)
        {
            rule.LoadAddress(0, address).SourceNat(subnet.Subnet.IsIPv6() ? NftFamily.Ipv6 : NftFamily.Ipv4, 0);
        }
        else
        {
            rule.Masquerade();
        }
    }

    private static string OpensOf(NftFamily family) => family == NftFamily.Ipv4 ? "open4" : "open6";

    private static NftExpressions From(NftExpressions rule, IPNetwork subnet) =>
        rule.Protocol(subnet.IsIPv6() ? NftFamily.Ipv6 : NftFamily.Ipv4)
            .Subnet(subnet.IsIPv6() ? Ipv6Source : Ipv4Source, subnet.BaseAddress.GetAddressBytes(), subnet.PrefixLength);

    private static void WritePorts(NftBatch batch, IEnumerable<PublishedPort> ports, bool add)
    {
        foreach (var group in PortElements.From(ports).GroupBy(item => item.Set.Name, item => item.Element))
        {
            if (add)
            {
                batch.AddElements(group.Key, group);
            }
            else
            {
                batch.DeleteElements(group.Key, group);
            }
        }
    }
}

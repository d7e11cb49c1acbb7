using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Davit.Network.Addresses;
using Davit.Primitives;

namespace Davit.Network.Networks;

/// <summary>Makes a network's model from what was asked for, or says what is wrong with it.</summary>
internal static class NetworkDefinition
{
    /// <summary>A new id: 64 hexadecimal digits.</summary>
    internal static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    /// <summary>Checks everything that needs no look at the host.</summary>
    /// <exception cref="DavitException">In Docker's words where it has them.</exception>
    internal static void Validate(NetworkOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.Name))
        {
            throw new DavitException(ErrorKind.InvalidArgument, "invalid name: name is empty", "give the network a name");
        }

        if (options.Name is NetworkNames.Bridge or NetworkNames.Host or NetworkNames.None or NetworkNames.Default)
        {
            throw new DavitException(ErrorKind.Forbidden, $"operation is not permitted on predefined {options.Name} network", "choose another name");
        }

        if (options.Driver is NetworkNames.Host or NetworkNames.NullDriver)
        {
            throw new DavitException(ErrorKind.Forbidden, $"only one instance of \"{options.Driver}\" network is allowed", $"use --network {(options.Driver == NetworkNames.Host ? NetworkNames.Host : NetworkNames.None)}");
        }

        if (options.Driver is "overlay")
        {
            throw new DavitException(ErrorKind.Unavailable, "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to connect this node to swarm and try again.", "overlay networks belong to a swarm; this engine is in none");
        }

        if (options.Driver.Length > 0 && options.Driver != NetworkNames.Bridge)
        {
            throw new DavitException(ErrorKind.NotFound, $"plugin \"{options.Driver}\" not found", "the drivers are bridge, host and null");
        }

        if (options.IpamDriver is not ("default" or ""))
        {
            throw new DavitException(ErrorKind.NotFound, $"plugin \"{options.IpamDriver}\" not found", "the only address management is default");
        }

        DriverOptions.Validate(options);
    }

    /// <summary>The subnets of a new network: those that were given, and chosen ones where none was.</summary>
    /// <param name="options">What was asked for.</param>
    /// <param name="ours">Subnets of the other networks.</param>
    /// <param name="choose">Chooses a subnet for a family (true: IPv6) that nothing on the host uses.</param>
    internal static List<SubnetModel> Subnets(NetworkOptions options, IReadOnlyCollection<IPNetwork> ours, Func<bool, IPNetwork> choose)
    {
        var subnets = new List<SubnetModel>();
        foreach (var (subnet, gateway, range) in options.Ipam)
        {
            if (string.IsNullOrEmpty(subnet) && string.IsNullOrEmpty(gateway) && string.IsNullOrEmpty(range))
            {
                continue; // chosen below
            }

            var parsed = ParseSubnet(subnet ?? "");
            if (parsed.IsIPv6() && !options.EnableIPv6)
            {
                continue; // as Docker: without IPv6 its subnets have no meaning
            }

            if (subnets.Any(other => other.Subnet.Family() == parsed.Family()))
            {
                throw new DavitException(ErrorKind.InvalidArgument, "bridge driver doesn't support multiple subnets", $"a bridge network takes one subnet of IPv4 and one of IPv6: leave out {subnet}");
            }

            if (ours.Concat(subnets.Select(other => other.Subnet)).Any(other => other.Overlaps(parsed)))
            {
                throw new DavitException(ErrorKind.Forbidden, "invalid pool request: Pool overlaps with other one on this address space", $"another network uses part of {subnet}: network ls, network inspect");
            }

            subnets.Add(Model(options, parsed, gateway, range));
        }

        foreach (var ipv6 in options.EnableIPv6 ? (bool[])[false, true] : [false])
        {
            if (!subnets.Any(subnet => subnet.Subnet.IsIPv6() == ipv6))
            {
                var chosen = choose(ipv6);
                subnets.Add(new SubnetModel(chosen, FirstHost(chosen, null), null) { GatewayChosen = IsIsolated(options, ipv6) });
            }
        }

        foreach (var (name, text) in options.AuxiliaryAddresses)
        {
            if (!IPAddress.TryParse(text, out var address) || !subnets.Any(subnet => subnet.Subnet.Contains(address)))
            {
                throw Invalid($"invalid auxiliary address {name}: parent subnet {string.Join(", ", subnets.Select(subnet => subnet.Subnet))} doesn't contain this address", $"{text} is in none of the network's subnets");
            }
        }

        return subnets;
    }

    internal static IPNetwork ParseSubnet(string text)
    {
        var at = text.IndexOf('/', StringComparison.Ordinal);
        if (at < 0 || !IPAddress.TryParse(text.AsSpan(0, at), out var address) || !int.TryParse(text.AsSpan(at + 1), out var length)
            || length < 0 || length > (address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128))
        {
            throw Invalid($"invalid subnet {text}: invalid CIDR block notation", "write it as 10.1.2.0/24");
        }

        var network = AddressMath.NetworkOf(address, length);
        return network.BaseAddress.Equals(address) ? network : throw Invalid($"invalid subnet {text}: it should be {network}", null);
    }

    private static bool IsIsolated(NetworkOptions options, bool ipv6) =>
        options.Options.GetValueOrDefault(ipv6 ? NetworkNames.GatewayMode6Option : NetworkNames.GatewayModeOption) == "isolated";

    /// <summary>The first address of a subnet, or of a part of it, that a host may have.</summary>
    internal static IPAddress FirstHost(IPNetwork subnet, IPNetwork? range)
    {
        var first = (range ?? subnet).First();
        var spare = subnet.PrefixLength >= (subnet.IsIPv6() ? 127 : 31) || first != subnet.First() ? UInt128.Zero : UInt128.One;
        return (first + spare).ToAddress(subnet.Family());
    }

    private static SubnetModel Model(NetworkOptions options, IPNetwork subnet, string? gateway, string? range)
    {
        IPNetwork? part = null;
        if (!string.IsNullOrEmpty(range))
        {
            part = IPNetwork.TryParse(range, out var parsed) ? parsed : throw Invalid($"invalid ip-range {range}: invalid CIDR block notation", "write it as 10.1.2.0/26");
            if (!subnet.Contains(part.Value))
            {
                throw Invalid($"invalid ip-range {range}: parent subnet {subnet} doesn't contain ip-range", null);
            }
        }

        IPAddress? given = null;
        if (!string.IsNullOrEmpty(gateway) && (!IPAddress.TryParse(gateway, out given) || !subnet.Contains(given)))
        {
            throw Invalid($"invalid gateway {gateway}: parent subnet {subnet} doesn't contain this address", null);
        }

        var auxiliary = options.AuxiliaryAddresses
            .Where(pair => IPAddress.TryParse(pair.Value, out var address) && subnet.Contains(address))
            .ToDictionary(pair => pair.Key, pair => IPAddress.Parse(pair.Value));
        return new SubnetModel(subnet, given ?? FirstHost(subnet, part), part) { GatewayChosen = given is null, Given = true, AuxiliaryAddresses = auxiliary };
    }

    private static DavitException Invalid(string text, string? hint) => new(ErrorKind.InvalidArgument, "invalid network config:\n" + text, hint);
}

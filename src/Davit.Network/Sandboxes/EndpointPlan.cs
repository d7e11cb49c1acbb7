using System.Net;
using Davit.Network.Addresses;
using Davit.Network.Networks;
using Davit.Primitives;

namespace Davit.Network.Sandboxes;

/// <summary>An endpoint in the making: its network and the addresses taken for it.</summary>
/// <param name="Network">The network.</param>
/// <param name="Record">What will be recorded.</param>
internal sealed record EndpointPlan(NetworkState Network, EndpointRecord Record)
{
    /// <summary>Takes addresses for a new endpoint. Runs under the service's lock.</summary>
    /// <exception cref="DavitException">In Docker's words; nothing was taken.</exception>
    internal static EndpointPlan Make(NetworkState network, EndpointOptions options, string interfaceName)
    {
        if (!network.IsBridge)
        {
            return new EndpointPlan(network, new EndpointRecord
            {
                EndpointId = NetworkDefinition.NewId(),
                NetworkId = network.Model.Id,
                DnsNames = [.. options.Aliases.Distinct()],
            });
        }

        if (network.Failure is { } failure)
        {
            throw failure is DavitException known ? new DavitException(known.Kind, known.Message, known.Hint, known) : failure;
        }

        Validate(network, options);
        var four = network.Allocators.FirstOrDefault(allocator => !allocator.Subnet.Subnet.IsIPv6());
        var six = network.Allocators.FirstOrDefault(allocator => allocator.Subnet.Subnet.IsIPv6());
        var address = Take(network, four, options.Address, "IPv4");
        IPAddress? address6;
        try
        {
            address6 = Take(network, six, options.Address6, "IPv6");
        }
        catch
        {
            four?.Release(address!);
            throw;
        }

        var gateways = !network.Model.Internal;
        return new EndpointPlan(network, new EndpointRecord
        {
            EndpointId = NetworkDefinition.NewId(),
            NetworkId = network.Model.Id,
            Interface = interfaceName,
            MacAddress = options.MacAddress is { Length: > 0 } mac
                ? HardwareAddress.Format(HardwareAddress.Parse(mac))
                : HardwareAddress.Format(HardwareAddress.For((address ?? address6)!)),
            Address = address?.ToString(),
            PrefixLength = address is null ? 0 : four!.Subnet.Subnet.PrefixLength,
            Gateway = gateways && address is not null ? four!.Subnet.Gateway.ToString() : null,
            Address6 = address6?.ToString(),
            PrefixLength6 = address6 is null ? 0 : six!.Subnet.Subnet.PrefixLength,
            Gateway6 = gateways && address6 is not null ? six!.Subnet.Gateway.ToString() : null,
            GatewayPriority = options.GatewayPriority,
            DnsNames = [.. options.Aliases.Distinct()],
        });
    }

    /// <summary>Says what is wrong with an endpoint's settings, whoever is on the network now.</summary>
    internal static void Validate(NetworkState network, EndpointOptions options)
    {
        if ((options.Address ?? options.Address6) is not null && network.Model.Predefined)
        {
            throw Settings("user specified IP address is supported on user defined networks only");
        }

        foreach (var address in (IPAddress?[])[options.Address, options.Address6])
        {
            if (address is not null && network.AllocatorOf(address) is null)
            {
                throw Settings($"no configured subnet or ip-range contain the IP address {address}");
            }
        }

        if (options.MacAddress is { Length: > 0 } mac)
        {
            HardwareAddress.Parse(mac);
        }
    }

    /// <summary>Gives the addresses back. Runs under the service's lock.</summary>
    internal void ReleaseAddresses() => ReleaseAddresses(Network, Record);

    /// <summary>Gives the addresses of an endpoint back. Runs under the service's lock.</summary>
    internal static void ReleaseAddresses(NetworkState network, EndpointRecord record)
    {
        foreach (var address in record.Addresses)
        {
            network.AllocatorOf(address)?.Release(address);
        }
    }

    private static IPAddress? Take(NetworkState network, AddressAllocator? allocator, IPAddress? wanted, string family)
    {
        if (wanted is not null)
        {
            return allocator!.TryTake(wanted)
                ? wanted
                : throw new DavitException(ErrorKind.Forbidden, "Address already in use", $"{wanted} belongs to another endpoint of network {network.Model.Name}, or to its gateway");
        }

        if (allocator is null)
        {
            return null;
        }

        return allocator.TryTake() ?? throw new DavitException(
            ErrorKind.Internal,
            $"no available {family} addresses on this network's address pools: {network.Model.Name} ({network.Model.Id})",
            "remove containers, or make a network with a larger subnet");
    }

    private static DavitException Settings(string text) => new(ErrorKind.InvalidArgument, "invalid endpoint settings:\n" + text);
}

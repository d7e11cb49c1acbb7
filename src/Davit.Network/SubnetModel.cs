using System.Net;

namespace Davit.Network;

/// <summary>A subnet of a network.</summary>
/// <param name="Subnet">Prefix.</param>
/// <param name="Gateway">Address of the bridge.</param>
/// <param name="IpRange">Part that addresses are taken from, or null for all.</param>
public sealed record SubnetModel(IPNetwork Subnet, IPAddress Gateway, IPNetwork? IpRange)
{
    /// <summary>True when the gateway was not given but chosen for a given subnet; Docker's inspect then leaves it out.</summary>
    public bool GatewayChosen { get; init; }

    /// <summary>True when the subnet was given by the user; only then containers may ask for an address of their own.</summary>
    public bool Given { get; init; }

    /// <summary>Addresses in use by something else, by name (<c>--aux-address</c>); never given to a container.</summary>
    public IReadOnlyDictionary<string, IPAddress> AuxiliaryAddresses { get; init; } = new Dictionary<string, IPAddress>();
}

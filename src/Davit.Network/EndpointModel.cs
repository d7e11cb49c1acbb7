using System.Net;

namespace Davit.Network;

/// <summary>A container on a network.</summary>
public sealed record EndpointModel
{
    /// <summary>64 hexadecimal digits.</summary>
    public required string EndpointId { get; init; }

    /// <summary>Id of the network.</summary>
    public required string NetworkId { get; init; }

    /// <summary>Name of the container's side, for example <c>eth0</c>.</summary>
    public required string Interface { get; init; }

    /// <summary>Hardware address.</summary>
    public required string MacAddress { get; init; }

    /// <summary>IPv4 address.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>Bits of the prefix.</summary>
    public int PrefixLength { get; init; }

    /// <summary>Default gateway, or null.</summary>
    public IPAddress? Gateway { get; init; }

    /// <summary>IPv6 address, or null.</summary>
    public IPAddress? Address6 { get; init; }

    /// <summary>Bits of the IPv6 prefix.</summary>
    public int PrefixLength6 { get; init; }

    /// <summary>IPv6 gateway, or null.</summary>
    public IPAddress? Gateway6 { get; init; }

    /// <summary>All names that resolve to it on this network.</summary>
    public IReadOnlyList<string> DnsNames { get; init; } = [];
}

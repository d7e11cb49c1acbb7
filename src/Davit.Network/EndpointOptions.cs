using System.Net;

namespace Davit.Network;

/// <summary>How a container wants to be on one network.</summary>
public sealed record EndpointOptions
{
    /// <summary>Name or id of the network.</summary>
    public required string Network { get; init; }

    /// <summary>Wanted IPv4 address, or null.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>Wanted IPv6 address, or null.</summary>
    public IPAddress? Address6 { get; init; }

    /// <summary>The network with the highest one has the default route; among equals the first (<c>gw-priority</c>).</summary>
    public int GatewayPriority { get; init; }

    /// <summary>Wanted hardware address, or null.</summary>
    public string? MacAddress { get; init; }

    /// <summary>Names other than the container's own; the caller adds the container's name, short id and hostname.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];
}

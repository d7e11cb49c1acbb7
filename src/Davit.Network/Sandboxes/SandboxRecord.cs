using System.Net;
using Davit.Network.Firewall;

namespace Davit.Network.Sandboxes;

/// <summary>What a running container has of the network, as it is kept in the run-time directory for a later daemon. Properties have setters, since the JSON generator gives an absent init-only property no default.</summary>
internal sealed record SandboxRecord
{
    public required string ContainerId { get; init; }

    public string ContainerName { get; set; } = "";

    public required string Id { get; init; }

    public required string NamespacePath { get; init; }

    public List<EndpointRecord> Endpoints { get; set; } = [];

    public List<PortRecord> Ports { get; set; } = [];
}

/// <summary>An endpoint of a <see cref="SandboxRecord"/>.</summary>
internal sealed record EndpointRecord
{
    public required string EndpointId { get; init; }

    public required string NetworkId { get; init; }

    /// <summary>Name inside; empty on <c>none</c>.</summary>
    public string Interface { get; set; } = "";

    /// <summary>The host's end; empty on <c>none</c>.</summary>
    public string HostInterface { get; set; } = "";

    public string MacAddress { get; set; } = "";

    public string? Address { get; set; }

    public int PrefixLength { get; set; }

    public string? Gateway { get; set; }

    public string? Address6 { get; set; }

    public int PrefixLength6 { get; set; }

    public string? Gateway6 { get; set; }

    public int GatewayPriority { get; set; }

    public List<string> DnsNames { get; set; } = [];

    internal IEnumerable<IPAddress> Addresses =>
        ((string?[])[Address, Address6]).OfType<string>().Select(IPAddress.Parse);

    internal EndpointModel ToModel() => new()
    {
        EndpointId = EndpointId,
        NetworkId = NetworkId,
        Interface = Interface,
        MacAddress = MacAddress,
        Address = Parse(Address),
        PrefixLength = PrefixLength,
        Gateway = Parse(Gateway),
        Address6 = Parse(Address6),
        PrefixLength6 = PrefixLength6,
        Gateway6 = Parse(Gateway6),
        DnsNames = DnsNames,
    };

    private static IPAddress? Parse(string? text) => text is null ? null : IPAddress.Parse(text);
}

/// <summary>A published port of a <see cref="SandboxRecord"/>.</summary>
internal sealed record PortRecord(bool Udp, string HostAddress, ushort HostPort, string Address, ushort Port)
{
    internal PublishedPort ToPort() => new(Udp, IPAddress.Parse(HostAddress), HostPort, IPAddress.Parse(Address), Port);

    internal static PortRecord From(PublishedPort port) => new(port.Udp, port.HostAddress.ToString(), port.HostPort, port.Address.ToString(), port.Port);
}

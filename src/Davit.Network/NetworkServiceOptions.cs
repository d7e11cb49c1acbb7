using System.Net;

namespace Davit.Network;

/// <summary>Settings of the network layer, under dockerd's names where dockerd has them.</summary>
public sealed record NetworkServiceOptions
{
    /// <summary>Where subnets of new networks come from; each pool is cut into subnets of one size.</summary>
    public IReadOnlyList<AddressPool> DefaultAddressPools { get; init; } = AddressPool.Defaults;

    /// <summary>Address of the default bridge with its prefix (<c>--bip</c>), for example <c>10.1.0.1/24</c>; null chooses.</summary>
    public string? Bip { get; init; }

    /// <summary>Part of the default bridge's subnet that containers' addresses are taken from (<c>--fixed-cidr</c>), or null.</summary>
    public string? FixedCidr { get; init; }

    /// <summary>Default gateway of containers on the default bridge (<c>--default-gateway</c>), or null for the bridge's own address.</summary>
    public string? DefaultGateway { get; init; }

    /// <summary>IPv6 on the default bridge (<c>--ipv6</c>).</summary>
    public bool EnableIPv6 { get; init; }

    /// <summary>IPv6 subnet of the default bridge (<c>--fixed-cidr-v6</c>), or null for a private one of our choice.</summary>
    public string? FixedCidrV6 { get; init; }

    /// <summary>MTU of networks that don't say (<c>--mtu</c>); 0 leaves the kernel's 1500.</summary>
    public int Mtu { get; init; }

    /// <summary>Whether containers on the default bridge reach each other (<c>--icc</c>).</summary>
    public bool EnableIcc { get; init; } = true;

    /// <summary>Whether to switch the host's forwarding on (<c>--ip-forward</c>).</summary>
    public bool IpForward { get; init; } = true;

    /// <summary>Whether networks hide behind the host's address (<c>--ip-masq</c>).</summary>
    public bool IpMasquerade { get; init; } = true;

    /// <summary>Whether to manage the firewall at all (<c>--iptables</c>).</summary>
    public bool Firewall { get; init; } = true;

    /// <summary>Host address that ports are published on when none is given (<c>--ip</c>); null for all.</summary>
    public IPAddress? DefaultHostAddress { get; init; }

    /// <summary>How many network namespaces with an interface are kept ready; 0 makes each when it is needed.</summary>
    public int PreparedNamespaces { get; init; } = 8;

    /// <summary>How many network namespaces without an interface are kept ready.</summary>
    public int PreparedEmptyNamespaces { get; init; } = 4;

    /// <summary>Ports from which a free one is chosen: the kernel's own range for outgoing connections.</summary>
    public (ushort First, ushort Last) EphemeralPorts { get; init; } = (32768, 60999);
}

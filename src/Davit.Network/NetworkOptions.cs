namespace Davit.Network;

/// <summary>What a new network shall be; empty parts are chosen.</summary>
public sealed record NetworkOptions
{
    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>Driver; <c>bridge</c> by default.</summary>
    public string Driver { get; init; } = "bridge";

    /// <summary>No way out.</summary>
    public bool Internal { get; init; }

    /// <summary>Made with <c>--attachable</c>; kept for inspect.</summary>
    public bool Attachable { get; init; }

    /// <summary>Driver of address management; only <c>default</c> exists.</summary>
    public string IpamDriver { get; init; } = "default";

    /// <summary>Options of address management; kept for inspect.</summary>
    public IReadOnlyDictionary<string, string>? IpamOptions { get; init; }

    /// <summary>Addresses not to give to containers, by name, each in one of the subnets of <see cref="Ipam"/>.</summary>
    public IReadOnlyDictionary<string, string> AuxiliaryAddresses { get; init; } = new Dictionary<string, string>();

    /// <summary>IPv6.</summary>
    public bool EnableIPv6 { get; init; }

    /// <summary>Wanted subnets: prefix, gateway and range as text, each may be null.</summary>
    public IReadOnlyList<(string? Subnet, string? Gateway, string? IpRange)> Ipam { get; init; } = [];

    /// <summary>Driver options, for example <c>com.docker.network.bridge.name</c>.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();

    /// <summary>Labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
}

namespace Davit.Linux.Nftables;

/// <summary>Type of a field of a key or of a value; the numbers are those by which nft(8) names them when it lists a set.</summary>
public enum NftField
{
    /// <summary>IPv4 address, 4 bytes.</summary>
    Ipv4Address = 7,

    /// <summary>IPv6 address, 16 bytes.</summary>
    Ipv6Address = 8,

    /// <summary>Protocol number, 1 byte.</summary>
    Protocol = 12,

    /// <summary>Port, 2 bytes in network order.</summary>
    Port = 13,

    /// <summary>Name of an interface, 16 bytes filled up with zeros.</summary>
    InterfaceName = 41,
}

namespace Davit.Linux.Nftables;

/// <summary>Address family of a table.</summary>
public enum NftFamily
{
    /// <summary>IPv4 and IPv6 together.</summary>
    Inet = 1,

    /// <summary>IPv4.</summary>
    Ipv4 = 2,

    /// <summary>IPv6.</summary>
    Ipv6 = 10,
}

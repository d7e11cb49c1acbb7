namespace Davit.Network.Files;

/// <summary>What a container's /etc/resolv.conf is made from.</summary>
public sealed record ResolvConfOptions
{
    /// <summary>The host's file; <see cref="ResolvConf.ReadHost"/> reads the right one.</summary>
    public required string HostFile { get; init; }

    /// <summary>Whether the container is on a user-defined network, so that names are answered at 127.0.0.11.</summary>
    public bool UserDefinedNetwork { get; init; }

    /// <summary>Whether the container shares the host's network, so that the host's loopback resolvers work for it.</summary>
    public bool HostNetwork { get; init; }

    /// <summary>Whether the container reaches IPv6 addresses.</summary>
    public bool IPv6 { get; init; }

    /// <summary>Servers of <c>--dns</c>; empty takes the host's.</summary>
    public IReadOnlyList<string> Servers { get; init; } = [];

    /// <summary>Domains of <c>--dns-search</c>; empty takes the host's, a single dot none.</summary>
    public IReadOnlyList<string> Search { get; init; } = [];

    /// <summary>Options of <c>--dns-option</c>; empty takes the host's.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];
}

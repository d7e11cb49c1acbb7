using Davit.DockerApi.Networks;
using Davit.Network;
using Davit.Primitives;

namespace Davit.Engine.Networks;

/// <summary>Reads the API's request for a network.</summary>
public static class NetworkRequest
{
    /// <summary>What the network layer is asked for.</summary>
    /// <exception cref="DavitException">InvalidArgument or Forbidden: what a host without a swarm does not have is refused by name.</exception>
    public static NetworkOptions ToOptions(NetworkCreateRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Scope == "swarm") throw Refused("swarm scoped network", "cannot create a swarm scoped network when swarm is not active");
        if (request.Ingress) throw Refused("ingress network", "Ingress network can only be global scope network");
        if (request.ConfigOnly) throw NotOffered("config-only networks are not offered", "give each network its own settings");
        if (request.ConfigFrom is { Network.Length: > 0 } from) throw new DavitException(ErrorKind.NotFound, $"configuration network \"{from.Network}\" does not exist", "config-only networks are not offered: give each network its own settings");
        if (request.EnableIPv4 == false) throw request.EnableIPv6 == true ? NotOffered("a network without IPv4 is not offered", "leave out --ipv4=false") : new DavitException(ErrorKind.InvalidArgument, "IPv4 or IPv6 must be enabled");
        var pools = request.IPAM?.Config ?? [];
        return new NetworkOptions
        {
            Name = request.Name,
            Driver = string.IsNullOrEmpty(request.Driver) ? "bridge" : request.Driver,
            Internal = request.Internal,
            Attachable = request.Attachable,
            EnableIPv6 = request.EnableIPv6 ?? false,
            IpamDriver = string.IsNullOrEmpty(request.IPAM?.Driver) ? "default" : request.IPAM.Driver,
            IpamOptions = request.IPAM?.Options,
            Ipam = [.. pools.Select(pool => (Text(pool.Subnet), Text(pool.Gateway), Text(pool.IPRange)))],
            AuxiliaryAddresses = pools.SelectMany(pool => pool.AuxiliaryAddresses ?? new Dictionary<string, string>()).ToDictionary(pair => pair.Key, pair => pair.Value),
            Options = request.Options ?? new Dictionary<string, string>(),
            Labels = request.Labels ?? new Dictionary<string, string>(),
        };
    }

    private static string? Text(string? value) => string.IsNullOrEmpty(value) ? null : value;

    private static DavitException NotOffered(string what, string hint) => new(ErrorKind.NotImplemented, what, hint);

    private static DavitException Refused(string what, string why) => new(ErrorKind.InvalidArgument, why, $"a {what} belongs to a swarm; this engine is in none");
}

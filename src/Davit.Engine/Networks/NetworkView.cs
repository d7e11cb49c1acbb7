using Davit.DockerApi;
using Davit.DockerApi.Networks;
using Davit.Network;

namespace Davit.Engine.Networks;

/// <summary>Networks as the API shows them.</summary>
public static class NetworkView
{
    /// <summary>Everything of one network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="nameOf">Name of a container by its id.</param>
    /// <param name="withContainers">False in lists, which show no containers.</param>
    public static NetworkInspect Inspect(NetworkModel network, Func<string, string?> nameOf, bool withContainers)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(nameOf);
        return new NetworkInspect
        {
            Name = network.Name,
            Id = network.Id,
            Created = Timestamp.Format(network.Created),
            Driver = network.Driver,
            EnableIPv6 = network.EnableIPv6,
            IPAM = new Ipam
            {
                Driver = network.IpamDriver ?? "default",
                Options = network.IpamOptions,
                Config = network.Subnets.Count == 0 && network.Predefined && network.Driver != "bridge" ? null : [.. network.Subnets.Select(Pool)],
            },
            Internal = network.Internal,
            Attachable = network.Attachable,
            Containers = withContainers ? network.Endpoints.ToDictionary(pair => pair.Key, pair => Container(pair.Value, nameOf(pair.Key) ?? "")) : new Dictionary<string, NetworkContainer>(),
            Options = network.Options ?? new Dictionary<string, string>(),
            Labels = network.Labels ?? new Dictionary<string, string>(),
        };
    }

    private static IpamPool Pool(SubnetModel subnet) => new()
    {
        Subnet = subnet.Subnet.ToString(),
        Gateway = subnet.GatewayChosen ? null : subnet.Gateway?.ToString(),
        IPRange = subnet.IpRange?.ToString(),
        AuxiliaryAddresses = subnet.AuxiliaryAddresses is { Count: > 0 } others ? others.ToDictionary(pair => pair.Key, pair => pair.Value.ToString()) : null,
    };

    private static NetworkContainer Container(EndpointModel endpoint, string name) => new()
    {
        Name = name,
        EndpointID = endpoint.EndpointId,
        MacAddress = endpoint.MacAddress,
        IPv4Address = endpoint.Address is null ? "" : $"{endpoint.Address}/{endpoint.PrefixLength}",
        IPv6Address = endpoint.Address6 is null ? "" : $"{endpoint.Address6}/{endpoint.PrefixLength6}",
    };
}

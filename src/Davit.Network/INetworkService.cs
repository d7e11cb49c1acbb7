using System.Net;

namespace Davit.Network;

/// <summary>Networks, and the network side of containers.</summary>
public interface INetworkService
{
    /// <summary>All networks, <c>bridge</c>, <c>host</c> and <c>none</c> among them.</summary>
    IReadOnlyCollection<NetworkModel> List();

    /// <summary>A network by name, id or unique prefix of an id.</summary>
    /// <exception cref="Davit.Primitives.DavitException">NotFound: <c>network NAME not found</c>.</exception>
    NetworkModel Resolve(string nameOrId);

    /// <summary>Makes a network; its bridge appears when the first container needs it or at once, never two for one name.</summary>
    Task<NetworkModel> CreateAsync(NetworkOptions options, CancellationToken cancellation);

    /// <summary>Removes a network without endpoints.</summary>
    /// <exception cref="Davit.Primitives.DavitException">Forbidden: predefined, or endpoints in use, with Docker's texts.</exception>
    Task RemoveAsync(string nameOrId, CancellationToken cancellation);

    /// <summary>Prepares the network of a container that is about to start: namespace from the pool, interfaces, addresses, routes, names, published ports.</summary>
    /// <exception cref="Davit.Primitives.DavitException">Docker's text when a port is taken or no address is left; nothing is left behind.</exception>
    Task<NetworkSandbox> AttachAsync(SandboxOptions options, CancellationToken cancellation);

    /// <summary>Takes back everything of a container's network after its end; never fails for what is gone already.</summary>
    Task ReleaseAsync(string containerId, CancellationToken cancellation);

    /// <summary>Finds the sandbox of a container that runs, also after a restart of the daemon.</summary>
    NetworkSandbox? FindSandbox(string containerId);

    /// <summary>Connects a running container to one more network.</summary>
    Task<EndpointModel> ConnectAsync(string containerId, EndpointOptions endpoint, CancellationToken cancellation);

    /// <summary>Disconnects a running container from a network.</summary>
    Task DisconnectAsync(string containerId, string network, CancellationToken cancellation);

    /// <summary>After a change: action (<c>create connect disconnect destroy</c>), network, container id or empty.</summary>
    event Action<string, NetworkModel, string>? Changed;
}

/// <summary>A network. Immutable; a change makes a new model.</summary>
public sealed record NetworkModel
{
    /// <summary>64 hexadecimal digits.</summary>
    public required string Id { get; init; }

    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary><c>bridge</c>, <c>host</c> or <c>null</c>.</summary>
    public required string Driver { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>No way out of the host.</summary>
    public bool Internal { get; init; }

    /// <summary>IPv6 is on.</summary>
    public bool EnableIPv6 { get; init; }

    /// <summary>Subnets.</summary>
    public IReadOnlyList<SubnetModel> Subnets { get; init; } = [];

    /// <summary>Driver options.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();

    /// <summary>Labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Endpoints of running containers, by container id.</summary>
    public IReadOnlyDictionary<string, EndpointModel> Endpoints { get; init; } = new Dictionary<string, EndpointModel>();
}

/// <summary>A subnet of a network.</summary>
/// <param name="Subnet">Prefix.</param>
/// <param name="Gateway">Address of the bridge.</param>
/// <param name="IpRange">Part that addresses are taken from, or null for all.</param>
public sealed record SubnetModel(IPNetwork Subnet, IPAddress Gateway, IPNetwork? IpRange);

/// <summary>What a new network shall be; empty parts are chosen.</summary>
public sealed record NetworkOptions
{
    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>Driver; <c>bridge</c> by default.</summary>
    public string Driver { get; init; } = "bridge";

    /// <summary>No way out.</summary>
    public bool Internal { get; init; }

    /// <summary>IPv6.</summary>
    public bool EnableIPv6 { get; init; }

    /// <summary>Wanted subnets: prefix, gateway and range as text, each may be null.</summary>
    public IReadOnlyList<(string? Subnet, string? Gateway, string? IpRange)> Ipam { get; init; } = [];

    /// <summary>Driver options, for example <c>com.docker.network.bridge.name</c>.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();

    /// <summary>Labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
}

/// <summary>How a container wants to be on one network.</summary>
public sealed record EndpointOptions
{
    /// <summary>Name or id of the network.</summary>
    public required string Network { get; init; }

    /// <summary>Wanted IPv4 address, or null.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>Wanted hardware address, or null.</summary>
    public string? MacAddress { get; init; }

    /// <summary>Names other than the container's own; the caller adds the container's name, short id and hostname.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];
}

/// <summary>The network side of a container to be started.</summary>
public sealed record SandboxOptions
{
    /// <summary>Full id.</summary>
    public required string ContainerId { get; init; }

    /// <summary>Networks to be on; the first one has the default route. Empty for network <c>none</c>.</summary>
    public required IReadOnlyList<EndpointOptions> Endpoints { get; init; }

    /// <summary>Ports to publish.</summary>
    public IReadOnlyList<PortBinding> Ports { get; init; } = [];
}

/// <summary>A port to publish or published.</summary>
/// <param name="HostAddress">Address of the host, or null for all.</param>
/// <param name="HostPort">Port of the host; 0 asks for a free one.</param>
/// <param name="ContainerPort">Port in the container.</param>
/// <param name="Protocol"><c>tcp</c> or <c>udp</c>.</param>
public sealed record PortBinding(IPAddress? HostAddress, ushort HostPort, ushort ContainerPort, string Protocol);

/// <summary>A prepared network namespace.</summary>
public sealed record NetworkSandbox
{
    /// <summary>Path to join, for example <c>/run/davit/netns/ID</c>.</summary>
    public required string NamespacePath { get; init; }

    /// <summary>Endpoints by network name.</summary>
    public IReadOnlyDictionary<string, EndpointModel> Endpoints { get; init; } = new Dictionary<string, EndpointModel>();

    /// <summary>Published ports with the host ports chosen.</summary>
    public IReadOnlyList<PortBinding> Ports { get; init; } = [];

    /// <summary>Names files for the resolver: one per user-defined network.</summary>
    public IReadOnlyList<string> NamesFiles { get; init; } = [];
}

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

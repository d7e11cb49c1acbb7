using System.Net;
using System.Net.Sockets;
using Davit.DockerApi.Containers;
using Davit.Network;
using Davit.Primitives;

namespace Davit.Engine.Containers.Create;

/// <summary>Which networks a new container will be on.</summary>
internal static class NetworkPlan
{
    public static IReadOnlyDictionary<string, EndpointSettings> Make(ContainerConfig config, HostConfig host, NetworkingConfig? networking, INetworkService networks)
    {
        var mode = host.NetworkMode;
        if (HostConfigValidation.IsContainer(mode)) return new Dictionary<string, EndpointSettings>();
        var result = new Dictionary<string, EndpointSettings>(StringComparer.Ordinal);
        var asked = networking?.EndpointsConfig ?? new Dictionary<string, EndpointSettings?>();
        var primaryName = config.NetworkDisabled ? "none" : mode;
        if (TryFind(networks, primaryName) is not { } primary)
        {
            // Looked for again at the start, which fails when it is still missing: as with Docker, the creation does not.
            return asked.Count == 0 ? new Dictionary<string, EndpointSettings> { [primaryName] = new() } : asked.ToDictionary(pair => pair.Key, pair => Asked(pair.Value));
        }

        result[primary.Name] = new EndpointSettings();
        foreach (var (key, settings) in asked)
        {
            if (TryFind(networks, key == "default" ? "bridge" : key) is not { } network)
            {
                result[key] = Asked(settings);
                continue;
            }

            if (result.Count > 0 && network.Name != primary.Name && (mode is "host" or "none" || network.Name is "host" or "none"))
            {
                throw new DavitException(ErrorKind.InvalidArgument, $"conflicting options: cannot attach both user-defined and non-user-defined network-modes");
            }

            Validate(network, settings);
            result[network.Name] = Asked(settings) with { NetworkID = network.Id };
        }

        result[primary.Name] = result[primary.Name] with { NetworkID = primary.Id };
        if (config.MacAddress is { Length: > 0 } mac && result[primary.Name].MacAddress.Length == 0)
        {
            result[primary.Name] = result[primary.Name] with { MacAddress = mac };
            Validate(primary, result[primary.Name]);
        }

        return result;
    }

    /// <summary>What connect asks for, checked.</summary>
    public static EndpointSettings Checked(NetworkModel network, EndpointSettings? settings)
    {
        Validate(network, settings);
        return Asked(settings) with { NetworkID = network.Id };
    }

    /// <summary>For the network service.</summary>
    public static EndpointOptions Endpoint(NetworkModel network, EndpointSettings settings, IReadOnlyList<string> names) => new()
    {
        Network = network.Id,
        Address = Address(settings.IPAMConfig?.IPv4Address),
        Address6 = Address(settings.IPAMConfig?.IPv6Address),
        MacAddress = settings.MacAddress.Length > 0 ? settings.MacAddress : null,
        GatewayPriority = settings.GwPriority,
        Aliases = network.Predefined ? [] : [.. names.Take(1), .. settings.Aliases ?? [], .. names.Skip(1)],
    };

    private static NetworkModel? TryFind(INetworkService networks, string name)
    {
        try
        {
            return networks.Resolve(name);
        }
        catch (DavitException error) when (error.Kind == ErrorKind.NotFound)
        {
            return null;
        }
    }

    private static EndpointSettings Asked(EndpointSettings? settings) => settings is null ? new() : new()
    {
        IPAMConfig = settings.IPAMConfig, Links = settings.Links, Aliases = settings.Aliases, MacAddress = settings.MacAddress, DriverOpts = settings.DriverOpts, GwPriority = settings.GwPriority,
    };

    private static void Validate(NetworkModel network, EndpointSettings? settings)
    {
        if (settings is null) return;
        foreach (var link in settings.Links ?? []) ContainerLink.Parse(link);
        if (settings.DriverOpts is { Count: > 0 } options) throw Invalid($"driver-opt of network {network.Name}: unknown option \"{options.Keys.First()}\"");
        if (settings.IPAMConfig?.LinkLocalIPs is { Count: > 0 }) throw Invalid($"link-local-ip of network {network.Name} is not offered");
        if (settings.MacAddress.Length > 0 && !System.Net.NetworkInformation.PhysicalAddress.TryParse(settings.MacAddress, out _)) throw Invalid($"invalid MAC address: {settings.MacAddress}");
        Addresses(network, settings);
        if (network.Predefined && settings.Aliases is { Count: > 0 }) throw Invalid("network-scoped aliases are only supported for user-defined networks");
    }

    /// <summary>Says everything that is wrong with the addresses asked for, in Docker's words.</summary>
    private static void Addresses(NetworkModel network, EndpointSettings settings)
    {
        List<string> wrong = [];
        foreach (var (text, family) in ((string?, string)[])[(settings.IPAMConfig?.IPv4Address, "IPv4"), (settings.IPAMConfig?.IPv6Address, "IPv6")])
        {
            if (string.IsNullOrEmpty(text)) continue;
            var address = IPAddress.TryParse(text, out var parsed) ? parsed : null;
            var subnets = network.Subnets.Where(subnet => subnet.Subnet.BaseAddress.AddressFamily == (family == "IPv4" ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6)).ToList();
            if (address is null) wrong.Add($"invalid {family} address: {text}");
            if (network.Predefined) wrong.Add("user specified IP address is supported on user defined networks only");
            if (!subnets.Exists(subnet => subnet.Given)) wrong.Add("user specified IP address is supported only when connecting to networks with user configured subnets");
            else if (address is null || !subnets.Exists(subnet => subnet.Subnet.Contains(address))) wrong.Add($"no configured subnet or ip-range contain the IP address {text}");
        }

        if (wrong.Count == 0) return;
        throw Invalid($"invalid config for network {network.Name}: invalid endpoint settings:\n" + (wrong.Count == 1 ? wrong[0] : string.Join('\n', wrong.Select(line => "* " + line))));
    }

    private static IPAddress? Address(string? text) => string.IsNullOrEmpty(text) ? null : IPAddress.Parse(text);

    private static DavitException Invalid(string message) => new(ErrorKind.InvalidArgument, message);
}

using Davit.DockerApi.Containers;
using Davit.Engine.Containers.Create;
using Davit.Engine.Containers.Model;
using Davit.Network;
using PortBinding = Davit.DockerApi.Containers.PortBinding;

namespace Davit.Engine.Containers.Views;

/// <summary>A container's networks as inspect and list show them.</summary>
internal static class NetworkViews
{
    public static NetworkSettings Settings(ContainerModel model, NetworkSandbox? sandbox)
    {
        var networks = Endpoints(model, sandbox);
        var bridge = networks.GetValueOrDefault("bridge");
        return new NetworkSettings
        {
            SandboxID = sandbox?.Id ?? "",
            SandboxKey = sandbox?.NamespacePath ?? "",
            Ports = Ports(model, sandbox),
            Networks = networks,
            EndpointID = bridge?.EndpointID ?? "",
            Gateway = bridge?.Gateway ?? "",
            GlobalIPv6Address = bridge?.GlobalIPv6Address ?? "",
            GlobalIPv6PrefixLen = bridge?.GlobalIPv6PrefixLen ?? 0,
            IPAddress = bridge?.IPAddress ?? "",
            IPPrefixLen = bridge?.IPPrefixLen ?? 0,
            IPv6Gateway = bridge?.IPv6Gateway ?? "",
            MacAddress = bridge?.MacAddress ?? "",
        };
    }

    public static Dictionary<string, EndpointSettings> Endpoints(ContainerModel model, NetworkSandbox? sandbox) =>
        model.Networks.ToDictionary(pair => pair.Key, pair => Endpoint(pair.Value, sandbox?.Endpoints.GetValueOrDefault(pair.Key)), StringComparer.Ordinal);

    /// <summary>The list's ports: one line a binding, and those exposed without one.</summary>
    public static IReadOnlyList<Port> PortList(ContainerModel model, NetworkSandbox? sandbox)
    {
        if (!model.State.Running) return [];
        List<Port> ports = [];
        HashSet<(ushort, string)> published = [];
        foreach (var port in sandbox?.Ports ?? [])
        {
            published.Add((port.ContainerPort, port.Protocol));
            ports.Add(new() { IP = port.HostAddress?.ToString() ?? "0.0.0.0", PrivatePort = port.ContainerPort, PublicPort = port.HostPort, Type = port.Protocol });
        }

        foreach (var key in model.Config.ExposedPorts?.Keys ?? [])
        {
            var port = PortSpec.Parse(key);
            if (!published.Contains((port.Port, port.Protocol))) ports.Add(new() { PrivatePort = port.Port, Type = port.Protocol });
        }

        return ports;
    }

    private static Dictionary<string, IReadOnlyList<PortBinding>?> Ports(ContainerModel model, NetworkSandbox? sandbox)
    {
        var ports = new Dictionary<string, IReadOnlyList<PortBinding>?>(StringComparer.Ordinal);
        if (!model.State.Running) return ports;
        foreach (var key in model.Config.ExposedPorts?.Keys ?? []) ports[PortSpec.Parse(key).ToString()] = null;
        foreach (var group in (sandbox?.Ports ?? []).GroupBy(port => new PortSpec(port.ContainerPort, port.Protocol)))
        {
            ports[group.Key.ToString()] = [.. group.Select(port => new PortBinding { HostIp = port.HostAddress?.ToString() ?? "0.0.0.0", HostPort = port.HostPort.ToString() })];
        }

        return ports;
    }

    private static EndpointSettings Endpoint(EndpointSettings asked, EndpointModel? endpoint) => endpoint is null ? asked : asked with
    {
        NetworkID = endpoint.NetworkId,
        EndpointID = endpoint.EndpointId,
        MacAddress = endpoint.MacAddress,
        IPAddress = endpoint.Address?.ToString() ?? "",
        IPPrefixLen = endpoint.PrefixLength,
        Gateway = endpoint.Gateway?.ToString() ?? "",
        GlobalIPv6Address = endpoint.Address6?.ToString() ?? "",
        GlobalIPv6PrefixLen = endpoint.PrefixLength6,
        IPv6Gateway = endpoint.Gateway6?.ToString() ?? "",
        DNSNames = endpoint.DnsNames is { Count: > 0 } names ? names : null,
    };
}

using System.Net;
using System.Net.Sockets;
using Davit.Linux.Netlink;
using Davit.Network.Firewall;
using Davit.Network.Networks;
using Davit.Network.Sandboxes;
using Davit.Primitives;

namespace Davit.Network;

/// <content>Ports are published and taken back.</content>
public sealed partial class NetworkService
{
    private void Publish(SandboxOptions options, EndpointRecord? gateway, List<PublishedPort> ports)
    {
        if (options.Ports.Count == 0 || gateway is null)
        {
            return; // as Docker: internal networks publish nothing
        }

        try
        {
            if (_firewall is null)
            {
                throw new DavitException(ErrorKind.NotImplemented, $"ports can't be published without the firewall of the kernel (nf_tables): {_noFirewall}", "use --network host, or a kernel with nf_tables");
            }

            foreach (var binding in options.Ports)
            {
                Reserve(binding, gateway, ports);
            }

            _firewall.Publish(ports);
            _links.Execute(request => request.ReflectPort(gateway.HostInterface));
        }
        catch (DavitException e)
        {
            var name = options.ContainerName.Length > 0 ? options.ContainerName : options.ContainerId;
            throw new DavitException(e.Kind is ErrorKind.NotImplemented ? e.Kind : ErrorKind.Internal, $"driver failed programming external connectivity on endpoint {name} ({gateway.EndpointId}): {e.Message}", e.Hint, e);
        }
    }

    private void Reserve(PortBinding binding, EndpointRecord gateway, List<PublishedPort> ports)
    {
        var udp = binding.Protocol switch
        {
            "tcp" => false,
            "udp" => true,
            _ => throw new DavitException(ErrorKind.NotImplemented, $"port {binding.ContainerPort}/{binding.Protocol} can't be published: the protocol {binding.Protocol} is not supported", "publish tcp or udp"),
        };
        var own = gateway.ToModel();
        var network = FindState(gateway.NetworkId);
        var addresses = HostAddresses(binding.HostAddress, network, own);
        var range = (binding.HostPort, binding.HostPortEnd > binding.HostPort ? binding.HostPortEnd : binding.HostPort);
        var target = addresses[0].AddressFamily == AddressFamily.InterNetwork ? own.Address! : own.Address6!;
        var port = _ports.Reserve(udp, addresses, range, (target, binding.ContainerPort));
        foreach (var address in addresses)
        {
            ports.Add(new PublishedPort(udp, address, port, address.AddressFamily == AddressFamily.InterNetwork ? own.Address! : own.Address6!, binding.ContainerPort));
        }
    }

    private List<IPAddress> HostAddresses(IPAddress? given, NetworkState? network, EndpointModel endpoint)
    {
        if (given is null && network is not null && network.Model.Options.TryGetValue(NetworkNames.HostBindingOption, out var option)
            && IPAddress.TryParse(option, out var bound) && !bound.Equals(IPAddress.Any))
        {
            given = bound;
        }

        given ??= _options.DefaultHostAddress;
        if (given is null)
        {
            return [.. ((IPAddress?[])[endpoint.Address is null ? null : IPAddress.Any, endpoint.Address6 is null ? null : IPAddress.IPv6Any]).OfType<IPAddress>()];
        }

        if (given.Equals(IPAddress.IPv6Loopback))
        {
            throw new DavitException(ErrorKind.InvalidArgument, "cannot publish on ::1: the kernel never routes IPv6 loopback addresses", "publish on 127.0.0.1");
        }

        if ((given.AddressFamily == AddressFamily.InterNetwork ? endpoint.Address : endpoint.Address6) is null)
        {
            throw new DavitException(
                ErrorKind.InvalidArgument,
                $"cannot publish on {given}: the container has no {(given.AddressFamily == AddressFamily.InterNetwork ? "IPv4" : "IPv6")} address on network {network?.Model.Name}",
                "make the network with --ipv6, or publish on an IPv4 address");
        }

        return [given];
    }

    private void ReleasePorts(IReadOnlyCollection<PortRecord> records)
    {
        if (records.Count == 0)
        {
            return;
        }

        var ports = records.Select(record => record.ToPort()).ToList();
        try
        {
            _firewall?.Unpublish(ports);
        }
        catch (DavitException e)
        {
            Warn($"WARNING: {e.Message}");
        }

        foreach (var port in ports)
        {
            _ports.Release(port.Udp, port.HostAddress, port.HostPort);
        }
    }
}

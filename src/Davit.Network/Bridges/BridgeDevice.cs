using System.Net;
using System.Net.Sockets;
using Davit.Linux;
using Davit.Linux.Netlink;
using Davit.Network.Addresses;
using Davit.Primitives;

namespace Davit.Network.Bridges;

/// <summary>Makes a network's bridge as it should be, whatever is there already, and removes it.</summary>
internal static class BridgeDevice
{
    /// <summary>Makes the bridge, or brings an existing one to the wanted state; running containers notice nothing.</summary>
    /// <returns>Its index, and whether it was there before.</returns>
    /// <exception cref="DavitException">The kernel has no bridges, or something else has the name.</exception>
    internal static (int Index, bool Existed) Ensure(HostLinks links, NetworkModel network, string name, int mtu)
    {
        try
        {
            var found = links.Query(socket => socket.FindLink(name));
            var existed = found is not null;
            if (found is null)
            {
                links.Execute(request => request.AddBridge(name, HardwareAddressOf(network), mtu));
                found = links.Query(socket => socket.FindLink(name)) ?? throw new LinuxException(Errno.ENODEV, "rtnetlink", name);
            }
            else if (found.Kind != "bridge")
            {
                throw new DavitException(ErrorKind.Conflict, $"interface {name} exists and is not a bridge", "choose another name with com.docker.network.bridge.name");
            }

            Configure(links, network, found);
            return (found.Index, existed);
        }
        catch (LinuxException e) when (e.Errno is Errno.EOPNOTSUPP)
        {
            throw new DavitException(ErrorKind.NotImplemented, $"bridge {name}: this kernel has no network bridges", "use --network none or --network host, or load the module bridge", e);
        }
        catch (LinuxException e)
        {
            throw e.ToDavitException($"could not set up bridge {name} of network {network.Name}");
        }
    }

    private static void Configure(HostLinks links, NetworkModel network, LinkRecord link)
    {
        // The host answers for 127.0.0.1:PORT through translation; the firewall's guard chain keeps that way closed to containers.
        _ = KernelSettings.TrySet($"ipv4/conf/{link.Name}/route_localnet", "1");
        _ = KernelSettings.TrySet($"ipv6/conf/{link.Name}/accept_ra", "0");
        _ = KernelSettings.TrySet($"ipv6/conf/{link.Name}/disable_ipv6", network.EnableIPv6 ? "0" : "1");

        var present = links.Query(socket => socket.ListAddresses()).Where(address => address.Index == link.Index).ToList();
        links.Execute(request =>
        {
            foreach (var subnet in network.Subnets.Where(subnet => !IsIsolated(network, subnet)))
            {
                var gateway = BridgeAddress(network, subnet);
                if (!present.Any(address => address.Address.Equals(gateway) && address.PrefixLength == subnet.Subnet.PrefixLength))
                {
                    request.AddAddress(link.Index, gateway, subnet.Subnet.PrefixLength);
                }
            }

            // Left by a daemon that had another subnet: addresses of ours only, never those that a user put on his own bridge.
            foreach (var stale in present.Where(_ => network.Predefined))
            {
                if (stale.Address.AddressFamily == AddressFamily.InterNetwork && !network.Subnets.Any(subnet => BridgeAddress(network, subnet).Equals(stale.Address)))
                {
                    request.DeleteInterfaceAddress(link.Index, stale.Address, stale.PrefixLength);
                }
            }

            request.SetUp(link.Index, link.Name);
        });
    }

    /// <summary>Whether the host keeps out of a subnet: mode <c>isolated</c>, or Docker's older option for IPv4.</summary>
    private static bool IsIsolated(NetworkModel network, SubnetModel subnet)
    {
        var ipv6 = subnet.Subnet.IsIPv6();
        return network.Options.GetValueOrDefault(ipv6 ? NetworkNames.GatewayMode6Option : NetworkNames.GatewayModeOption) == "isolated"
            || (!ipv6 && network.Options.Flag(NetworkNames.InhibitIPv4Option, false));
    }

    /// <summary>The bridge's own address: the gateway, unless the default bridge was given another gateway than its own address.</summary>
    private static IPAddress BridgeAddress(NetworkModel network, SubnetModel subnet) =>
        network.Predefined && subnet.AuxiliaryAddresses.TryGetValue(NetworkNames.BridgeAddress, out var own) ? own : subnet.Gateway;

    /// <summary>A fixed address of the network's own, locally administered.</summary>
    private static byte[] HardwareAddressOf(NetworkModel network) => [0x02, 0x42, .. Convert.FromHexString(network.Id.AsSpan(0, 8))];
}

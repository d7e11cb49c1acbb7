using System.Net;
using Davit.Linux.Netlink;
using Davit.Network.Addresses;
using Davit.Network.Bridges;
using Davit.Network.Namespaces;

namespace Davit.Network.Sandboxes;

/// <summary>Puts an endpoint's interface between its bridge and the container's namespace: one batch of messages on the host's side, one inside.</summary>
internal static class Wiring
{
    private const int UsualMtu = 1500;

    /// <summary>Uses the pair that the pool has prepared.</summary>
    internal static async Task UsePreparedAsync(HostLinks links, NamespacePool pool, PreparedNamespace prepared, EndpointPlan plan, bool isGateway)
    {
        var network = plan.Network;
        var mtu = network.Mtu is 0 or UsualMtu ? 0 : network.Mtu;
        var host = prepared.HostInterface!;
        if (prepared.Master != network.BridgeIndex || !network.Icc || mtu != 0)
        {
            links.Execute(request =>
            {
                request.SetMaster(host, network.BridgeIndex, isolated: !network.Icc);
                if (mtu != 0)
                {
                    request.SetMtu(host, mtu);
                }
            });
        }

        if (plan.Record.Address6 is not null)
        {
            await pool.EnableIPv6Async(prepared.Descriptor, NamespacePool.InnerInterface).ConfigureAwait(false);
        }

        Configure(prepared.Links, prepared.InnerIndex, plan.Record, mtu, isGateway);
    }

    /// <summary>Makes a new pair.</summary>
    internal static async Task AddAsync(HostLinks links, NamespacePool pool, OpenNamespace inside, string hostInterface, EndpointPlan plan, bool isGateway)
    {
        var network = plan.Network;
        links.Execute(request =>
        {
            request.AddVeth(hostInterface, plan.Record.Interface, inside.Descriptor.Number, network.BridgeIndex, network.Mtu);
            if (!network.Icc)
            {
                request.IsolatePort(hostInterface);
            }
        });
        var link = inside.Links.FindLink(plan.Record.Interface) ?? throw new Linux.LinuxException(Linux.Errno.ENODEV, "rtnetlink", plan.Record.Interface);
        if (plan.Record.Address6 is not null)
        {
            await pool.EnableIPv6Async(inside.Descriptor, plan.Record.Interface).ConfigureAwait(false);
        }

        Configure(inside.Links, link.Index, plan.Record, network.Mtu, isGateway);
    }

    /// <summary>Sets the default routes by an endpoint.</summary>
    internal static void SetDefaultRoutes(NetlinkSocket inside, EndpointRecord endpoint)
    {
        if (inside.FindLink(endpoint.Interface) is not { } link)
        {
            return;
        }

        var request = new NetlinkRequest();
        WriteRoutes(request, link.Index, endpoint);
        inside.Execute(request);
    }

    private static void Configure(NetlinkSocket inside, int index, EndpointRecord endpoint, int mtu, bool isGateway)
    {
        var request = new NetlinkRequest();
        request.Configure(index, endpoint.Interface, HardwareAddress.Parse(endpoint.MacAddress), mtu);
        if (endpoint.Address is not null)
        {
            request.AddAddress(index, IPAddress.Parse(endpoint.Address), endpoint.PrefixLength);
        }

        if (endpoint.Address6 is not null)
        {
            request.AddAddress(index, IPAddress.Parse(endpoint.Address6), endpoint.PrefixLength6);
        }

        if (isGateway)
        {
            WriteRoutes(request, index, endpoint);
        }

        inside.Execute(request);
    }

    private static void WriteRoutes(NetlinkRequest request, int index, EndpointRecord endpoint)
    {
        if (endpoint.Gateway is not null)
        {
            request.SetDefaultRoute(index, IPAddress.Parse(endpoint.Gateway));
        }

        if (endpoint.Gateway6 is not null)
        {
            request.SetDefaultRoute(index, IPAddress.Parse(endpoint.Gateway6));
        }
    }
}

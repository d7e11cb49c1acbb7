using Davit.Linux;
using Davit.Linux.Netlink;
using Davit.Linux.Nftables;

namespace Davit.Network.Firewall;

/// <summary>Makes UDP clients that go on sending from one port find the change: a tracked connection keeps its translation until it is forgotten.</summary>
internal static class Conntrack
{
    private const byte Udp = 17;

    /// <summary>Forgets connections to UDP ports that were published, or were not, until now.</summary>
    internal static void Forget(NetlinkSocket socket, IReadOnlyCollection<PublishedPort> ports)
    {
        var numbers = ports.Where(port => port.Udp).Select(port => port.HostPort).ToHashSet();
        if (numbers.Count == 0)
        {
            return;
        }

        try
        {
            foreach (var connection in socket.ListConnections(Udp))
            {
                if (numbers.Contains(connection.OriginalPort))
                {
                    socket.DeleteConnection(connection);
                }
            }
        }
        catch (LinuxException)
        {
            // Without ctnetlink a client has to wait until its old connection expires (30 s).
        }
    }
}

using System.Net;

namespace Davit.Network.Firewall;

/// <summary>A port of the host that leads into a container.</summary>
/// <param name="Udp">UDP instead of TCP.</param>
/// <param name="HostAddress">Address of the host; any stands for all of its family.</param>
/// <param name="HostPort">Port of the host.</param>
/// <param name="Address">Container's address, of the same family.</param>
/// <param name="Port">Container's port.</param>
internal readonly record struct PublishedPort(bool Udp, IPAddress HostAddress, ushort HostPort, IPAddress Address, ushort Port)
{
    /// <summary><c>tcp</c> or <c>udp</c>.</summary>
    internal string Protocol => Udp ? "udp" : "tcp";
}

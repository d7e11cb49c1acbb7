using System.Net;

namespace Davit.Network;

/// <summary>A port to publish or published.</summary>
/// <param name="HostAddress">Address of the host, or null for all.</param>
/// <param name="HostPort">Port of the host; 0 asks for a free one.</param>
/// <param name="ContainerPort">Port in the container.</param>
/// <param name="Protocol"><c>tcp</c> or <c>udp</c>.</param>
public sealed record PortBinding(IPAddress? HostAddress, ushort HostPort, ushort ContainerPort, string Protocol)
{
    /// <summary>Last port of the host that will do as well, when any of a range may be chosen (<c>-p 8000-8010:80</c>); 0 for <see cref="HostPort"/> alone.</summary>
    public ushort HostPortEnd { get; init; }
}

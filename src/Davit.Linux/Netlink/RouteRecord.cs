using System.Net;

namespace Davit.Linux.Netlink;

/// <summary>A route of any table.</summary>
/// <param name="Destination">Where it leads; length 0 is the default route.</param>
/// <param name="Index">Index of the interface it leaves by, or 0.</param>
/// <param name="Gateway">Next hop, or null.</param>
public sealed record RouteRecord(IPNetwork Destination, int Index, IPAddress? Gateway);

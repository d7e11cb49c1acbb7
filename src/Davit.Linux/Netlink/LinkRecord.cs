namespace Davit.Linux.Netlink;

/// <summary>A network interface as the kernel describes it.</summary>
/// <param name="Index">Index in its namespace.</param>
/// <param name="Name">Name.</param>
/// <param name="Kind"><c>bridge</c>, <c>veth</c> …; empty for hardware.</param>
/// <param name="Master">Index of the bridge that it is a port of, or 0.</param>
/// <param name="Up">Whether it is up.</param>
/// <param name="Mtu">Largest packet.</param>
public sealed record LinkRecord(int Index, string Name, string Kind, int Master, bool Up, int Mtu);

using System.Net;

namespace Davit.Linux.Netlink;

/// <summary>An address of an interface.</summary>
/// <param name="Index">Index of the interface.</param>
/// <param name="Address">Address.</param>
/// <param name="PrefixLength">Bits of the network's part.</param>
public sealed record AddressRecord(int Index, IPAddress Address, int PrefixLength);

using System.Net;

namespace Davit.Linux.Netlink;

/// <summary>An address of an interface.</summary>
/// <param name="Index">Index of the interface.</param>
/// <param name="Address">Address.</param>
/// <param name="PrefixLength">Bits of the network's part.</param>
/// <param name="IsPermanent">True for an address that was given for good and holds beyond its link (IFA_F_PERMANENT, RT_SCOPE_UNIVERSE).</param>
public sealed record AddressRecord(int Index, IPAddress Address, int PrefixLength, bool IsPermanent);

using System.Net;

namespace Davit.Linux.Nftables;

/// <summary>A tracked connection.</summary>
/// <param name="Protocol">Number of the transport protocol.</param>
/// <param name="OriginalDestination">Where its first packet went.</param>
/// <param name="OriginalPort">To which port.</param>
/// <param name="ReplySource">Who answers, after translation.</param>
/// <param name="Family">2 or 10.</param>
/// <param name="OriginalTuple">The kernel's key of it.</param>
public sealed record ConnectionRecord(byte Protocol, IPAddress OriginalDestination, ushort OriginalPort, IPAddress ReplySource, byte Family, byte[] OriginalTuple);

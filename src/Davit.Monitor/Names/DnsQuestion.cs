namespace Davit.Monitor.Names;

/// <summary>Where the question of a query stands, and what it asks.</summary>
/// <param name="NameOffset">Offset of the name in the message.</param>
/// <param name="NameLength">Length of the name on the wire, with its last zero; 0 when no question was read.</param>
/// <param name="Type">Record type.</param>
/// <param name="Class">Record class.</param>
/// <param name="UdpLimit">Size of reply that the client takes over UDP.</param>
internal readonly record struct DnsQuestion(int NameOffset, int NameLength, ushort Type, ushort Class, int UdpLimit);

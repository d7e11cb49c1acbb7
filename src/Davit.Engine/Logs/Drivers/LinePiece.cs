namespace Davit.Engine.Logs.Drivers;

/// <summary>Place of a piece in its line.</summary>
/// <param name="Id">The same for all pieces of a line: 64 hexadecimal digits.</param>
/// <param name="Ordinal">Counted from 1.</param>
/// <param name="Last">Whether the line ends with it.</param>
internal sealed record LinePiece(string Id, int Ordinal, bool Last);

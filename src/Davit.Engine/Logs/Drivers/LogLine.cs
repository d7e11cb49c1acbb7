namespace Davit.Engine.Logs.Drivers;

/// <summary>A line on its way to a server, or a piece of one.</summary>
/// <param name="Stderr">Whether it came from stderr.</param>
/// <param name="TimeNanoseconds">When the monitor read it, nanoseconds since the epoch.</param>
/// <param name="Bytes">The bytes without their line feed; valid until the next line.</param>
/// <param name="Piece">Which piece, when the line came in several or has no end.</param>
internal readonly record struct LogLine(bool Stderr, long TimeNanoseconds, ReadOnlyMemory<byte> Bytes, LinePiece? Piece)
{
    /// <summary>The time to 100 ns, in the zone of the host.</summary>
    public DateTimeOffset Time => TimeZoneInfo.ConvertTime(DateTimeOffset.UnixEpoch.AddTicks(TimeNanoseconds / 100), TimeZoneInfo.Local);
}

namespace Davit.Monitor.Logs;

/// <summary>One record of a container's log: a line as it came, or a piece of one.</summary>
/// <param name="Stream">1 for stdout or the terminal, 2 for stderr.</param>
/// <param name="TimeNanoseconds">When the monitor read it, nanoseconds since the epoch.</param>
/// <param name="Partial">True when the bytes do not end their line.</param>
/// <param name="Bytes">The bytes, line feed included; valid until the next record or batch is asked for.</param>
public readonly record struct LogRecord(int Stream, long TimeNanoseconds, bool Partial, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>The time to 100 ns; use <see cref="TimeNanoseconds"/> for all nine digits.</summary>
    public DateTimeOffset Time => DateTimeOffset.UnixEpoch.AddTicks(TimeNanoseconds / 100);
}

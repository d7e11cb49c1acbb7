namespace Davit.Engine.Logs;

/// <summary>A line of a log as the client gets it.</summary>
/// <param name="Stream">1 for stdout, 2 for stderr.</param>
/// <param name="Bytes">Valid until the next frame is asked for.</param>
public readonly record struct LogFrame(int Stream, ReadOnlyMemory<byte> Bytes);

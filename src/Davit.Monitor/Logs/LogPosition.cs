namespace Davit.Monitor.Logs;

/// <summary>A place between two records of a log; it stays what it is while the log grows and rotates.</summary>
/// <param name="Segment">Number of the segment, from 1.</param>
/// <param name="Offset">Bytes from the segment's beginning.</param>
public readonly record struct LogPosition(int Segment, long Offset);

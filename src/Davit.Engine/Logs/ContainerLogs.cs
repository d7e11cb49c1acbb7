namespace Davit.Engine.Logs;

/// <summary>An open log.</summary>
/// <param name="Tty">Whether the container has a terminal: then the frames go out without headers.</param>
/// <param name="Frames">The lines.</param>
public sealed record ContainerLogs(bool Tty, IAsyncEnumerable<LogFrame> Frames);

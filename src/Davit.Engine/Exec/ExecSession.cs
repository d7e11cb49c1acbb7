using Davit.Monitor.Runner;

namespace Davit.Engine.Exec;

/// <summary>A started exec that a client is attached to.</summary>
/// <param name="Tty">Whether it has a terminal.</param>
/// <param name="Streams">Its streams, or null when it was started detached.</param>
/// <param name="Exited">Exit code, when it has ended.</param>
public sealed record ExecSession(bool Tty, IAttachedStreams? Streams, Task<int> Exited);

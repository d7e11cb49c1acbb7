using Davit.Engine.Logs;
using Davit.Monitor.Runner;

namespace Davit.Engine.Attach;

/// <summary>An attachment: first the history, then the streams. Dispose it when the client is gone.</summary>
/// <param name="Tty">Whether there is a terminal: then output goes out raw, without headers.</param>
/// <param name="History">What was logged so far, or null.</param>
/// <param name="Streams">What flows, or null. Reading ends when the container has ended, or the client has typed the detach keys.</param>
public sealed record AttachSession(bool Tty, IAsyncEnumerable<LogFrame>? History, IAttachedStreams? Streams) : IAsyncDisposable
{
    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Streams?.DisposeAsync() ?? ValueTask.CompletedTask;
}

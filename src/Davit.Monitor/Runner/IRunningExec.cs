namespace Davit.Monitor.Runner;

/// <summary>A process started by exec.</summary>
public interface IRunningExec : IAsyncDisposable
{
    /// <summary>Process id as the host sees it; 0 after its end.</summary>
    int Pid { get; }

    /// <summary>Exit code (128 + signal when killed), when it has ended and its output has been delivered.</summary>
    Task<int> Exited { get; }

    /// <summary>Its streams, or null when it was started detached.</summary>
    IAttachedStreams? Streams { get; }

    /// <summary>Sets the size of its terminal.</summary>
    Task ResizeAsync(int columns, int rows, CancellationToken cancellation);
}

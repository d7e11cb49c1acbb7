namespace Davit.Monitor.Runner;

/// <summary>A container with a living monitor.</summary>
public interface IRunningContainer : IAsyncDisposable
{
    /// <summary>Container id.</summary>
    string Id { get; }

    /// <summary>Process id of the container's first process, as the host sees it; 0 after its end.</summary>
    int Pid { get; }

    /// <summary>When its process was executed.</summary>
    DateTimeOffset StartedAt { get; }

    /// <summary>Completes when the container has ended and its output has been logged whole; also when the monitor died.</summary>
    Task<ContainerExit> Exited { get; }

    /// <summary>Attaches to the output (and input) as it flows now; history comes from the log.</summary>
    Task<IAttachedStreams> AttachAsync(bool stdin, bool stdout, bool stderr, CancellationToken cancellation);

    /// <summary>Starts another process in the container; returns when it has been executed.</summary>
    Task<IRunningExec> ExecAsync(ExecLaunch launch, CancellationToken cancellation);

    /// <summary>Sends a signal to the first process, or to every process of the container.</summary>
    Task SignalAsync(int signal, bool all, CancellationToken cancellation);

    /// <summary>Sets the size of the terminal, in characters.</summary>
    Task ResizeAsync(int columns, int rows, CancellationToken cancellation);
}

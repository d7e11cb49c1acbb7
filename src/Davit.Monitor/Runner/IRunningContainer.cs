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

    /// <summary>Changes what its resolver at 127.0.0.11 answers from, and starts one where there was none: after it joined or left networks.</summary>
    /// <param name="names">Names files and upstreams.</param>
    /// <param name="networkNamespace">Where its network namespace is pinned.</param>
    /// <param name="cancellation">Gives up waiting for the monitor's answer.</param>
    Task ResolveAsync(NameService names, string networkNamespace, CancellationToken cancellation);

    /// <summary>Sets the size of the terminal, in characters.</summary>
    Task ResizeAsync(int columns, int rows, CancellationToken cancellation);
}

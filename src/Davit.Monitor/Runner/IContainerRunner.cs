namespace Davit.Monitor.Runner;

/// <summary>Starts containers through the zygote, one monitor each, and finds them again after a restart of the daemon. Used by the engine and the builder.</summary>
public interface IContainerRunner
{
    /// <summary>Starts a container; returns when its process has been executed.</summary>
    /// <exception cref="Davit.Primitives.DavitException">What runc and Docker would say: executable not found, not executable, missing mount source …; nothing is left behind.</exception>
    Task<IRunningContainer> StartAsync(ContainerLaunch launch, CancellationToken cancellation);

    /// <summary>Connects to the monitor of a container that an earlier daemon started, or reads the exit it left.</summary>
    /// <returns>The container (perhaps ended already), or null when neither monitor nor exit record is there.</returns>
    Task<IRunningContainer?> AdoptAsync(string id, string runDirectory, CancellationToken cancellation);
}

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

/// <summary>Streams of an attached client: frames of output and bytes of input, with half-close.</summary>
public interface IAttachedStreams : IAsyncDisposable
{
    /// <summary>Reads the next piece of output; stream 1 or 2 (1 with a terminal); 0 bytes at the end of all output.</summary>
    ValueTask<OutputPiece> ReadAsync(Memory<byte> buffer, CancellationToken cancellation);

    /// <summary>Writes to the process's input.</summary>
    ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation);

    /// <summary>Closes the process's input for this attachment (and for the process, when it is <c>StdinOnce</c> or an exec).</summary>
    ValueTask CloseInputAsync(CancellationToken cancellation);
}

/// <summary>A piece of output.</summary>
/// <param name="Stream">1 for stdout or the terminal, 2 for stderr.</param>
/// <param name="Count">Bytes read; 0 at the end.</param>
public readonly record struct OutputPiece(int Stream, int Count);

namespace Davit.Monitor.Runner;

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

using Davit.Monitor.Runner;

namespace Davit.Engine.Attach;

/// <summary>Streams of a client that attached before the start; when it leaves before, the start does without it.</summary>
internal sealed class PendingStreams(IAttachedStreams inner, Action<IAttachedStreams> left) : IAttachedStreams
{
    public ValueTask<OutputPiece> ReadAsync(Memory<byte> buffer, CancellationToken cancellation) => inner.ReadAsync(buffer, cancellation);

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation) => inner.WriteAsync(bytes, cancellation);

    public ValueTask CloseInputAsync(CancellationToken cancellation) => inner.CloseInputAsync(cancellation);

    public ValueTask DisposeAsync()
    {
        left(inner);
        return inner.DisposeAsync();
    }
}

using Davit.Monitor.Runner;

namespace Davit.Engine.Tests.Fakes;

internal sealed class FakeStreams : IAttachedStreams
{
    public MemoryStream Written { get; } = new();

    public bool Disposed { get; private set; }

    public async ValueTask<OutputPiece> ReadAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        await Task.Delay(Timeout.Infinite, cancellation);
        return default;
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        Written.Write(bytes.Span);
        return ValueTask.CompletedTask;
    }

    public ValueTask CloseInputAsync(CancellationToken cancellation) => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        Disposed = true;
        return ValueTask.CompletedTask;
    }
}

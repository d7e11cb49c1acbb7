using System.Buffers;
using Davit.DockerApi.Containers;
using Davit.Monitor.Runner;

namespace Davit.Engine.Attach;

/// <summary>Streams of a terminal that end for the client when it types the detach keys; the process goes on.</summary>
internal sealed class DetachableStreams(IAttachedStreams inner, DetachKeys keys, Action detached) : IAttachedStreams
{
    private readonly CancellationTokenSource _detach = new();
    private readonly ArrayBufferWriter<byte> _typed = new(256);

    public async ValueTask<OutputPiece> ReadAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _detach.Token);
        try
        {
            return await inner.ReadAsync(buffer, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_detach.IsCancellationRequested)
        {
            return new OutputPiece(1, 0);
        }
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        if (_detach.IsCancellationRequested) return;
        _typed.ResetWrittenCount();
        var complete = keys.Feed(bytes.Span, _typed);
        if (_typed.WrittenCount > 0) await inner.WriteAsync(_typed.WrittenMemory, cancellation).ConfigureAwait(false);
        if (!complete) return;
        await _detach.CancelAsync().ConfigureAwait(false);
        detached();
    }

    // A client that has detached closes its side: the process's input stays open.
    public ValueTask CloseInputAsync(CancellationToken cancellation) => _detach.IsCancellationRequested ? ValueTask.CompletedTask : inner.CloseInputAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync().ConfigureAwait(false);
        _detach.Dispose();
    }
}

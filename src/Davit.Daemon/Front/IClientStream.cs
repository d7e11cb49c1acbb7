namespace Davit.Daemon.Front;

/// <summary>A client's side of a stream in both directions (attach, exec), whatever carries it.</summary>
internal interface IClientStream : IAsyncDisposable
{
    /// <summary>Reads what the client writes; 0 at the end of its input.</summary>
    ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation);

    /// <summary>Writes raw bytes. One writer at a time.</summary>
    ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation);

    /// <summary>Completes when the client has gone altogether, not only ended its input. Also completes, without an exception, when canceled.</summary>
    Task GoneAsync(CancellationToken cancellation);

    /// <summary>Ends our side; the client may go on writing.</summary>
    ValueTask CloseOutputAsync();
}

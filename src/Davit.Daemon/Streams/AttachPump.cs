using System.Buffers;
using System.Net.Sockets;
using Davit.Daemon.Front;
using Davit.Monitor.Runner;
using Davit.Primitives;

namespace Davit.Daemon.Streams;

/// <summary>Moves bytes between a client and a process until the process's output ends, or the client detaches or goes.</summary>
/// <param name="connection">The client.</param>
/// <param name="streams">The process.</param>
/// <param name="raw">No frames tell the streams apart: of a terminal there is one, and a web socket has none.</param>
internal sealed class AttachPump(IClientStream connection, IAttachedStreams streams, bool raw)
{
    private const int PieceSize = 32 << 10;

    /// <summary>Moves bytes.</summary>
    /// <param name="stdin">What the client sends goes to the process.</param>
    /// <param name="cancellation">The daemon ends.</param>
    public async Task RunAsync(bool stdin, CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var output = OutputAsync(end.Token);
        var input = stdin ? InputAsync(end.Token) : Task.CompletedTask;
        var gone = connection.GoneAsync(end.Token);
        await Task.WhenAny(output, gone).ConfigureAwait(false);
        if (output.IsCompleted) await connection.CloseOutputAsync().ConfigureAwait(false);
        await end.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(output, input, gone).ConfigureAwait(false);
    }

    private async Task OutputAsync(CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(8 + PieceSize);
        try
        {
            while (true)
            {
                var piece = await streams.ReadAsync(buffer.AsMemory(8, PieceSize), cancellation).ConfigureAwait(false);
                if (piece.Count == 0) return;
                if (!raw) HijackedConnection.WriteHead(buffer, piece.Stream, piece.Count);
                await connection.WriteAsync(raw ? buffer.AsMemory(8, piece.Count) : buffer.AsMemory(0, 8 + piece.Count), cancellation).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or IOException)
        {
            // the client has gone
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task InputAsync(CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(PieceSize);
        try
        {
            int count;
            while ((count = await connection.ReadAsync(buffer.AsMemory(0, PieceSize), cancellation).ConfigureAwait(false)) > 0)
            {
                await streams.WriteAsync(buffer.AsMemory(0, count), cancellation).ConfigureAwait(false);
            }

            await streams.CloseInputAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException or DavitException or ObjectDisposedException)
        {
            // the process takes no more input, or everything ends; its output decides when
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}

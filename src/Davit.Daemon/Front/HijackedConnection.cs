using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Davit.Daemon.Front;

/// <summary>
/// A connection taken over for a raw stream in both directions (attach, exec). Each direction ends by itself: <see cref="ReadAsync"/> gives 0 when the client
/// has closed its side, <see cref="CloseOutput"/> closes ours.
/// </summary>
internal sealed class HijackedConnection : IClientStream
{
    /// <summary>Raw bytes, a terminal's.</summary>
    public const string Raw = "application/vnd.docker.raw-stream";

    /// <summary>Frames of stdout and stderr.</summary>
    public const string Multiplexed = "application/vnd.docker.multiplexed-stream";

    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(2);
    private readonly HttpContext _context;
    private readonly ClientConnection _client;
    private bool _closed;

    private HijackedConnection(HttpContext context, ClientConnection client)
    {
        _context = context;
        _client = client;
    }

    /// <summary>Reads the body to its end, writes the head of the answer and takes the connection over.</summary>
    public static Task<HijackedConnection> TakeAsync(HttpContext context, string contentType) => TakeWithHeadAsync(
        context,
        context.Request.Headers.Upgrade.Count > 0
            ? $"HTTP/1.1 101 UPGRADED\r\nContent-Type: {contentType}\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nApi-Version: {Http.ApiVersion.Highest}\r\n\r\n"
            : $"HTTP/1.1 200 OK\r\nContent-Type: {Raw}\r\n\r\n");

    /// <summary>The same with another head, which is written as it is.</summary>
    public static async Task<HijackedConnection> TakeWithHeadAsync(HttpContext context, string head)
    {
        var client = context.Features.Get<ClientConnection>() ?? throw new Davit.Primitives.DavitException(
            Davit.Primitives.ErrorKind.InvalidArgument, $"{context.Request.Path} needs a connection of its own: HTTP/1.1 with Upgrade: tcp");
        client.Hijack();
        await context.Request.Body.CopyToAsync(Stream.Null).ConfigureAwait(false);
        var connection = new HijackedConnection(context, client);
        await connection.WriteAsync(Encoding.ASCII.GetBytes(head), context.RequestAborted).ConfigureAwait(false);
        return connection;
    }

    /// <summary>Reads what the client writes; 0 at the end of its input.</summary>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        var input = _client.Transport.Input;
        var read = await input.ReadAsync(cancellation).ConfigureAwait(false);
        if (read.IsCanceled) throw new OperationCanceledException(cancellation);
        var count = (int)Math.Min(read.Buffer.Length, buffer.Length);
        var piece = read.Buffer.Slice(0, count);
        piece.CopyTo(buffer.Span);
        input.AdvanceTo(piece.End);
        return count;
    }

    /// <summary>Writes raw bytes. One writer at a time.</summary>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        while (bytes.Length > 0)
        {
            if (_client.Socket is not { } socket)
            {
                await _client.Transport.Output.WriteAsync(bytes, cancellation).ConfigureAwait(false);
                return;
            }

            var sent = await socket.SendAsync(bytes, SocketFlags.None, cancellation).ConfigureAwait(false);
            bytes = bytes[sent..];
        }
    }

    /// <summary>Writes one frame in place: the first 8 bytes of <paramref name="frame"/> are reserved for its head.</summary>
    public ValueTask WriteFrameAsync(int stream, Memory<byte> frame, CancellationToken cancellation)
    {
        WriteHead(frame.Span, stream, frame.Length - 8);
        return WriteAsync(frame, cancellation);
    }

    /// <summary>Head of a frame: stream, three zeros, length in network order.</summary>
    public static void WriteHead(Span<byte> head, int stream, int length)
    {
        BinaryPrimitives.WriteUInt32BigEndian(head, (uint)stream << 24);
        BinaryPrimitives.WriteInt32BigEndian(head[4..], length);
    }

    /// <summary>
    /// Completes when the client has closed its whole connection, not only its writing side. Also completes, without an exception, when canceled.
    /// </summary>
    public Task GoneAsync(CancellationToken cancellation) => _client.GoneAsync(cancellation);

    /// <inheritdoc/>
    public ValueTask CloseOutputAsync()
    {
        CloseOutput();
        return default;
    }

    private void CloseOutput()
    {
        if (_closed) return;
        _closed = true;
        try
        {
            if (_client.Socket is { } socket) socket.Shutdown(SocketShutdown.Send);
            else _client.Transport.Output.Complete();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // the client has gone already
        }
    }

    /// <summary>Ends our side, takes what the client still sends for a moment (closing with unread input would reset its side), and closes.</summary>
    public async ValueTask DisposeAsync()
    {
        CloseOutput();
        using var patience = new CancellationTokenSource(DrainTime);
        try
        {
            var input = _client.Transport.Input;
            while (true)
            {
                var read = await input.ReadAsync(patience.Token).ConfigureAwait(false);
                input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted) break;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or InvalidOperationException)
        {
            // it takes too long, or the connection broke
        }

        _context.Abort();
    }
}

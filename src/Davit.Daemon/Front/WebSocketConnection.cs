using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Davit.Primitives;
using Microsoft.AspNetCore.Http;

namespace Davit.Daemon.Front;

/// <summary>
/// A connection taken over for a web socket (RFC 6455): what a browser can open. The bytes of both output streams go in binary messages without frames, or in
/// text messages to clients of API versions before 1.28, as Docker has it.
/// </summary>
internal sealed class WebSocketConnection : IClientStream
{
    private const string KeySuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);
    private readonly HijackedConnection _connection;
    private readonly WebSocket _socket;
    private readonly WebSocketMessageType _kind;
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private WebSocketConnection(HijackedConnection connection, WebSocketMessageType kind)
    {
        _connection = connection;
        _kind = kind;
        _socket = WebSocket.CreateFromStream(new HijackedStream(connection), new WebSocketCreationOptions { IsServer = true, KeepAliveInterval = TimeSpan.Zero });
    }

    /// <summary>Answers the handshake.</summary>
    /// <exception cref="DavitException">InvalidArgument: the request is none for a web socket.</exception>
    public static async Task<WebSocketConnection> TakeAsync(HttpContext context, WebSocketMessageType kind)
    {
        var key = KeyOf(context.Request);
#pragma warning disable CA5350 // RFC 6455 prescribes SHA-1 for this answer, which keeps nothing secret
        var accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + KeySuffix)));
#pragma warning restore CA5350
        var connection = await HijackedConnection.TakeWithHeadAsync(context, $"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n").ConfigureAwait(false);
        return new WebSocketConnection(connection, kind);
    }

    /// <inheritdoc/>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        while (true)
        {
            ValueWebSocketReceiveResult got;
            try
            {
                got = await _socket.ReceiveAsync(buffer, cancellation).ConfigureAwait(false);
            }
            catch (WebSocketException e)
            {
                _closed.TrySetResult();
                throw new IOException(e.Message, e);
            }

            if (got.MessageType == WebSocketMessageType.Close)
            {
                _closed.TrySetResult();
                return 0;
            }

            if (got.Count > 0) return got.Count;
        }
    }

    /// <inheritdoc/>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        try
        {
            await _socket.SendAsync(bytes, _kind, endOfMessage: true, cancellation).ConfigureAwait(false);
        }
        catch (WebSocketException e)
        {
            throw new IOException(e.Message, e);
        }
    }

    /// <inheritdoc/>
    public Task GoneAsync(CancellationToken cancellation) => Task.WhenAny(_connection.GoneAsync(cancellation), _closed.Task);

    /// <summary>Reads to the end what nobody wants, so that a client's farewell is seen.</summary>
    public async Task IgnoreInputAsync(CancellationToken cancellation)
    {
        var buffer = new byte[1024];
        try
        {
            while (await ReadAsync(buffer, cancellation).ConfigureAwait(false) > 0)
            {
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // it has gone without a word, or everything ends
        }
    }

    /// <inheritdoc/>
    public async ValueTask CloseOutputAsync()
    {
        using var patience = new CancellationTokenSource(Farewell);
        try
        {
            if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived) await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, patience.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is WebSocketException or IOException or OperationCanceledException or InvalidOperationException or System.Net.Sockets.SocketException)
        {
            // the client has gone already
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await CloseOutputAsync().ConfigureAwait(false);
        await _connection.DisposeAsync().ConfigureAwait(false);
        _socket.Dispose();
    }

    private static string KeyOf(HttpRequest request)
    {
        if (!request.Headers.Upgrade.ToString().Equals("websocket", StringComparison.OrdinalIgnoreCase)) throw Refuse("Upgrade is not websocket");
        if (request.Headers.SecWebSocketVersion.ToString() is not "13" and var version) throw Refuse($"Sec-WebSocket-Version is \"{version}\", not 13");
        var key = request.Headers.SecWebSocketKey.ToString();
        var bytes = new byte[24];
        return Convert.TryFromBase64String(key, bytes, out var length) && length == 16 ? key : throw Refuse($"Sec-WebSocket-Key \"{key}\" is not 16 bytes in Base64");
    }

    private static DavitException Refuse(string why) => new(ErrorKind.InvalidArgument, $"not a web socket request: {why}", "use a web socket client, or POST attach");
}

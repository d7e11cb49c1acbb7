using System.Net.Security;
using System.Net.Sockets;
using Davit.Engine.Logs.Drivers;
using Davit.Linux.Sockets;

namespace Davit.Engine.Logs.Transport;

/// <summary>A TCP, TLS or unix stream connection that knows what its peer has not acknowledged yet.</summary>
internal sealed class StreamConnection : IDisposable
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(10);

    private readonly Socket _socket;
    private readonly Stream _stream;
    private volatile bool _closed;

    private StreamConnection(Socket socket, Stream stream)
    {
        _socket = socket;
        _stream = stream;
    }

    /// <summary>Connects.</summary>
    /// <param name="address">Scheme <c>unix</c> with a path, or host and port.</param>
    /// <param name="tls">TLS with these settings; null for none.</param>
    /// <param name="answers">True when answers are read with <see cref="ReadAsync"/>; otherwise what comes is thrown away, and the peer's end is noticed.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="SocketException">Nobody listens, or no way there.</exception>
    /// <exception cref="TimeoutException">No answer in ten seconds.</exception>
    public static async Task<StreamConnection> OpenAsync(LogAddress address, SslClientAuthenticationOptions? tls, bool answers, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(ConnectLimit);
        var unix = address.Scheme == "unix";
        var socket = unix ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (unix) await socket.ConnectAsync(new UnixDomainSocketEndPoint(address.Path), limit.Token).ConfigureAwait(false);
            else await socket.ConnectAsync(address.Host, address.Port, limit.Token).ConfigureAwait(false);
            Stream stream = new NetworkStream(socket, ownsSocket: false);
            if (tls is not null)
            {
                var secure = new SslStream(stream);
                await secure.AuthenticateAsClientAsync(tls, limit.Token).ConfigureAwait(false);
                stream = secure;
            }

            var connection = new StreamConnection(socket, stream);
            if (!answers) _ = connection.WatchAsync();
            return connection;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            socket.Dispose();
            throw new TimeoutException($"dial {address.Scheme} {address.Text}: i/o timeout");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Writes; returns when the kernel has taken everything.</summary>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        if (_closed) throw new IOException("the server closed the connection");
        return _stream.WriteAsync(bytes, cancellation);
    }

    /// <summary>Reads an answer; 0 at the end.</summary>
    public ValueTask<int> ReadAsync(Memory<byte> into, CancellationToken cancellation) => _stream.ReadAsync(into, cancellation);

    /// <summary>Returns when the other side has acknowledged everything written.</summary>
    /// <exception cref="IOException">The connection broke before.</exception>
    public async ValueTask AcknowledgedAsync(CancellationToken cancellation)
    {
        // The kernel has no event for an empty queue. An acknowledgement takes a round trip: looked for at once, then ever more seldom.
        for (var wait = 1; ; wait = Math.Min(wait * 2, 100))
        {
            var left = SendQueue.Length(_socket.SafeHandle);
            var error = (SocketError)(int)_socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!;
            if (error != SocketError.Success) throw new SocketException((int)error);
            if (left == 0) return; // also when the server has closed since: it had everything
            if (_closed) throw new IOException("the server closed the connection");
            await Task.Delay(wait, cancellation).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream.Dispose();
        _socket.Dispose();
    }

    private async Task WatchAsync()
    {
        var scrap = new byte[256];
        try
        {
            while (await _stream.ReadAsync(scrap).ConfigureAwait(false) > 0)
            {
            }
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException)
        {
            // the next write tells
        }

        _closed = true;
    }
}

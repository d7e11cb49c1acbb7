using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading.Channels;

namespace Davit.Integration.Tests.LogDrivers;

/// <summary>The other end of a log driver: takes datagrams or connections and keeps what comes, message by message.</summary>
internal sealed class LogReceiver : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly Channel<byte[]> _messages = Channel.CreateUnbounded<byte[]>();
    private readonly CancellationTokenSource _ending = new();
    private readonly List<Socket> _connections = [];
    private readonly string? _path;
    private readonly Task _work;

    private LogReceiver(Socket socket, string? path, Func<Stream, ChannelWriter<byte[]>, CancellationToken, Task>? serve)
    {
        _socket = socket;
        _path = path;
        _work = serve is null ? ReceiveAsync() : AcceptAsync(serve);
    }

    /// <summary>The port of UDP and TCP.</summary>
    public int Port => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    /// <summary>Datagrams of UDP.</summary>
    public static LogReceiver Udp()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return new LogReceiver(socket, null, null);
    }

    /// <summary>Datagrams of a unix socket.</summary>
    public static LogReceiver UnixDatagrams(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        return new LogReceiver(socket, path, null);
    }

    /// <summary>Connections whose messages end with a byte.</summary>
    public static LogReceiver Tcp(byte end, int port = 0, X509Certificate2? certificate = null) => Tcp((stream, messages, cancellation) => CutAsync(stream, end, messages, cancellation), port, certificate);

    /// <summary>Connections that are served some other way.</summary>
    public static LogReceiver Tcp(Func<Stream, ChannelWriter<byte[]>, CancellationToken, Task> serve, int port = 0, X509Certificate2? certificate = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
        socket.Listen();
        return new LogReceiver(socket, null, certificate is null ? serve : async (stream, messages, cancellation) =>
        {
            await using var secure = new SslStream(stream);
            await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, cancellation);
            await serve(secure, messages, cancellation);
        });
    }

    /// <summary>Connections over a unix socket.</summary>
    public static LogReceiver Unix(string path, Func<Stream, ChannelWriter<byte[]>, CancellationToken, Task> serve)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        socket.Listen();
        return new LogReceiver(socket, path, serve);
    }

    /// <summary>The next message, waited for.</summary>
    public async Task<byte[]> NextAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        return await _messages.Reader.ReadAsync(patience.Token);
    }

    /// <summary>The next messages.</summary>
    public async Task<IReadOnlyList<string>> NextAsync(int count)
    {
        List<string> texts = [];
        while (texts.Count < count) texts.Add(Encoding.UTF8.GetString(await NextAsync()));
        return texts;
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _socket.Dispose();
        lock (_connections) _connections.ForEach(connection => connection.Dispose());
        await _work;
        if (_path is not null) File.Delete(_path);
    }

    private async Task ReceiveAsync()
    {
        var buffer = new byte[1 << 18];
        try
        {
            while (true) await _messages.Writer.WriteAsync(buffer[..await _socket.ReceiveAsync(buffer.AsMemory(), _ending.Token)]);
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // disposed
        }
    }

    private async Task AcceptAsync(Func<Stream, ChannelWriter<byte[]>, CancellationToken, Task> serve)
    {
        try
        {
            while (true)
            {
                var connection = await _socket.AcceptAsync(_ending.Token);
                lock (_connections) _connections.Add(connection);
                _ = ServeAsync(new NetworkStream(connection, ownsSocket: true), serve);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // disposed
        }
    }

    private async Task ServeAsync(NetworkStream stream, Func<Stream, ChannelWriter<byte[]>, CancellationToken, Task> serve)
    {
        try
        {
            await using (stream) await serve(stream, _messages.Writer, _ending.Token);
        }
        catch (Exception error) when (error is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // the client has gone, or the test has ended
        }
    }

    private static async Task CutAsync(Stream stream, byte end, ChannelWriter<byte[]> messages, CancellationToken cancellation)
    {
        List<byte> message = [];
        var buffer = new byte[1 << 16];
        while (await stream.ReadAsync(buffer, cancellation) is var got and > 0)
        {
            foreach (var letter in buffer.AsSpan(0, got))
            {
                message.Add(letter);
                if (letter != end) continue;
                messages.TryWrite([.. message]);
                message.Clear();
            }
        }
    }
}

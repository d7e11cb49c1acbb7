using System.Net.Sockets;
using Davit.Engine.Logs.Drivers;

namespace Davit.Engine.Logs.Transport;

/// <summary>Datagrams over UDP, or over a unix socket whose receiver keeps what it was given.</summary>
internal sealed class DatagramConnection : IDisposable
{
    /// <summary>UDP has no back-pressure: after so many bytes the receiver gets a moment to read.</summary>
    private const int Burst = 64 * 1024;

    private readonly Socket _socket;
    private readonly bool _udp;
    private int _burst;

    private DatagramConnection(Socket socket, bool udp)
    {
        _socket = socket;
        _udp = udp;
    }

    /// <summary>Whether what is sent is in the receiver's queue.</summary>
    public bool Confirms => !_udp;

    /// <summary>The socket, for messages with descriptors.</summary>
    public Socket Socket => _socket;

    /// <summary>Makes the socket and tells it where to send.</summary>
    /// <exception cref="SocketException">No such name; on a unix socket nobody receives.</exception>
    public static async Task<DatagramConnection> OpenAsync(LogAddress address, CancellationToken cancellation)
    {
        var udp = address.Scheme == "udp";
        var socket = udp ? new Socket(SocketType.Dgram, ProtocolType.Udp) : new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        try
        {
            if (udp) await socket.ConnectAsync(address.Host, address.Port, cancellation).ConfigureAwait(false);
            else socket.Connect(new UnixDomainSocketEndPoint(address.Path));
            return new DatagramConnection(socket, udp);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends one datagram; a unix receiver with a full queue is waited for.</summary>
    /// <returns>False when it is larger than the kernel takes.</returns>
    public async ValueTask<bool> SendAsync(ReadOnlyMemory<byte> datagram, CancellationToken cancellation)
    {
        if (_udp && (_burst += datagram.Length) > Burst)
        {
            _burst = 0;
            await Task.Delay(4, cancellation).ConfigureAwait(false);
        }

        try
        {
            await _socket.SendAsync(datagram, cancellation).ConfigureAwait(false);
            return true;
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.MessageSize)
        {
            return false;
        }
    }

    /// <summary>Throws when the host told meanwhile that nobody receives.</summary>
    /// <exception cref="SocketException">Nobody listens at the port.</exception>
    public void Check()
    {
        var error = (SocketError)(int)_socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!;
        if (error != SocketError.Success) throw new SocketException((int)error);
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();
}

using System.Buffers;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Davit.Linux;
using Davit.Monitor.Kernel;
using Davit.Monitor.Protocol;
using Davit.Primitives;

namespace Davit.Monitor.Runner;

/// <summary>The daemon's end of one connection to a monitor or the zygote.</summary>
internal sealed class MonitorConnection : IDisposable
{
    private readonly Socket _socket;
    private int _disposed;

    /// <summary>Takes over a connected socket.</summary>
    internal MonitorConnection(int socket) => _socket = new Socket(new SafeSocketHandle(socket, ownsHandle: true));

    /// <summary>Connects to a monitor; null when none listens.</summary>
    internal static MonitorConnection? TryConnect(string runDirectory)
    {
        int socket = PacketSocket.Connect(Path.Combine(runDirectory, MonitorState.SocketName));
        return socket < 0 ? null : new MonitorConnection(socket);
    }

    /// <summary>Sends a message; false when the other end is gone.</summary>
    internal async ValueTask<bool> TrySendAsync(MessageType type, byte stream, int request, long value, ReadOnlyMemory<byte> payload, CancellationToken cancellation)
    {
        var message = ArrayPool<byte>.Shared.Rent(MessageHead.Size + payload.Length);
        try
        {
            var head = new MessageHead { Type = type, Stream = stream, Version = MessageHead.CurrentVersion, Request = request, Value = value };
            MemoryMarshal.Write(message, head);
            payload.CopyTo(message.AsMemory(MessageHead.Size));
            await _socket.SendAsync(message.AsMemory(0, MessageHead.Size + payload.Length), cancellation).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(message);
        }
    }

    /// <summary>Sends one message with descriptors; false when the other end is gone or takes nothing.</summary>
    internal unsafe bool TrySendDescriptors(MessageType type, AttachFlags flags, int request, ReadOnlySpan<int> descriptors)
    {
        MessageHead head = new() { Type = type, Stream = (byte)flags, Version = MessageHead.CurrentVersion, Request = request };
        try
        {
            fixed (int* numbers = descriptors)
            {
                // SAFETY: the head lives on this frame, the numbers are fixed; the handle stays open as long as this object is not disposed.
                nint sent = PacketSocket.Send((int)_socket.Handle, (byte*)&head, MessageHead.Size, null, 0, numbers, descriptors.Length, 0);
                return sent >= 0;
            }
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>Receives one message to the buffer; returns its length, 0 when the other end is gone.</summary>
    internal async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        try
        {
            return await _socket.ReceiveAsync(buffer, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return 0;
        }
    }

    internal static MessageHead Head(ReadOnlySpan<byte> message)
    {
        var head = MemoryMarshal.Read<MessageHead>(message);
        return MessageHead.Accepts(head.Version)
            ? head
            : throw new DavitException(ErrorKind.FailedPrecondition, $"monitor speaks protocol {head.Version}, this daemon {MessageHead.OldestVersion} to {MessageHead.CurrentVersion}");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _socket.Dispose();
        }
    }
}

using Davit.Linux;
using Davit.Monitor.Kernel;
using Davit.Monitor.Protocol;

namespace Davit.Monitor.Supervision;

/// <summary>
/// One connection of the daemon. Output that its socket does not take waits here, at most one piece a stream, because the pumps pause meanwhile:
/// a slow client slows the container down, as with Docker, and loses nothing.
/// </summary>
internal sealed unsafe class Client : IReady
{
    private readonly EventLoop _loop;
    private readonly IClientRequests _requests;
    private readonly Queue<byte[]> _pending = new();
    private readonly int _socket;
    private readonly long _key;
    private bool _readPaused, _closeWhenFlushed;
    private uint _events = Sys.EpollIn;

    internal Client(EventLoop loop, int socket, IClientRequests requests)
    {
        _loop = loop;
        _requests = requests;
        _socket = socket;
        Sys.Control(socket, 4, Sys.OReadWrite | Sys.ONonBlock);
        _key = loop.Add(socket, _events, this);
    }

    /// <summary>Output wanted by an attachment.</summary>
    internal AttachFlags Attached { get; set; }

    /// <summary>Greeted: wants to hear of the container's end.</summary>
    internal bool Control { get; set; }

    /// <summary>The exec that this connection is for.</summary>
    internal ExecSession? Exec { get; set; }

    internal bool Closed { get; private set; }

    /// <summary>Something waits for room in the socket.</summary>
    internal bool HasPending => _pending.Count > 0;

    /// <summary>Since when nothing has moved, while something is pending.</summary>
    internal long StalledSince { get; private set; }

    internal bool Wants(int stream) => !Closed && (Attached & (stream == 2 ? AttachFlags.Stderr : AttachFlags.Stdout)) != 0;

    /// <inheritdoc/>
    public void Ready(uint events)
    {
        if ((events & Sys.EpollOut) != 0)
        {
            Flush();
        }

        if (!Closed && (events & (Sys.EpollIn | Sys.EpollHup | Sys.EpollErr)) != 0)
        {
            Read((events & (Sys.EpollHup | Sys.EpollErr)) != 0);
        }
    }

    /// <summary>Sends or queues a message.</summary>
    internal void Send(MessageType type, int request, long value, ReadOnlySpan<byte> payload, int stream = 0)
    {
        if (Closed)
        {
            return;
        }

        MessageHead head = new() { Type = type, Stream = (byte)stream, Version = MessageHead.CurrentVersion, Request = request, Value = value };
        if (_pending.Count == 0)
        {
            fixed (byte* body = payload)
            {
                // SAFETY: the head lives on this frame, the body is fixed.
                nint sent = PacketSocket.Send(_socket, (byte*)&head, MessageHead.Size, body, payload.Length, null, 0, Sys.MsgDontWait);
                if (sent >= 0)
                {
                    return;
                }

                if (sent != -(int)Errno.EAGAIN)
                {
                    Close();
                    return;
                }
            }

            StalledSince = Sys.Milliseconds();
        }

        var message = new byte[MessageHead.Size + payload.Length];
        // SAFETY: the head is 16 bytes of plain data.
        new ReadOnlySpan<byte>(&head, MessageHead.Size).CopyTo(message);
        payload.CopyTo(message.AsSpan(MessageHead.Size));
        _pending.Enqueue(message);
        Listen();
    }

    /// <summary>Stops reading while what it sent before is not taken.</summary>
    internal void PauseReading(bool pause)
    {
        if (_readPaused != pause)
        {
            _readPaused = pause;
            Listen();
        }
    }

    /// <summary>Closes as soon as the client has been given everything.</summary>
    internal void CloseWhenFlushed()
    {
        _closeWhenFlushed = true;
        if (_pending.Count == 0)
        {
            Close();
        }
    }

    internal void Close()
    {
        if (Closed)
        {
            return;
        }

        Closed = true;
        _pending.Clear();
        _loop.Remove(_socket, _key);
        Sys.Close(_socket);
        _requests.Closed(this);
    }

    private void Flush()
    {
        while (!Closed && _pending.TryPeek(out var message))
        {
            fixed (byte* bytes = message)
            {
                // SAFETY: the message is fixed.
                nint sent = PacketSocket.Send(_socket, bytes, message.Length, null, 0, null, 0, Sys.MsgDontWait);
                if (sent == -(int)Errno.EAGAIN)
                {
                    return;
                }

                if (sent < 0)
                {
                    Close();
                    return;
                }
            }

            StalledSince = Sys.Milliseconds();
            _pending.Dequeue();
        }

        if (!Closed)
        {
            Listen();
            _requests.Flushed(this);
            if (_closeWhenFlushed)
            {
                Close();
            }
        }
    }

    private void Listen()
    {
        uint events = (_readPaused ? 0u : Sys.EpollIn) | (_pending.Count > 0 ? Sys.EpollOut : 0u);
        if (!Closed && events != _events)
        {
            _events = events;
            _loop.Modify(_socket, _key, events);
        }
    }

    private void Read(bool hungUp)
    {
        if (_readPaused && !hungUp)
        {
            return;
        }

        var scratch = _requests.Scratch;
        int* descriptors = stackalloc int[PacketSocket.MaxDescriptors];
        nint got = PacketSocket.Receive(_socket, scratch.Pointer, scratch.Length, descriptors, out int count, Sys.MsgDontWait);
        if (got == -(int)Errno.EAGAIN)
        {
            return;
        }

        if (got < MessageHead.Size)
        {
            CloseAll(descriptors, count);
            Close();
            return;
        }

        // SAFETY: at least a head was received.
        var head = *(MessageHead*)scratch.Pointer;
        int descriptor = count > 0 ? descriptors[0] : -1;
        if (count > 1)
        {
            CloseAll(descriptors + 1, count - 1);
        }

        _requests.Received(this, head, new ReadOnlySpan<byte>(scratch.Pointer + MessageHead.Size, (int)got - MessageHead.Size), descriptor);
    }

    private static void CloseAll(int* descriptors, int count)
    {
        for (int i = 0; i < count; i++)
        {
            Sys.Close(descriptors[i]);
        }
    }
}

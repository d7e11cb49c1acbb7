using System.Buffers.Binary;
using Davit.Linux;
using Davit.Monitor.Kernel;
using Davit.Monitor.Supervision;

namespace Davit.Monitor.Names;

/// <summary>A client over TCP: one question after the other, forwarded over TCP too. Idle ones are closed.</summary>
internal sealed unsafe class NameStream : IReady, ITimed, IDisposable
{
    private readonly NameServer _server;
    private readonly int _client;
    private readonly long _clientKey;
    private readonly FrameBuffer _in = new(2 + NameServer.MaxDatagram);
    private byte[] _out = [];
    private int _outSent;
    private Upstream? _upstream;
    private bool _done;

    internal NameStream(NameServer server, int client)
    {
        _server = server;
        _client = client;
        _clientKey = server.Loop.Add(client, Sys.EpollIn, this);
        server.Loop.AddTimed(this);
        Deadline = Sys.Milliseconds() + NameServer.StreamMilliseconds;
    }

    /// <inheritdoc/>
    public long Deadline { get; private set; }

    /// <inheritdoc/>
    public void Ready(uint events)
    {
        if (_outSent < _out.Length)
        {
            Flush();
            return;
        }

        if (!_in.TryFill(_client))
        {
            Dispose();
            return;
        }

        ServeNext();
        if (!_done && _in.Full)
        {
            // Asked more than fits while an answer is on its way: read on when that is sent.
            _server.Loop.Modify(_client, _clientKey, 0);
        }
    }

    /// <inheritdoc/>
    public void Expired(long now)
    {
        if (_upstream is { } waiting)
        {
            waiting.Next();
            return;
        }

        Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_done)
        {
            _done = true;
            _upstream?.Close();
            _server.Loop.Remove(_client, _clientKey);
            _server.Loop.RemoveTimed(this);
            Sys.Close(_client);
            _server.End(this);
        }
    }

    private void ServeNext()
    {
        if (_in.Broken)
        {
            Dispose();
            return;
        }

        if (_upstream is not null || _outSent < _out.Length || !_in.TryFrame(out var query))
        {
            return;
        }

        Deadline = Sys.Milliseconds() + NameServer.StreamMilliseconds;
        if (!DnsMessage.TryReadQuery(query, out var question, out int error))
        {
            Dispose();
            return;
        }

        Span<byte> reply = stackalloc byte[NameServer.MaxDatagram];
        int length = error != DnsMessage.CodeOk
            ? DnsMessage.BeginReply(query, question, error, reply)
            : _server.Answer.TryAnswer(query, question, reply, NameServer.MaxDatagram);
        if (length > 0)
        {
            Send(reply[..length]);
            return;
        }

        _upstream = new Upstream(this, query.ToArray(), question);
        _upstream.Next();
    }

    private void Send(ReadOnlySpan<byte> reply)
    {
        _out = new byte[2 + reply.Length];
        BinaryPrimitives.WriteUInt16BigEndian(_out, (ushort)reply.Length);
        reply.CopyTo(_out.AsSpan(2));
        _outSent = 0;
        _in.DropFrame();
        Flush();
    }

    private void Flush()
    {
        if (!TrySend(_client, _out, ref _outSent))
        {
            Dispose();
            return;
        }

        bool all = _outSent == _out.Length;
        _server.Loop.Modify(_client, _clientKey, all ? (uint)Sys.EpollIn : Sys.EpollOut);
        if (all)
        {
            ServeNext();
        }
    }

    private static bool TrySend(int socket, byte[] bytes, ref int sent)
    {
        while (sent < bytes.Length)
        {
            fixed (byte* at = &bytes[sent])
            {
                // SAFETY: fixed, and the rest of the array is that long.
                nint n = Sys.SendTo(socket, at, bytes.Length - sent, Sys.MsgDontWait | Sys.MsgNoSignal, null, 0);
                if (n < 0)
                {
                    return Sys.Errno is (int)Errno.EAGAIN or (int)Errno.EINTR;
                }

                sent += (int)n;
            }
        }

        return true;
    }

    /// <summary>Messages with two bytes of length before them.</summary>
    private sealed class FrameBuffer(int capacity)
    {
        private readonly byte[] _bytes = new byte[capacity];
        private int _count;

        private int FrameSize => _count < 2 ? int.MaxValue : 2 + BinaryPrimitives.ReadUInt16BigEndian(_bytes);

        /// <summary>A length that no message of ours may have.</summary>
        internal bool Broken => _count >= 2 && FrameSize > _bytes.Length;

        internal bool Full => _count == _bytes.Length;

        /// <summary>Reads what is there; false at the end or on an error.</summary>
        internal bool TryFill(int socket)
        {
            if (_count == _bytes.Length)
            {
                return true;
            }

            fixed (byte* at = &_bytes[_count])
            {
                // SAFETY: fixed, and the rest of the array is that long.
                nint got = Sys.ReceiveFrom(socket, at, _bytes.Length - _count, Sys.MsgDontWait, null, null);
                if (got <= 0)
                {
                    return got < 0 && Sys.Errno is (int)Errno.EAGAIN or (int)Errno.EINTR;
                }

                _count += (int)got;
                return true;
            }
        }

        internal bool TryFrame(out ReadOnlySpan<byte> frame)
        {
            bool whole = !Broken && _count >= FrameSize;
            frame = whole ? _bytes.AsSpan(2, FrameSize - 2) : default;
            return whole;
        }

        internal void DropFrame()
        {
            int size = FrameSize;
            _bytes.AsSpan(size, _count - size).CopyTo(_bytes);
            _count -= size;
        }
    }

    /// <summary>The same question at an upstream.</summary>
    private sealed class Upstream(NameStream owner, byte[] query, DnsQuestion question) : IReady
    {
        private readonly byte[] _message = Framed(query);
        private FrameBuffer _reply = new(2 + ushort.MaxValue);
        private int _attempt, _sent, _socket = -1;
        private long _key;

        internal void Next()
        {
            CloseSocket();
            var servers = owner._server.Upstreams;
            while (_attempt < servers.Length)
            {
                if (TryConnect(servers[_attempt++]))
                {
                    owner.Deadline = Sys.Milliseconds() + NameServer.UpstreamMilliseconds;
                    return;
                }
            }

            Span<byte> reply = stackalloc byte[NameServer.MaxDatagram];
            int length = DnsMessage.BeginReply(query, question, DnsMessage.CodeServer, reply);
            Finish(reply[..length]);
        }

        public void Ready(uint events)
        {
            if (_sent < _message.Length)
            {
                if (!TrySend(_socket, _message, ref _sent))
                {
                    Next();
                }
                else if (_sent == _message.Length)
                {
                    owner._server.Loop.Modify(_socket, _key, Sys.EpollIn);
                }

                return;
            }

            if (!_reply.TryFill(_socket))
            {
                Next();
            }
            else if (_reply.TryFrame(out var frame))
            {
                if (DnsMessage.Answers(frame, query, question) && DnsMessage.Id(frame) == DnsMessage.Id(query))
                {
                    Finish(frame);
                }
                else
                {
                    Next();
                }
            }
        }

        internal void Close() => CloseSocket();

        private static byte[] Framed(byte[] query)
        {
            var message = new byte[2 + query.Length];
            BinaryPrimitives.WriteUInt16BigEndian(message, (ushort)query.Length);
            query.CopyTo(message, 2);
            return message;
        }

        private void Finish(ReadOnlySpan<byte> reply)
        {
            CloseSocket();
            owner._upstream = null;
            owner.Deadline = Sys.Milliseconds() + NameServer.StreamMilliseconds;
            owner.Send(reply);
        }

        private bool TryConnect(SocketAddress server)
        {
            _sent = 0;
            _reply = new FrameBuffer(2 + ushort.MaxValue);
            int socket = Sys.Socket(server.Family, Sys.SockStream | Sys.SockCloexec | Sys.SockNonBlock, 0);
            fixed (byte* address = server.Bytes)
            {
                // SAFETY: fixed and as long as told. 115 is EINPROGRESS.
                if (socket < 0 || (Sys.Connect(socket, address, server.Bytes.Length) < 0 && Sys.Errno != 115))
                {
                    Sys.Close(socket);
                    return false;
                }
            }

            _socket = socket;
            _key = owner._server.Loop.Add(socket, Sys.EpollOut, this);
            return true;
        }

        private void CloseSocket()
        {
            if (_socket >= 0)
            {
                owner._server.Loop.Remove(_socket, _key);
                Sys.Close(_socket);
                _socket = -1;
            }
        }
    }
}

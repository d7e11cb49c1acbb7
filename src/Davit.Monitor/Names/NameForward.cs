using Davit.Monitor.Kernel;
using Davit.Monitor.Supervision;

namespace Davit.Monitor.Names;

/// <summary>One datagram question on its way through the upstreams, on a socket and with an id of its own, so that answers can't be guessed.</summary>
internal sealed unsafe class NameForward : IReady, ITimed, IDisposable
{
    private readonly NameServer _server;
    private readonly DnsQuestion _question;
    private readonly byte[] _query, _from;
    private readonly ushort _clientId;
    private int _attempt, _socket = -1;
    private long _key;
    private bool _done;

    internal NameForward(NameServer server, ReadOnlySpan<byte> query, DnsQuestion question, ReadOnlySpan<byte> from)
    {
        _server = server;
        _question = question;
        _query = query.ToArray();
        _from = from.ToArray();
        _clientId = DnsMessage.Id(query);
    }

    /// <inheritdoc/>
    public long Deadline { get; private set; } = long.MaxValue;

    // A single server gets a second chance: datagrams get lost.
    private int Attempts => _server.Upstreams.Length == 1 ? 2 : _server.Upstreams.Length;

    /// <summary>Asks the first server.</summary>
    internal void Begin()
    {
        _server.Loop.AddTimed(this);
        Next();
    }

    /// <inheritdoc/>
    public void Ready(uint events)
    {
        byte* reply = stackalloc byte[NameServer.MaxDatagram];
        // SAFETY: the buffer is that long.
        nint got = Sys.ReceiveFrom(_socket, reply, NameServer.MaxDatagram, Sys.MsgDontWait, null, null);
        if (got < 0)
        {
            // Nobody listens there.
            Next();
            return;
        }

        var message = new Span<byte>(reply, (int)got);
        if (message.Length < DnsMessage.HeaderSize || DnsMessage.Id(message) != DnsMessage.Id(_query) || !DnsMessage.Answers(message, _query, _question))
        {
            return;
        }

        if (DnsMessage.Code(message) is DnsMessage.CodeServer or DnsMessage.CodeRefused && _attempt < _server.Upstreams.Length)
        {
            Next();
            return;
        }

        DnsMessage.SetId(message, _clientId);
        _server.Reply(message, _from);
        Dispose();
    }

    /// <inheritdoc/>
    public void Expired(long now) => Next();

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_done)
        {
            _done = true;
            CloseSocket();
            _server.Loop.RemoveTimed(this);
            _server.End(this);
        }
    }

    private void Next()
    {
        CloseSocket();
        while (_attempt < Attempts)
        {
            var upstream = _server.Upstreams[_attempt++ % _server.Upstreams.Length];
            if (TryAsk(upstream))
            {
                Deadline = Sys.Milliseconds() + NameServer.UpstreamMilliseconds;
                return;
            }
        }

        Span<byte> reply = stackalloc byte[NameServer.MaxDatagram];
        DnsMessage.SetId(_query, _clientId);
        int length = DnsMessage.BeginReply(_query, _question, DnsMessage.CodeServer, reply);
        _server.Reply(reply[..length], _from);
        Dispose();
    }

    private bool TryAsk(SocketAddress upstream)
    {
        int socket = Sys.Socket(upstream.Family, Sys.SockDatagram | Sys.SockCloexec | Sys.SockNonBlock, 0);
        ushort id;
        // SAFETY: two bytes are asked for. getrandom is call 318.
        Sys.Syscall(318, (nint)(&id), sizeof(ushort), 0, 0, 0, 0);
        DnsMessage.SetId(_query, id);
        fixed (byte* address = upstream.Bytes, query = _query)
        {
            // SAFETY: both are fixed and as long as told.
            if (socket < 0 || Sys.Connect(socket, address, upstream.Bytes.Length) < 0
                || Sys.SendTo(socket, query, _query.Length, Sys.MsgDontWait | Sys.MsgNoSignal, null, 0) < 0)
            {
                Sys.Close(socket);
                return false;
            }
        }

        _socket = socket;
        _key = _server.Loop.Add(socket, Sys.EpollIn, this);
        return true;
    }

    private void CloseSocket()
    {
        if (_socket >= 0)
        {
            _server.Loop.Remove(_socket, _key);
            Sys.Close(_socket);
            _socket = -1;
        }
    }
}

using System.Net;
using Davit.Linux;
using Davit.Monitor.Kernel;
using Davit.Monitor.Supervision;

namespace Davit.Monitor.Names;

/// <summary>
/// DNS at 127.0.0.11 in a container's network namespace, served from the monitor's loop. Known names are answered from the names files, everything
/// else is asked of the upstreams from the host's namespace. Nothing blocks, and what is in flight is bounded.
/// </summary>
internal sealed unsafe class NameServer : IReady, IDisposable
{
    /// <summary>Questions in flight at most; more are answered with SERVFAIL.</summary>
    internal const int MaxPending = 256;

    internal const int MaxStreams = 16, UpstreamMilliseconds = 2000, StreamMilliseconds = 10_000, MaxDatagram = 4096;

    private const int DatagramsATurn = 16;

    private readonly EventLoop _loop;
    private readonly int _udp, _tcp;
    private readonly long _udpKey, _tcpKey;
    private readonly HashSet<IDisposable> _pending = [];
    private readonly HashSet<NameStream> _streams = [];
    private readonly byte[] _packet = new byte[MaxDatagram], _reply = new byte[MaxDatagram];

    /// <summary>Opens the sockets in the network namespace and comes back to the caller's.</summary>
    internal NameServer(EventLoop loop, string networkNamespace, IPAddress address, int port, IReadOnlyList<string> namesFiles, IReadOnlyList<string> upstreams)
    {
        _loop = loop;
        Answer = new NameAnswer(new NameTable(namesFiles));
        Upstreams = Parse(upstreams);
        var local = SocketAddress.From(address, port);
        int there = Sys.Open(networkNamespace, Sys.OCloexec), here = Sys.Open("/proc/self/ns/net", Sys.OCloexec);
        try
        {
            if (there < 0 || here < 0 || Sys.SetNamespace(there, Sys.NamespaceNet) < 0)
            {
                throw new LinuxException((Errno)Sys.Errno, "setns", networkNamespace);
            }

            try
            {
                _udp = Open(Sys.SockDatagram, local);
                _tcp = Open(Sys.SockStream, local);
            }
            finally
            {
                if (Sys.SetNamespace(here, Sys.NamespaceNet) < 0)
                {
                    // Going on in the container's namespace would be worse than not going on.
                    Environment.FailFast("the host's network namespace is lost");
                }
            }
        }
        finally
        {
            Sys.Close(there);
            Sys.Close(here);
        }

        _udpKey = loop.Add(_udp, Sys.EpollIn, this);
        _tcpKey = loop.Add(_tcp, Sys.EpollIn, new Acceptor(this));
    }

    internal NameAnswer Answer { get; private set; }

    internal SocketAddress[] Upstreams { get; private set; }

    internal EventLoop Loop => _loop;

    /// <inheritdoc/>
    public void Ready(uint events)
    {
        byte* from = stackalloc byte[SocketAddress.MaxSize];
        for (int i = 0; i < DatagramsATurn; i++)
        {
            int fromLength = SocketAddress.MaxSize;
            nint got;
            fixed (byte* packet = _packet)
            {
                // SAFETY: both buffers are as long as told.
                got = Sys.ReceiveFrom(_udp, packet, MaxDatagram, Sys.MsgDontWait, from, &fromLength);
            }

            if (got < 0)
            {
                return;
            }

            Serve(_packet.AsSpan(0, (int)got), new ReadOnlySpan<byte>(from, fromLength));
        }
    }

    /// <summary>Goes on with other names files and upstreams; questions in flight go on with them.</summary>
    internal void Replace(IReadOnlyList<string> namesFiles, IReadOnlyList<string> upstreams)
    {
        Answer = new NameAnswer(new NameTable(namesFiles));
        Upstreams = Parse(upstreams);
    }

    /// <summary>Sends a reply to a datagram's sender.</summary>
    internal void Reply(ReadOnlySpan<byte> reply, ReadOnlySpan<byte> to)
    {
        fixed (byte* bytes = reply, address = to)
        {
            // SAFETY: spans are fixed. A reply that can't be sent is lost, as datagrams may be; the client asks again.
            Sys.SendTo(_udp, bytes, reply.Length, Sys.MsgDontWait | Sys.MsgNoSignal, address, to.Length);
        }
    }

    /// <summary>Room for one more question in flight?</summary>
    internal bool TryBegin(IDisposable question)
    {
        if (_pending.Count >= MaxPending)
        {
            return false;
        }

        _pending.Add(question);
        return true;
    }

    internal void End(IDisposable question) => _pending.Remove(question);

    internal void End(NameStream stream) => _streams.Remove(stream);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var pending in _pending.ToArray())
        {
            pending.Dispose();
        }

        foreach (var stream in _streams.ToArray())
        {
            stream.Dispose();
        }

        _loop.Remove(_udp, _udpKey);
        _loop.Remove(_tcp, _tcpKey);
        Sys.Close(_udp);
        Sys.Close(_tcp);
    }

    private static SocketAddress[] Parse(IReadOnlyList<string> upstreams) =>
        [.. upstreams.Select(text => SocketAddress.Parse(text, 53)).OfType<SocketAddress>()];

    private static int Open(int type, SocketAddress local)
    {
        int socket = Sys.Socket(local.Family, type | Sys.SockCloexec | Sys.SockNonBlock, 0);
        int on = 1;
        // IP_FREEBIND: the loopback interface may still be down.
        Sys.SetOption(socket, 0, 15, &on, sizeof(int));
        Sys.SetOption(socket, Sys.SolSocket, Sys.SoReuseAddress, &on, sizeof(int));
        fixed (byte* address = local.Bytes)
        {
            // SAFETY: the address is fixed and as long as told.
            if (socket < 0 || Sys.Bind(socket, address, local.Bytes.Length) < 0 || (type == Sys.SockStream && Sys.Listen(socket, MaxStreams) < 0))
            {
                var errno = (Errno)Sys.Errno;
                Sys.Close(socket);
                throw new LinuxException(errno, "bind", $"{new IPAddress(local.Bytes.AsSpan(4, 4))}:{(local.Bytes[2] << 8) | local.Bytes[3]}");
            }
        }

        return socket;
    }

    private void Serve(ReadOnlySpan<byte> query, ReadOnlySpan<byte> from)
    {
        if (!DnsMessage.TryReadQuery(query, out var question, out int error))
        {
            return;
        }

        int length = error != DnsMessage.CodeOk
            ? DnsMessage.BeginReply(query, question, error, _reply)
            : Answer.TryAnswer(query, question, _reply, question.UdpLimit);
        if (length == 0)
        {
            var forward = new NameForward(this, query, question, from);
            if (TryBegin(forward))
            {
                forward.Begin();
                return;
            }

            length = DnsMessage.BeginReply(query, question, DnsMessage.CodeServer, _reply);
        }

        Reply(_reply.AsSpan(0, length), from);
    }

    private sealed class Acceptor(NameServer server) : IReady
    {
        public void Ready(uint events)
        {
            int fd = Sys.Accept(server._tcp, null, null, Sys.SockCloexec | Sys.SockNonBlock);
            if (fd < 0)
            {
                return;
            }

            if (server._streams.Count >= MaxStreams)
            {
                Sys.Close(fd);
                return;
            }

            server._streams.Add(new NameStream(server, fd));
        }
    }
}

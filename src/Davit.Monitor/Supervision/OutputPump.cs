using Davit.Linux;
using Davit.Monitor.Kernel;
using Davit.Monitor.Logs;
using Davit.Monitor.Protocol;

namespace Davit.Monitor.Supervision;

/// <summary>Moves one stream of output from its pipe or terminal to the log and to the clients that want it.</summary>
internal sealed unsafe class OutputPump : IReady
{
    private readonly EventLoop _loop;
    private readonly NativeBuffer _scratch;
    private readonly LogWriter? _log;
    private readonly List<Client> _clients;
    private readonly Action _ended;
    private readonly int _fd, _stream;
    private readonly long _key;
    private bool _paused;

    /// <param name="loop">The loop.</param>
    /// <param name="fd">What to read; closed at its end.</param>
    /// <param name="stream">1 or 2.</param>
    /// <param name="scratch">Buffer to read to.</param>
    /// <param name="log">Log, or null.</param>
    /// <param name="clients">Connections; each says whether it wants the stream.</param>
    /// <param name="ended">Called at the end of the stream.</param>
    internal OutputPump(EventLoop loop, int fd, int stream, NativeBuffer scratch, LogWriter? log, List<Client> clients, Action ended)
    {
        (_loop, _fd, _stream, _scratch, _log, _clients, _ended) = (loop, fd, stream, scratch, log, clients, ended);
        _key = loop.Add(fd, Sys.EpollIn, this);
    }

    internal bool Ended { get; private set; }

    /// <summary>When something last came.</summary>
    internal long LastRead { get; private set; } = Sys.Milliseconds();

    /// <summary>The writers are dead: what is left is bounded, so slow clients no longer hold it up.</summary>
    internal bool Draining { get; set; }

    /// <inheritdoc/>
    public void Ready(uint events)
    {
        if (Ended || _paused)
        {
            return;
        }

        // SAFETY: the buffer is that long.
        nint got = Sys.Read(_fd, _scratch.Pointer, Math.Min(_scratch.Length, MessageHead.MaxPayload));
        if (got <= 0)
        {
            if (got < 0 && Sys.Errno is (int)Errno.EAGAIN or (int)Errno.EINTR)
            {
                return;
            }

            // End of file, or EIO: the last process has closed the terminal.
            End();
            return;
        }

        LastRead = Sys.Milliseconds();
        var piece = new ReadOnlySpan<byte>(_scratch.Pointer, (int)got);
        _log?.Append(_stream, piece);
        bool slow = false;
        for (int i = _clients.Count - 1; i >= 0; i--)
        {
            var client = _clients[i];
            if (client.Wants(_stream))
            {
                client.Send(MessageType.Output, 0, got, piece, _stream);
                slow |= !client.Closed && client.HasPending;
            }
        }

        if (slow && !Draining)
        {
            _paused = true;
            _loop.Modify(_fd, _key, 0);
        }
    }

    /// <summary>Goes on when no client that wants this stream has anything pending.</summary>
    internal void Resume()
    {
        if (!_paused || Ended)
        {
            return;
        }

        foreach (var client in _clients)
        {
            if (!Draining && client.Wants(_stream) && client.HasPending)
            {
                return;
            }
        }

        _paused = false;
        _loop.Modify(_fd, _key, Sys.EpollIn);
    }

    internal void End()
    {
        if (!Ended)
        {
            Ended = true;
            _loop.Remove(_fd, _key);
            Sys.Close(_fd);
            _ended();
        }
    }
}

using Davit.Linux;
using Davit.Monitor.Kernel;

namespace Davit.Monitor.Supervision;

/// <summary>The input of a process: a pipe or a terminal. A client whose bytes are not taken is not read from meanwhile.</summary>
internal sealed unsafe class InputSink : IReady
{
    private readonly EventLoop _loop;
    private readonly Queue<(byte[] Bytes, Client From)> _waiting = new();
    private readonly bool _terminal;
    private int _fd, _sent;
    private long _key;
    private bool _registered, _closing;

    /// <param name="loop">The loop.</param>
    /// <param name="fd">What to write to; owned by this from now on.</param>
    /// <param name="terminal">A terminal has no half-close.</param>
    internal InputSink(EventLoop loop, int fd, bool terminal)
    {
        _loop = loop;
        _fd = fd;
        _terminal = terminal;
        Sys.Control(fd, 4, Sys.OReadWrite | Sys.ONonBlock);
    }

    internal void Write(ReadOnlySpan<byte> bytes, Client from)
    {
        if (_fd < 0 || _closing)
        {
            return;
        }

        if (_waiting.Count == 0)
        {
            bytes = bytes[Take(bytes)..];
        }

        if (bytes.Length > 0 && _fd >= 0)
        {
            _waiting.Enqueue((bytes.ToArray(), from));
            from.PauseReading(true);
            if (!_registered)
            {
                _registered = true;
                _key = _loop.Add(_fd, Sys.EpollOut, this);
            }
        }
    }

    /// <summary>Closes once everything is written; nothing happens to a terminal.</summary>
    internal void CloseWhenWritten()
    {
        if (_terminal)
        {
            return;
        }

        _closing = true;
        if (_waiting.Count == 0)
        {
            Close();
        }
    }

    internal void Close()
    {
        if (_fd < 0)
        {
            return;
        }

        if (_registered)
        {
            _loop.Remove(_fd, _key);
            _registered = false;
        }

        Sys.Close(_fd);
        _fd = -1;
        while (_waiting.TryDequeue(out var next))
        {
            next.From.PauseReading(false);
        }
    }

    /// <inheritdoc/>
    public void Ready(uint events)
    {
        while (_fd >= 0 && _waiting.TryPeek(out var next))
        {
            _sent += Take(next.Bytes.AsSpan(_sent));
            if (_fd < 0 || _sent < next.Bytes.Length)
            {
                return;
            }

            _sent = 0;
            _waiting.Dequeue();
            next.From.PauseReading(false);
        }

        if (_fd >= 0 && _registered)
        {
            _loop.Remove(_fd, _key);
            _registered = false;
        }

        if (_closing)
        {
            Close();
        }
    }

    /// <summary>Writes what is taken now; a broken pipe closes the sink, and its input goes nowhere from then on.</summary>
    private int Take(ReadOnlySpan<byte> bytes)
    {
        int taken = 0;
        while (taken < bytes.Length)
        {
            fixed (byte* at = bytes[taken..])
            {
                // SAFETY: fixed, and the rest is that long.
                nint written = Sys.Write(_fd, at, bytes.Length - taken);
                if (written < 0)
                {
                    int errno = Sys.Errno;
                    if (errno == (int)Errno.EINTR)
                    {
                        continue;
                    }

                    if (errno != (int)Errno.EAGAIN)
                    {
                        Close();
                    }

                    return taken;
                }

                taken += (int)written;
            }
        }

        return taken;
    }
}

using Davit.Monitor.Kernel;
using Davit.Monitor.Protocol;
using Davit.Runtime.Launch;

namespace Davit.Monitor.Supervision;

/// <summary>A process started in the container, and the one connection that it is for.</summary>
internal sealed class ExecSession : IReady, ITimed
{
    /// <summary>How long output may stay open after the end of its process: a child left in the background may hold it. Docker waits as long.</summary>
    internal const int GraceMilliseconds = 2000;

    private readonly EventLoop _loop;
    private readonly Client _client;
    private readonly ProcessStreams _streams;
    private readonly Action<ExecSession> _ended;
    private readonly int _pidfd;
    private readonly long _key;
    private ProcessEnd? _end;
    private long _exitedAt;

    private ExecSession(EventLoop loop, Client client, ProcessStreams streams, LaunchedProcess process, AttachFlags flags, NativeBuffer scratch, Action<ExecSession> ended)
    {
        (_loop, _client, _streams, _ended, _pidfd) = (loop, client, streams, ended, process.PidFd);
        client.Attached = flags & (AttachFlags.Stdin | AttachFlags.Stdout | AttachFlags.Stderr);
        bool terminal = (flags & AttachFlags.Terminal) != 0;
        streams.Begin(loop, process.TerminalMaster, terminal || (flags & AttachFlags.Stdin) != 0, scratch, null, [client], CheckEnded);
        _key = loop.Add(_pidfd, Sys.EpollIn, this);
        loop.AddTimed(this);
    }

    internal InputSink? Input => _streams.Input;

    /// <inheritdoc/>
    public long Deadline => _end is null ? long.MaxValue : Math.Max(_exitedAt, _streams.Pumps.Count == 0 ? 0 : _streams.Pumps.Max(pump => pump.LastRead)) + GraceMilliseconds;

    /// <summary>Starts the process and tells the client; a failure is thrown, with nothing left.</summary>
    internal static ExecSession Start(
        EventLoop loop, Client client, LaunchPlan plan, int containerPidfd, AttachFlags flags, int request, NativeBuffer scratch, Action<ExecSession> ended)
    {
        bool detached = (flags & AttachFlags.Detached) != 0;
        var streams = new ProcessStreams((flags & AttachFlags.Terminal) != 0, (flags & AttachFlags.Stdin) != 0, !detached);
        LaunchedProcess process;
        try
        {
            process = ContainerLauncher.Exec(plan, containerPidfd, streams.ForProcess);
        }
        catch
        {
            streams.Abandon();
            throw;
        }

        client.Send(MessageType.Started, request, process.Pid, default);
        var session = new ExecSession(loop, client, streams, process, flags, scratch, ended);
        if (process.TerminalMaster >= 0 && detached)
        {
            // A detached terminal's output is read and thrown away, or the process would block.
            client.Attached = AttachFlags.None;
        }

        return session;
    }

    /// <inheritdoc/>
    public void Ready(uint events)
    {
        if (_end is null)
        {
            _end = ProcessEnd.Reap(_pidfd);
            _exitedAt = Sys.Milliseconds();
            _loop.Remove(_pidfd, _key);
            Sys.Close(_pidfd);
            _streams.Input?.Close();
            _streams.Drain();
            CheckEnded();
        }
    }

    /// <inheritdoc/>
    public void Expired(long now)
    {
        _streams.Close();
        CheckEnded();
    }

    internal void Resize(int columns, int rows) => _streams.Resize(columns, rows);

    internal void Resume()
    {
        foreach (var pump in _streams.Pumps)
        {
            pump.Resume();
        }
    }

    /// <summary>The client is gone: the process goes on, its output is thrown away and its input is at its end.</summary>
    internal void ClientGone() => _streams.Input?.Close();

    private void CheckEnded()
    {
        if (_end is { } end && _streams.Ended && _client.Exec == this)
        {
            _loop.RemoveTimed(this);
            _client.Exec = null;
            _streams.Close();
            _client.Send(MessageType.Exited, 0, end.ExitCode, default);
            _client.CloseWhenFlushed();
            _ended(this);
        }
    }
}

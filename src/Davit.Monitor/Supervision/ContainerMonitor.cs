using System.Net;
using System.Text;
using Davit.Linux;
using Davit.Linux.Cgroups;
using Davit.Monitor.Kernel;
using Davit.Monitor.Logs;
using Davit.Monitor.Names;
using Davit.Monitor.Protocol;
using Davit.Monitor.Runner;
using Davit.Primitives;
using Davit.Runtime.Launch;

namespace Davit.Monitor.Supervision;

/// <summary>
/// The monitor of one container, from its start to its exit record. One thread, one loop; nobody is asked anything, so the daemon may be dead
/// all the while.
/// </summary>
internal sealed unsafe class ContainerMonitor : IClientRequests, IReady, ITimed, IDisposable
{
    /// <summary>A client that takes nothing for so long while the container waits for it is let go; its log has everything.</summary>
    internal const int StallMilliseconds = 5 * 60 * 1000;

    /// <summary>A container quiet for so long gets its buffers' memory taken away.</summary>
    private const int RestMilliseconds = 1000;

    private readonly EventLoop _loop = new();
    private readonly List<Client> _clients = [];
    private readonly List<Client> _execClients = [];
    private readonly List<ExecSession> _execs = [];
    private readonly LaunchBlock _launch;
    private readonly LaunchPlan _plan;
    private readonly CgroupSet _cgroups;
    private readonly int _listener;
    private readonly LogWriter? _log;
    private NameServer? _names;
    private LaunchedProcess _process;
    private ProcessStreams? _streams;
    private long _startedAt, _exitedAt, _processKey, _lastActivity;
    private DateTimeOffset _finishedAt;
    private ProcessEnd? _end;
    private long _restedAt;
    private bool _done;

    private ContainerMonitor(LaunchBlock launch, LaunchPlan plan)
    {
        (_launch, _plan, _cgroups) = (launch, plan, new CgroupSet(plan.CgroupDirectories()));
        Scratch = NativeBuffer.Allocate(MessageHead.Size + MessageHead.MaxPayload);
        Directory.CreateDirectory(launch.RunDirectory);
        var socket = Path.Combine(launch.RunDirectory, MonitorState.SocketName);
        Sys.Unlink(socket);
        _listener = PacketSocket.Listen(socket, 64);
        if (launch.LogDirectory.Length > 0)
        {
            _log = new LogWriter(launch.LogDirectory, launch.LogSegmentSize, launch.LogSegments);
        }

        if (launch.NamesNamespace.Length > 0)
        {
            _names = new NameServer(_loop, launch.NamesNamespace, IPAddress.Parse("127.0.0.11"), launch.NamesPort, launch.NamesFiles, launch.Upstreams);
        }
    }

    /// <inheritdoc/>
    public NativeBuffer Scratch { get; }

    /// <inheritdoc/>
    public long Deadline
    {
        get
        {
            long active = LastActivity, deadline = active > _restedAt ? active + RestMilliseconds : long.MaxValue;
            foreach (var client in Impatient)
            {
                if (client.HasPending)
                {
                    deadline = Math.Min(deadline, client.StalledSince + StallMilliseconds);
                }
            }

            return _end is null || _done ? deadline : Math.Min(deadline, DrainDeadline);
        }
    }

    private long LastActivity
    {
        get
        {
            long last = _lastActivity;
            foreach (var pump in _streams?.Pumps ?? [])
            {
                last = Math.Max(last, pump.LastRead);
            }

            return last;
        }
    }

    /// <summary>Whom the stall limit is for: without a log, or for an exec, what a client has not taken is nowhere else, so it is waited for.</summary>
    private IEnumerable<Client> Impatient => _done ? _clients.Concat(_execClients) : _log is null ? [] : _clients;

    private long DrainDeadline => Math.Max(_exitedAt, _streams!.Pumps.Count == 0 ? 0 : _streams.Pumps.Max(pump => pump.LastRead)) + ExecSession.GraceMilliseconds;

    /// <summary>Runs a container to its end. The starter learns of success or failure over its connection.</summary>
    /// <param name="starter">Connection of the daemon that asked for the start.</param>
    /// <param name="block">memfd with the launch block.</param>
    /// <param name="attachments">Sockets of the prepared attachments.</param>
    internal static void Run(int starter, int block, ReadOnlySpan<int> attachments)
    {
        bool running = false;
        try
        {
            long size = Sys.Seek(block, 0, 2);
            // The plan is relocated in place: private pages, so that nobody else's copy changes.
            nint at = Sys.Map(0, (nint)size, 3, 2, block, 0);
            if (at == -1)
            {
                throw new LinuxException((Errno)Sys.Errno, "mmap", "launch block");
            }

            Sys.Close(block);
            var launch = LaunchBlock.Read(new ReadOnlySpan<byte>((void*)at, (int)size), out int planOffset);
            using var monitor = new ContainerMonitor(launch, LaunchPlan.FromMemory(at + planOffset, (int)size - planOffset));
            monitor.Start(starter, attachments);
            running = true;
            while (!monitor._done || monitor._clients.Exists(client => client.HasPending) || monitor._execClients.Exists(client => client.HasPending))
            {
                monitor._loop.Turn();
            }
        }
        catch (Exception e)
        {
            // A failed start is told to who asked for it; of a defect later the daemon hears by the end of its connections, and the reason stands in the log.
            if (running)
            {
                ErrorLog.Write($"davit-monitor {Sys.ProcessId()}: {e}");
            }
            else
            {
                Refuse(starter, e);
            }
        }
    }

    /// <inheritdoc/>
    public void Ready(uint events)
    {
        // The first process has ended.
        if (_end is not null)
        {
            return;
        }

        _end = ProcessEnd.Reap(_process.PidFd);
        _exitedAt = Sys.Milliseconds();
        _finishedAt = DateTimeOffset.UnixEpoch.AddTicks(Sys.WallNanoseconds() / 100);
        _loop.Remove(_process.PidFd, _processKey);
        if (!_launch.OwnPids)
        {
            _cgroups.KillAll();
        }

        _streams!.Input?.Close();
        _streams.Drain();
        CheckEnded();
    }

    /// <inheritdoc/>
    public void Expired(long now)
    {
        foreach (var client in Impatient.ToArray())
        {
            if (client.HasPending && client.StalledSince + StallMilliseconds <= now)
            {
                client.Close();
            }
        }

        if (_end is not null && !_done && DrainDeadline <= now)
        {
            // Somebody outside the container holds its output open.
            _streams!.Close();
            Complete();
        }

        if (LastActivity is var active && active > _restedAt && active + RestMilliseconds <= now)
        {
            _restedAt = now;
            Scratch.Forget();
            _log?.Rest();
        }
    }

    /// <inheritdoc/>
    public void Received(Client client, MessageHead head, ReadOnlySpan<byte> payload, int descriptor)
    {
        Active();
        try
        {
            Handle(client, head, payload, descriptor);
        }
        catch (Exception e)
        {
            client.Send(MessageType.Failed, head.Request, 0, FailureText.Write(e));
            if (head.Type is MessageType.Exec)
            {
                client.CloseWhenFlushed();
            }
        }
        finally
        {
            if (descriptor >= 0)
            {
                Sys.Close(descriptor);
            }
        }
    }

    /// <inheritdoc/>
    public void Flushed(Client client)
    {
        foreach (var pump in _streams?.Pumps ?? [])
        {
            pump.Resume();
        }

        client.Exec?.Resume();
    }

    /// <inheritdoc/>
    public void Closed(Client client)
    {
        if (_execClients.Remove(client))
        {
            client.Exec?.ClientGone();
            client.Exec?.Resume();
            return;
        }

        _clients.Remove(client);
        if ((client.Attached & AttachFlags.Stdin) != 0 && _launch.StdinOnce)
        {
            _streams?.Input?.CloseWhenWritten();
        }

        Flushed(client);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _names?.Dispose();
        _log?.Dispose();
        Sys.Close(_listener);
        Sys.Unlink(Path.Combine(_launch.RunDirectory, MonitorState.SocketName));
        _loop.Dispose();
    }

    private static void Refuse(int starter, Exception e)
    {
        var text = FailureText.Write(e);
        MessageHead head = new() { Type = MessageType.Failed, Version = MessageHead.CurrentVersion };
        fixed (byte* body = text)
        {
            // SAFETY: the head lives on this frame, the body is fixed.
            PacketSocket.Send(starter, (byte*)&head, MessageHead.Size, body, text.Length, null, 0, Sys.MsgDontWait);
        }
    }

    private void Start(int starter, ReadOnlySpan<int> attachments)
    {
        var streams = new ProcessStreams(_launch.Terminal, _launch.OpenStdin, output: true);
        try
        {
            _process = ContainerLauncher.Start(_plan, streams.ForProcess);
        }
        catch
        {
            streams.Abandon();
            throw;
        }

        long now = Sys.WallNanoseconds();
        _startedAt = now;
        try
        {
            Begin(streams, starter, attachments);
        }
        catch
        {
            Sys.Kill(_process.Pid, 9);
            ProcessEnd.Reap(_process.PidFd);
            _cgroups.KillAll();
            _cgroups.TryRemove();
            throw;
        }
    }

    private void Begin(ProcessStreams streams, int starter, ReadOnlySpan<int> attachments)
    {
        for (int i = 0; i < attachments.Length; i++)
        {
            _clients.Add(new Client(_loop, attachments[i], this) { Attached = (AttachFlags)_launch.Attachments[i] });
        }

        var control = new Client(_loop, starter, this) { Control = true };
        _clients.Add(control);
        _streams = streams;
        streams.Begin(_loop, _process.TerminalMaster, _launch.OpenStdin, Scratch, _log, _clients, CheckEnded);
        var state = new MonitorState
        {
            MonitorPid = Sys.ProcessId(),
            Pid = _process.Pid,
            PidStart = MonitorState.StartOf(_process.Pid),
            StartedAt = _startedAt,
            ExitFile = _launch.ExitFile,
        };
        DurableFile.Write(Path.Combine(_launch.RunDirectory, MonitorState.FileName), Encoding.UTF8.GetBytes(state.Write()), sync: false);
        _processKey = _loop.Add(_process.PidFd, Sys.EpollIn, this);
        _loop.Add(_listener, Sys.EpollIn, new Acceptor(this));
        _loop.AddTimed(this);
        Active();
        SendStatus(control, 0);
    }

    private void SendStatus(Client client, int request) =>
        client.Send(MessageType.Started, request, _process.Pid, BitConverter.GetBytes(_startedAt));

    private void Handle(Client client, MessageHead head, ReadOnlySpan<byte> payload, int descriptor)
    {
        switch (head.Type)
        {
            case MessageType.Hello:
                client.Control = true;
                SendStatus(client, head.Request);
                break;
            case MessageType.Attach:
                client.Attached = (AttachFlags)head.Stream;
                client.Send(MessageType.Done, head.Request, 0, default);
                break;
            case MessageType.Input:
                (client.Exec is { } exec ? exec.Input : (client.Attached & AttachFlags.Stdin) != 0 ? _streams!.Input : null)?.Write(payload, client);
                break;
            case MessageType.CloseInput:
                CloseInput(client);
                break;
            case MessageType.Signal:
                Signal((int)head.Value, ((AttachFlags)head.Stream & AttachFlags.Everyone) != 0);
                client.Send(MessageType.Done, head.Request, 0, default);
                break;
            case MessageType.Resize:
                int columns = (int)(head.Value >> 32), rows = (int)head.Value;
                if (client.Exec is { } resized)
                {
                    resized.Resize(columns, rows);
                }
                else
                {
                    _streams!.Resize(columns, rows);
                }

                client.Send(MessageType.Done, head.Request, 0, default);
                break;
            case MessageType.Exec:
                Exec(client, head, descriptor);
                break;
            case MessageType.Names:
                Resolve(new FieldReader(payload));
                client.Send(MessageType.Done, head.Request, 0, default);
                break;
            case MessageType.Trim:
                GC.Collect();
                Scratch.Forget();
                _log?.Rest();
                client.Send(MessageType.Done, head.Request, 0, default);
                break;
            default:
                throw new DavitException(ErrorKind.NotImplemented, $"monitor does not know message {(int)head.Type} of protocol {head.Version}");
        }
    }

    /// <summary>The container joined or left networks while it runs.</summary>
    private void Resolve(FieldReader fields)
    {
        string networkNamespace = fields.Text();
        int port = (int)fields.Number();
        string[] files = fields.Texts(), upstreams = fields.Texts();
        if (_names is null)
        {
            _names = new NameServer(_loop, networkNamespace, IPAddress.Parse("127.0.0.11"), port, files, upstreams);
        }
        else
        {
            _names.Replace(files, upstreams);
        }
    }

    private void CloseInput(Client client)
    {
        if (client.Exec is { } exec)
        {
            exec.Input?.CloseWhenWritten();
        }
        else if (_launch.StdinOnce && (client.Attached & AttachFlags.Stdin) != 0)
        {
            _streams!.Input?.CloseWhenWritten();
        }
    }

    private void Signal(int signal, bool everyone)
    {
        if (_end is not null)
        {
            throw new LinuxException(Errno.ESRCH, "kill").ToDavitException("container has ended");
        }

        if (everyone && signal == 9)
        {
            _cgroups.KillAll();
        }

        else if (everyone)
        {
            foreach (int pid in _cgroups.Processes())
            {
                if (pid != _process.Pid)
                {
                    Sys.Kill(pid, signal);
                }
            }
        }

        // SAFETY: no pointer is passed.
        if (Sys.Syscall(Sys.SyscallPidfdSendSignal, _process.PidFd, signal, 0, 0, 0, 0) < 0 && !everyone)
        {
            throw new LinuxException((Errno)Sys.Errno, "kill").ToDavitException("signal " + signal);
        }
    }

    private void Exec(Client client, MessageHead head, int descriptor)
    {
        if (_end is not null)
        {
            throw new DavitException(ErrorKind.Conflict, $"container {_launch.Id} is not running");
        }

        long size = Sys.Seek(descriptor, 0, 2);
        nint at = Sys.Map(0, (nint)size, 3, 2, descriptor, 0);
        if (at == -1)
        {
            throw new LinuxException((Errno)Sys.Errno, "mmap", "exec plan");
        }

        // From here on the connection is the exec's alone: the container's own output is not for it.
        _clients.Remove(client);
        _execClients.Add(client);
        try
        {
            using var plan = LaunchPlan.FromMemory(at, (int)size);
            var session = ExecSession.Start(_loop, client, plan, _process.PidFd, (AttachFlags)head.Stream, head.Request, Scratch, Ended);
            client.Exec = session;
            _execs.Add(session);
        }
        finally
        {
            Sys.Unmap(at, (nint)size);
        }
    }

    private void Ended(ExecSession exec)
    {
        _execs.Remove(exec);
        CheckEnded();
    }

    private void CheckEnded()
    {
        Active();
        if (_end is not null && !_done && _streams!.Ended && _execs.Count == 0)
        {
            Complete();
        }
    }

    /// <summary>Everything is read and logged: leaves the record, then tells who listens.</summary>
    private void Complete()
    {
        _done = true;
        _log?.Finish();
        if (_log is { Lost: > 0 } lossy)
        {
            ErrorLog.Write($"container {_launch.Id}: {lossy.Lost} log records could not be written");
        }

        var exit = new ContainerExit
        {
            ExitCode = _end!.Value.ExitCode,
            Signal = _end.Value.Signal,
            OomKilled = _cgroups.OomKills() > 0,
            FinishedAt = _finishedAt,
        };
        exit = Record(exit);
        var record = ExitRecord.Bytes(exit);
        _cgroups.TryRemove();
        Sys.Unlink(Path.Combine(_launch.RunDirectory, MonitorState.SocketName));
        foreach (var client in _clients.ToArray())
        {
            if (client.Control)
            {
                client.Send(MessageType.Exited, 0, exit.ExitCode, record);
            }

            client.CloseWhenFlushed();
        }
    }

    /// <summary>A disk that takes no exit record must not hold the end up: the run-time directory takes it instead, with the reason.</summary>
    private ContainerExit Record(ContainerExit exit)
    {
        try
        {
            DurableFile.Write(_launch.ExitFile, ExitRecord.Bytes(exit), _launch.SyncExit);
        }
        catch (LinuxException e)
        {
            exit = exit with { Error = $"exit record: {e.Message}" };
            DurableFile.Write(Path.Combine(_launch.RunDirectory, MonitorState.SpareExitName), ExitRecord.Bytes(exit), sync: false);
        }

        return exit;
    }

    private void Active() => _lastActivity = Sys.Milliseconds();

    private sealed class Acceptor(ContainerMonitor monitor) : IReady
    {
        public void Ready(uint events)
        {
            int fd = Sys.Accept(monitor._listener, null, null, Sys.SockCloexec | Sys.SockNonBlock);
            if (fd < 0)
            {
                return;
            }

            PacketSocket.WidenSendBuffer(fd);
            var client = new Client(monitor._loop, fd, monitor);
            if (monitor._done)
            {
                client.Close();
                return;
            }

            monitor._clients.Add(client);
        }
    }
}

using System.Collections.Concurrent;
using System.Text.Json;
using Davit.Monitor.Protocol;
using Davit.Monitor.Supervision;
using Davit.Oci.Runtime;
using Davit.Primitives;

namespace Davit.Monitor.Runner;

/// <summary>A container as davitd sees it: its monitor's control connection, or what the monitor left.</summary>
internal sealed class RunningContainer : IRunningContainer
{
    private readonly MonitorConnection? _control;
    private readonly MonitorRemains _remains;
    private readonly LaunchPlans _plans;
    private readonly string _runDirectory;
    private readonly ConcurrentDictionary<int, TaskCompletionSource> _requests = new();
    private readonly TaskCompletionSource<ContainerExit> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _pid;
    private Spec? _spec;
    private int _lastRequest;
    private bool _disposed;

    /// <summary>A container with a living monitor.</summary>
    internal RunningContainer(string id, string runDirectory, MonitorConnection control, int pid, long startedAt, Spec? spec, LaunchPlans plans, MonitorRemains remains)
    {
        Id = id;
        _runDirectory = runDirectory;
        _control = control;
        _pid = pid;
        _spec = spec;
        _plans = plans;
        _remains = remains;
        StartedAt = DateTimeOffset.UnixEpoch.AddTicks(startedAt / 100);
        _ = Task.Run(ListenAsync);
    }

    /// <summary>A container that has ended.</summary>
    internal RunningContainer(string id, string runDirectory, ContainerExit exit, long startedAt, LaunchPlans plans, MonitorRemains remains)
    {
        Id = id;
        _runDirectory = runDirectory;
        _plans = plans;
        _remains = remains;
        StartedAt = DateTimeOffset.UnixEpoch.AddTicks(startedAt / 100);
        _exited.SetResult(exit);
    }

    /// <inheritdoc/>
    public string Id { get; }

    /// <inheritdoc/>
    public int Pid => _exited.Task.IsCompleted ? 0 : _pid;

    /// <inheritdoc/>
    public DateTimeOffset StartedAt { get; }

    /// <inheritdoc/>
    public Task<ContainerExit> Exited => _exited.Task;

    /// <inheritdoc/>
    public async Task<IAttachedStreams> AttachAsync(bool stdin, bool stdout, bool stderr, CancellationToken cancellation)
    {
        var flags = Flags(stdin, stdout, stderr);
        var connection = MonitorConnection.TryConnect(_runDirectory) ?? throw NotRunning();
        try
        {
            var buffer = new byte[MessageHead.Size + 4096];
            if (!await connection.TrySendAsync(MessageType.Attach, (byte)flags, 1, 0, default, cancellation).ConfigureAwait(false)
                || await connection.ReceiveAsync(buffer, cancellation).ConfigureAwait(false) < MessageHead.Size
                || MonitorConnection.Head(buffer).Type != MessageType.Done)
            {
                throw NotRunning();
            }

            return new AttachedStreams(connection, flags, null);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<IRunningExec> ExecAsync(ExecLaunch launch, CancellationToken cancellation)
    {
        var spec = _spec ??= ReadSpec();
        var plan = _plans.ForExec(launch, spec);
        var flags = launch.Detached ? AttachFlags.Detached : Flags(launch.Stdin, true, true);
        if (launch.Process.Terminal)
        {
            flags |= AttachFlags.Terminal;
        }

        return await RunningExec.StartAsync(Id, _runDirectory, plan, flags, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task SignalAsync(int signal, bool all, CancellationToken cancellation) =>
        RequestAsync(MessageType.Signal, all ? AttachFlags.Everyone : AttachFlags.None, signal, cancellation);

    /// <inheritdoc/>
    public Task ResizeAsync(int columns, int rows, CancellationToken cancellation) =>
        RequestAsync(MessageType.Resize, AttachFlags.None, MessageHead.PackSize(columns, rows), cancellation);

    /// <inheritdoc/>
    public Task ResolveAsync(NameService names, string networkNamespace, CancellationToken cancellation)
    {
        var fields = new FieldWriter();
        fields.Add(networkNamespace);
        fields.Add(names.Port);
        fields.Add(names.NamesFiles);
        fields.Add(names.Upstreams);
        return RequestAsync(MessageType.Names, AttachFlags.None, 0, cancellation, fields.ToArray());
    }

    /// <summary>Makes the monitor collect its garbage and give back what memory it can.</summary>
    internal Task TrimAsync(CancellationToken cancellation) => RequestAsync(MessageType.Trim, AttachFlags.None, 0, cancellation);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _disposed = true;
        _control?.Dispose();
        return ValueTask.CompletedTask;
    }

    internal static AttachFlags Flags(bool stdin, bool stdout, bool stderr) =>
        (stdin ? AttachFlags.Stdin : 0) | (stdout ? AttachFlags.Stdout : 0) | (stderr ? AttachFlags.Stderr : 0);

    private DavitException NotRunning() => new(ErrorKind.Conflict, $"container {Id} is not running");

    private Spec ReadSpec()
    {
        try
        {
            return SpecDocument.Read(File.ReadAllBytes(Path.Combine(_runDirectory, MonitorState.SpecName)));
        }
        catch (IOException)
        {
            throw NotRunning();
        }
    }

    private async Task RequestAsync(MessageType type, AttachFlags flags, long value, CancellationToken cancellation, byte[]? payload = null)
    {
        if (_control is null || _exited.Task.IsCompleted)
        {
            throw NotRunning();
        }

        int request = Interlocked.Increment(ref _lastRequest);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _requests[request] = done;
        try
        {
            if (!await _control.TrySendAsync(type, (byte)flags, request, value, payload, cancellation).ConfigureAwait(false))
            {
                throw NotRunning();
            }

            // Both may be complete by now (a signal that ends the container), and which one wakes us first says nothing: the answer counts.
            await Task.WhenAny(done.Task, _exited.Task).WaitAsync(cancellation).ConfigureAwait(false);
            if (!done.Task.IsCompleted)
            {
                throw NotRunning();
            }

            await done.Task.ConfigureAwait(false);
        }
        finally
        {
            _requests.TryRemove(request, out _);
        }
    }

    private async Task ListenAsync()
    {
        var buffer = new byte[MessageHead.Size + 4096];
        var cause = "";
        for (;;)
        {
            int got = await _control!.ReceiveAsync(buffer, CancellationToken.None).ConfigureAwait(false);
            if (got < MessageHead.Size)
            {
                break;
            }

            var head = MonitorConnection.Head(buffer);
            var payload = buffer.AsMemory(MessageHead.Size, got - MessageHead.Size);
            switch (head.Type)
            {
                case MessageType.Exited:
                    End(ExitRecord.Parse(System.Text.Encoding.UTF8.GetString(payload.Span)) ?? new ContainerExit { ExitCode = (int)head.Value });
                    return;
                case MessageType.Done when _requests.TryRemove(head.Request, out var done):
                    done.TrySetResult();
                    break;
                case MessageType.Failed when _requests.TryRemove(head.Request, out var failed):
                    failed.TrySetException(FailureText.Read(payload.Span));
                    break;
                case MessageType.Failed:
                    cause = FailureText.Read(payload.Span).Message;
                    break;
                default:
                    break;
            }
        }

        if (!_disposed)
        {
            // The monitor ended without a word; it may have been about to end anyway and have left its record.
            End(await _remains.BuryAsync(Id, _runDirectory, _spec, cause).ConfigureAwait(false));
        }
    }

    private void End(ContainerExit exit)
    {
        _control!.Dispose();
        _exited.TrySetResult(exit);
    }
}

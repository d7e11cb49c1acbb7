using Davit.Engine.Containers.Model;
using Davit.Engine.Logs.Forwarding;
using Davit.Monitor.Runner;

namespace Davit.Engine.Containers;

/// <summary>A container's life in this daemon: its current model, its queue, and who waits for it.</summary>
internal sealed class Container(ContainerModel model) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<IAttachedStreams> _attachments = [];
    private volatile ContainerModel _model = model;
    private TaskCompletionSource<ContainerModel> _nextExit = New();

    public string Id { get; } = model.Id;

    /// <summary>Replaced whole, by the holder of the queue.</summary>
    public ContainerModel Model
    {
        get => _model;
        set => _model = value;
    }

    /// <summary>Held by whoever changes the state; one at a time.</summary>
    public SemaphoreSlim Queue { get; } = new(1, 1);

    /// <summary>The living monitor, while the container runs.</summary>
    public IRunningContainer? Running { get; set; }

    /// <summary>Ends the wait before the next start by the restart policy.</summary>
    public CancellationTokenSource? RestartWait { get; set; }

    /// <summary>True during a restart by the user: the end in between does not remove a <c>--rm</c> container.</summary>
    public bool KeepOnExit { get; set; }

    /// <summary>Wait before the next start by the restart policy.</summary>
    public TimeSpan RestartDelay { get; set; }

    /// <summary>Ends the health probes of the current run.</summary>
    public CancellationTokenSource? HealthProbes { get; set; }

    /// <summary>Sends its log elsewhere, when its driver does so.</summary>
    public LogForwarder? Forwarder { get; set; }

    /// <summary>Completes at the next end, when everything of it has been dealt with.</summary>
    public Task<ContainerModel> NextExit
    {
        get
        {
            lock (_gate) return _nextExit.Task;
        }
    }

    /// <summary>Completes when the container has been removed.</summary>
    public TaskCompletionSource<ContainerModel> Removed { get; } = New();

    /// <summary>Tells those who wait for the end.</summary>
    public void SignalExit()
    {
        TaskCompletionSource<ContainerModel> ended;
        lock (_gate) (ended, _nextExit) = (_nextExit, New());
        ended.TrySetResult(Model);
    }

    /// <summary>Keeps streams of a client that attached before the start.</summary>
    public void AddAttachment(IAttachedStreams streams)
    {
        lock (_gate) _attachments.Add(streams);
    }

    /// <summary>Forgets streams whose client left before the start.</summary>
    public void DropAttachment(IAttachedStreams streams)
    {
        lock (_gate) _attachments.Remove(streams);
    }

    /// <summary>Hands over the streams of all clients that attached before the start.</summary>
    public IReadOnlyList<IAttachedStreams> TakeAttachments()
    {
        lock (_gate)
        {
            IReadOnlyList<IAttachedStreams> taken = [.. _attachments];
            _attachments.Clear();
            return taken;
        }
    }

    /// <summary>Waits for the queue; disposing the result lets the next one in.</summary>
    public async Task<Turn> EnterAsync(CancellationToken cancellation)
    {
        await Queue.WaitAsync(cancellation).ConfigureAwait(false);
        return new Turn(Queue);
    }

    public void Dispose()
    {
        RestartWait?.Dispose();
        HealthProbes?.Dispose();
    }

    private static TaskCompletionSource<ContainerModel> New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A turn in the queue.</summary>
    public readonly struct Turn(SemaphoreSlim queue) : IDisposable
    {
        public void Dispose() => queue.Release();
    }
}

using Davit.Monitor.Kernel;
using Davit.Monitor.Protocol;
using Davit.Monitor.Zygote;
using Davit.Primitives;

namespace Davit.Monitor.Runner;

/// <summary>The daemon's lease on the zygote: found again after a restart, started when there is none, replaced when it is of another build.</summary>
internal sealed class ZygoteClient(string monitorPath, string runRoot, string cgroup) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private MonitorConnection? _lease;
    private int _pid;

    /// <summary>Asks for a monitor; starts or finds the zygote when needed.</summary>
    internal async Task StartMonitorAsync(int[] descriptors, CancellationToken cancellation)
    {
        for (int attempt = 0; ; attempt++)
        {
            var lease = await LeaseAsync(cancellation).ConfigureAwait(false);
            if (lease.TrySendDescriptors(MessageType.Start, AttachFlags.None, 0, descriptors))
            {
                return;
            }

            Drop(lease);
            if (attempt == 2)
            {
                throw new DavitException(ErrorKind.Unavailable, "zygote does not take requests", LogHint);
            }
        }
    }

    /// <summary>Ends the zygote; monitors stay.</summary>
    internal async Task EndAsync(CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            var lease = _lease ?? TryConnect();
            _lease = null;
            if (lease is not null)
            {
                await lease.TrySendAsync(MessageType.EndZygote, 0, 0, 0, default, cancellation).ConfigureAwait(false);
                // The end of the connection is the end of the zygote.
                await WaitForEndAsync(lease, cancellation).ConfigureAwait(false);
                lease.Dispose();
            }

            // A monitor is in the cgroup for a moment after its last word; one whose container runs on keeps it.
            for (int i = 0; i < 25 && !MonitorCgroup.TryRemove(cgroup); i++)
            {
                await Task.Delay(20, cancellation).ConfigureAwait(false);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Ends a zygote that took a request and did nothing with it; the next start gets a new one.</summary>
    internal void Abandon()
    {
        if (Interlocked.Exchange(ref _lease, null) is { } lease)
        {
            // Its end of the lease was open a moment ago, so the number is still its own.
            Sys.Kill(_pid, 9);
            lease.Dispose();
        }
    }

    /// <summary>Makes the zygote collect its garbage.</summary>
    internal async Task TrimAsync(CancellationToken cancellation)
    {
        var lease = await LeaseAsync(cancellation).ConfigureAwait(false);
        await lease.TrySendAsync(MessageType.TrimZygote, 0, 0, 0, default, cancellation).ConfigureAwait(false);
    }

    /// <summary>Finds or starts the zygote.</summary>
    internal async Task<MonitorConnection> LeaseAsync(CancellationToken cancellation)
    {
        if (_lease is { } held)
        {
            return held;
        }

        await _gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return _lease ??= await FindAsync(cancellation).ConfigureAwait(false) ?? await LaunchAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Forgets a lease that proved dead.</summary>
    internal void Drop(MonitorConnection lease)
    {
        if (Interlocked.CompareExchange(ref _lease, null, lease) == lease)
        {
            lease.Dispose();
        }
    }

    /// <summary>Starts a monitor as a program of its own.</summary>
    internal async Task StartProgramAsync(int[] descriptors, CancellationToken cancellation) =>
        await RunAsync(["davit-monitor", "launch-monitor", runRoot, cgroup, descriptors.Length.ToString()], descriptors, cancellation).ConfigureAwait(false);

    /// <inheritdoc/>
    public void Dispose()
    {
        _lease?.Dispose();
        _gate.Dispose();
    }

    private string LogHint => $"see {Path.Combine(runRoot, MonitorProgram.LogName)}";

    private static async Task WaitForEndAsync(MonitorConnection lease, CancellationToken cancellation)
    {
        var buffer = new byte[MessageHead.Size];
        while (await lease.ReceiveAsync(buffer, cancellation).ConfigureAwait(false) > 0)
        {
        }
    }

    private MonitorConnection? TryConnect()
    {
        int socket = PacketSocket.Connect(Path.Combine(runRoot, MonitorProgram.SocketName));
        return socket < 0 ? null : new MonitorConnection(socket);
    }

    /// <summary>Connects to a zygote of our version and build; any other is told to end, its monitors stay.</summary>
    private async Task<MonitorConnection?> FindAsync(CancellationToken cancellation)
    {
        if (TryConnect() is not { } lease)
        {
            return null;
        }

        var buffer = new byte[MessageHead.Size];
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        int got = 0;
        try
        {
            if (await lease.TrySendAsync(MessageType.Lease, 0, 0, 0, default, cancellation).ConfigureAwait(false))
            {
                got = await lease.ReceiveAsync(buffer, patience.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // A zygote that does not answer is as good as none; a new one takes its name.
        }

        if (got == MessageHead.Size && System.Runtime.InteropServices.MemoryMarshal.Read<MessageHead>(buffer) is var head
            && head.Version == MessageHead.CurrentVersion && head.Value == BuildIdentity.Of(monitorPath))
        {
            _pid = head.Request;
            return lease;
        }

        if (got == MessageHead.Size)
        {
            await lease.TrySendAsync(MessageType.EndZygote, 0, 0, 0, default, cancellation).ConfigureAwait(false);
            await WaitForEndAsync(lease, patience.Token).ConfigureAwait(false);
        }

        lease.Dispose();
        return null;
    }

    private async Task<MonitorConnection> LaunchAsync(CancellationToken cancellation)
    {
        await RunAsync(["davit-monitor", "launch-zygote", runRoot, cgroup], [], cancellation).ConfigureAwait(false);
        return await FindAsync(cancellation).ConfigureAwait(false)
            ?? throw new DavitException(ErrorKind.Unavailable, "zygote does not answer", LogHint);
    }

    private async Task RunAsync(string[] arguments, int[] descriptors, CancellationToken cancellation)
    {
        if (!File.Exists(monitorPath))
        {
            throw new DavitException(ErrorKind.NotFound, $"{monitorPath} is missing", "davit-monitor must be installed beside davitd");
        }

        Directory.CreateDirectory(runRoot);
        var log = Path.Combine(runRoot, MonitorProgram.LogName);
        int code = await Task.Run(() => ProcessSpawn.Wait(ProcessSpawn.Start(monitorPath, arguments, descriptors, log)), cancellation).ConfigureAwait(false);
        if (code != 0)
        {
            throw new DavitException(ErrorKind.Internal, $"{monitorPath} {arguments[1]} ended with {code}", LogHint);
        }
    }
}

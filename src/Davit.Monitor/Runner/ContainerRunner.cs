using System.Text.Json;
using Davit.Monitor.Kernel;
using Davit.Monitor.Protocol;
using Davit.Monitor.Supervision;
using Davit.Oci.Runtime;
using Davit.Primitives;

namespace Davit.Monitor.Runner;

/// <summary>Starts containers through the zygote and finds them again. Its end leaves them running.</summary>
public sealed class ContainerRunner : IContainerRunner, IAsyncDisposable
{
    private readonly RunnerOptions _options;
    private readonly LaunchPlans _plans;
    private readonly ZygoteClient _zygote;
    private readonly MonitorRemains _remains;
    private readonly EarlyMoves _early = new();

    /// <summary>Makes a runner; nothing is started before it is needed.</summary>
    public ContainerRunner(Instance instance, RunnerOptions options, TimeProvider? time = null)
    {
        _options = options;
        _plans = new LaunchPlans();
        _zygote = new ZygoteClient(options.MonitorPath, instance.RunRoot, $"{instance.CgroupParent.Replace('/', '-')}-monitors");
        _remains = new MonitorRemains(_plans, time ?? TimeProvider.System);
    }

    /// <summary>Finds or starts the zygote, so that the first start does not wait for it.</summary>
    public async Task WarmUpAsync(CancellationToken cancellation)
    {
        if (!_options.WithoutZygote)
        {
            await _zygote.LeaseAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Makes the zygote give back what memory it can; starts meanwhile only wait for it.</summary>
    public Task TrimZygoteAsync(CancellationToken cancellation) => _zygote.TrimAsync(cancellation);

    /// <summary>Ends the zygote, running containers stay; for the removal of an instance.</summary>
    public Task EndZygoteAsync(CancellationToken cancellation) => _zygote.EndAsync(cancellation);

    /// <inheritdoc/>
    public void Expect() => _early.Begin();

    /// <inheritdoc/>
    public IAttachedStreams PrepareAttach(bool stdin, bool stdout, bool stderr) => AttachedStreams.Prepare(RunningContainer.Flags(stdin, stdout, stderr));

    /// <inheritdoc/>
    public async Task<IRunningContainer> StartAsync(ContainerLaunch launch, CancellationToken cancellation)
    {
        var attachments = Attachments(launch);
        try
        {
            Directory.CreateDirectory(launch.RunDirectory);
            Forget(launch);
            var plan = _plans.ForContainer(launch);
            var block = Block(launch, attachments).Write(plan);
            if (_options.WithoutZygote)
            {
                return await TryStartAsync(launch, block, attachments, withoutZygote: true, cancellation).ConfigureAwait(false)
                    ?? throw new DavitException(ErrorKind.Internal, $"container {launch.Id}: monitor does not start");
            }

            return await TryStartAsync(launch, block, attachments, withoutZygote: false, cancellation).ConfigureAwait(false)
                ?? await TryStartAsync(launch, block, attachments, withoutZygote: true, cancellation).ConfigureAwait(false)
                ?? throw new DavitException(ErrorKind.DeadlineExceeded, $"container {launch.Id}: no start within {_options.StartTimeout.TotalSeconds:0} s");
        }
        finally
        {
            foreach (var attachment in attachments)
            {
                attachment.CloseTheirEnd();
            }
        }
    }

    /// <inheritdoc/>
    public async Task<IRunningContainer?> AdoptAsync(string id, string runDirectory, CancellationToken cancellation)
    {
        if (MonitorConnection.TryConnect(runDirectory) is { } control)
        {
            var buffer = new byte[MessageHead.Size + 4096];
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            patience.CancelAfter(_options.StartTimeout);
            int got = await control.TrySendAsync(MessageType.Hello, 0, 1, 0, default, cancellation).ConfigureAwait(false)
                ? await control.ReceiveAsync(buffer, patience.Token).ConfigureAwait(false)
                : 0;
            if (got >= MessageHead.Size + 8 && MonitorConnection.Head(buffer) is { Type: MessageType.Started } head)
            {
                long startedAt = BitConverter.ToInt64(buffer, MessageHead.Size);
                return new RunningContainer(id, runDirectory, control, (int)head.Value, startedAt, null, _plans, _remains);
            }

            control.Dispose();
        }

        var state = MonitorState.TryRead(runDirectory);
        if (state is null && MonitorRemains.FindRecord(runDirectory, null) is null)
        {
            return null;
        }

        var exit = await _remains.BuryAsync(id, runDirectory, null, "").ConfigureAwait(false);
        return new RunningContainer(id, runDirectory, exit, state?.StartedAt ?? 0, _plans, _remains);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _zygote.Dispose();
        _early.Dispose();
        return ValueTask.CompletedTask;
    }

    private static AttachedStreams[] Attachments(ContainerLaunch launch)
    {
        if (launch.Attachments.Count > PacketSocket.MaxDescriptors - 2)
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"container {launch.Id}: {launch.Attachments.Count} attachments before the start, at most {PacketSocket.MaxDescriptors - 2}");
        }

        return [.. launch.Attachments.Select(streams => streams as AttachedStreams is { TheirEnd: >= 0 } prepared
            ? prepared
            : throw new DavitException(ErrorKind.InvalidArgument, $"container {launch.Id}: an attachment was not prepared by this runner"))];
    }

    /// <summary>Removes what an earlier run of the container left: nobody may take it for this one's.</summary>
    private static void Forget(ContainerLaunch launch)
    {
        Sys.Unlink(launch.ExitFile);
        Sys.Unlink(Path.Combine(launch.RunDirectory, MonitorState.SpareExitName));
        Sys.Unlink(Path.Combine(launch.RunDirectory, MonitorState.FileName));
    }

    private static LaunchBlock Block(ContainerLaunch launch, AttachedStreams[] attachments)
    {
        var namespaces = launch.Spec.Linux?.Namespaces ?? [];
        return new LaunchBlock
        {
            Id = launch.Id,
            RunDirectory = launch.RunDirectory,
            ExitFile = launch.ExitFile,
            SyncExit = !launch.ExitFile.StartsWith(launch.RunDirectory + "/", StringComparison.Ordinal),
            LogDirectory = launch.LogDirectory ?? "",
            LogSegmentSize = launch.LogSegmentSize,
            LogSegments = launch.LogSegments,
            Terminal = launch.Spec.Process?.Terminal ?? false,
            OpenStdin = launch.OpenStdin,
            StdinOnce = launch.StdinOnce,
            OwnPids = namespaces.Any(n => n.Type == "pid" && string.IsNullOrEmpty(n.Path)),
            NamesNamespace = launch.Names is null ? "" : namespaces.FirstOrDefault(n => n.Type == "network")?.Path
                ?? throw new DavitException(ErrorKind.InvalidArgument, $"container {launch.Id}: names need a network namespace with a path"),
            NamesPort = launch.Names?.Port ?? 0,
            NamesFiles = [.. launch.Names?.NamesFiles ?? []],
            Upstreams = [.. launch.Names?.Upstreams ?? []],
            Attachments = [.. attachments.Select(streams => (byte)streams.Flags)],
        };
    }

    /// <summary>One attempt; null when the monitor did not answer in time or died before a word.</summary>
    private async Task<RunningContainer?> TryStartAsync(ContainerLaunch launch, byte[] block, AttachedStreams[] attachments, bool withoutZygote, CancellationToken cancellation)
    {
        var (ours, theirs) = PacketSocket.Pair();
        var control = new MonitorConnection(ours);
        try
        {
            using (var memory = MemoryBlock.Create("davit-launch", block))
            {
                int[] descriptors = [theirs, memory.Number, .. attachments.Select(streams => streams.TheirEnd)];
                await (withoutZygote ? _zygote.StartProgramAsync(descriptors, cancellation) : _zygote.StartMonitorAsync(descriptors, cancellation)).ConfigureAwait(false);
            }

            Sys.Close(theirs);
            theirs = -1;
            // A later daemon needs it for exec; written while the monitor works. From here on a cancellation must end the monitor, so only the wait may see it.
            await File.WriteAllBytesAsync(
                Path.Combine(launch.RunDirectory, MonitorState.SpecName), JsonSerializer.SerializeToUtf8Bytes(launch.Spec, RuntimeJson.Default.Spec), CancellationToken.None).ConfigureAwait(false);
            var started = await WaitForStartAsync(launch, control, cancellation).ConfigureAwait(false);
            if (started is not var (pid, startedAt))
            {
                control.Dispose();
                await _remains.RemoveCgroupsAsync(launch.Spec).ConfigureAwait(false);
                return null;
            }

            return new RunningContainer(launch.Id, launch.RunDirectory, control, pid, startedAt, launch.Spec, _plans, _remains);
        }
        catch
        {
            Sys.Close(theirs);
            control.Dispose();
            throw;
        }
    }

    private async Task<(int Pid, long StartedAt)?> WaitForStartAsync(ContainerLaunch launch, MonitorConnection control, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(_options.StartTimeout);
        var buffer = new byte[MessageHead.Size + 8192];
        int monitor = 0;
        try
        {
            for (;;)
            {
                int got = await control.ReceiveAsync(buffer, patience.Token).ConfigureAwait(false);
                if (got < MessageHead.Size)
                {
                    return null;
                }

                var head = MonitorConnection.Head(buffer);
                switch (head.Type)
                {
                    case MessageType.Forked:
                        monitor = (int)head.Value;
                        break;
                    case MessageType.Started:
                        return ((int)head.Value, BitConverter.ToInt64(buffer, MessageHead.Size));
                    case MessageType.Failed when got == MessageHead.Size:
                        throw new DavitException(ErrorKind.Internal, $"monitor can't be forked: {((Davit.Linux.Errno)(int)-head.Value)}");
                    case MessageType.Failed:
                        throw FailureText.Read(buffer.AsSpan(MessageHead.Size, got - MessageHead.Size));
                    default:
                        break;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Whoever gave up, the half-started container must not come to life later: it dies with its monitor.
            if (!await TryKillAsync(monitor, control, buffer).ConfigureAwait(false))
            {
                _zygote.Abandon();
            }

            if (cancellation.IsCancellationRequested)
            {
                await _remains.RemoveCgroupsAsync(launch.Spec).ConfigureAwait(false);
            }

            cancellation.ThrowIfCancellationRequested();
            return null;
        }
    }

    /// <summary>Kills a monitor, having heard its number, and waits for its end; false when no word comes at all.</summary>
    private async Task<bool> TryKillAsync(int monitor, MonitorConnection control, byte[] buffer)
    {
        using var patience = new CancellationTokenSource(_options.StartTimeout);
        try
        {
            for (;;)
            {
                if (monitor > 0)
                {
                    Sys.Kill(monitor, 9);
                }

                int got = await control.ReceiveAsync(buffer, patience.Token).ConfigureAwait(false);
                if (got < MessageHead.Size)
                {
                    return true;
                }

                if (MonitorConnection.Head(buffer) is { Type: MessageType.Forked } head)
                {
                    monitor = (int)head.Value;
                }
            }
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}

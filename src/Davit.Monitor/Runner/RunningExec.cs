using Davit.Monitor.Protocol;
using Davit.Monitor.Supervision;
using Davit.Primitives;

namespace Davit.Monitor.Runner;

/// <summary>A process started in a container, on a connection of its own.</summary>
internal sealed class RunningExec : IRunningExec
{
    private readonly AttachedStreams _streams;
    private readonly TaskCompletionSource<int> _exited;
    private readonly bool _detached;
    private readonly int _pid;

    private RunningExec(AttachedStreams streams, TaskCompletionSource<int> exited, int pid, bool detached) =>
        (_streams, _exited, _pid, _detached) = (streams, exited, pid, detached);

    /// <inheritdoc/>
    public int Pid => _exited.Task.IsCompleted ? 0 : _pid;

    /// <inheritdoc/>
    public Task<int> Exited => _exited.Task;

    /// <inheritdoc/>
    public IAttachedStreams? Streams => _detached ? null : _streams;

    internal static async Task<RunningExec> StartAsync(string id, string runDirectory, byte[] plan, AttachFlags flags, CancellationToken cancellation)
    {
        var connection = MonitorConnection.TryConnect(runDirectory)
            ?? throw new DavitException(ErrorKind.Conflict, $"container {id} is not running");
        try
        {
            using (var block = MemoryBlock.Create("davit-exec", plan))
            {
                if (!connection.TrySendDescriptors(MessageType.Exec, flags, 1, [block.Number]))
                {
                    throw new DavitException(ErrorKind.Conflict, $"container {id} is not running");
                }
            }

            var buffer = new byte[MessageHead.Size + 8192];
            int got = await connection.ReceiveAsync(buffer, cancellation).ConfigureAwait(false);
            if (got < MessageHead.Size)
            {
                throw new DavitException(ErrorKind.Conflict, $"container {id} is not running");
            }

            var head = MonitorConnection.Head(buffer);
            if (head.Type != MessageType.Started)
            {
                throw FailureText.Read(buffer.AsSpan(MessageHead.Size, got - MessageHead.Size));
            }

            var exited = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
            var streams = new AttachedStreams(connection, flags, exited);
            bool detached = (flags & AttachFlags.Detached) != 0;
            if (detached)
            {
                _ = Task.Run(streams.DrainAsync, CancellationToken.None);
            }

            return new RunningExec(streams, exited, (int)head.Value, detached);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public Task ResizeAsync(int columns, int rows, CancellationToken cancellation) => _streams.ResizeAsync(columns, rows, cancellation);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _detached ? ValueTask.CompletedTask : _streams.DisposeAsync();
}

using System.Collections.Concurrent;
using Davit.Monitor.Runner;

namespace Davit.Engine.Tests.Fakes;

internal sealed class FakeContainer(string id, TimeProvider time, HashSet<int> ignored) : IRunningContainer
{
    private readonly TaskCompletionSource<ContainerExit> _exit = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ConcurrentQueue<int> Signals { get; } = [];

    public string Id { get; } = id;

    public int Pid => 4242;

    public DateTimeOffset StartedAt { get; } = time.GetUtcNow();

    public Task<ContainerExit> Exited => _exit.Task;

    public void End(int code) => _exit.TrySetResult(new ContainerExit { ExitCode = code, FinishedAt = time.GetUtcNow() });

    public Task<IAttachedStreams> AttachAsync(bool stdin, bool stdout, bool stderr, CancellationToken cancellation) => Task.FromResult<IAttachedStreams>(new FakeStreams());

    public Task<IRunningExec> ExecAsync(ExecLaunch launch, CancellationToken cancellation) => Task.FromResult<IRunningExec>(new FakeExec());

    public Task SignalAsync(int signal, bool all, CancellationToken cancellation)
    {
        Signals.Enqueue(signal);
        if (!ignored.Contains(signal)) End(128 + signal);
        return Task.CompletedTask;
    }

    public Task ResolveAsync(NameService names, string networkNamespace, CancellationToken cancellation) => Task.CompletedTask;

    public Task ResizeAsync(int columns, int rows, CancellationToken cancellation) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class FakeExec : IRunningExec
    {
        public int Pid => 4343;

        public Task<int> Exited => Task.FromResult(0);

        public IAttachedStreams? Streams => new FakeStreams();

        public Task ResizeAsync(int columns, int rows, CancellationToken cancellation) => Task.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}

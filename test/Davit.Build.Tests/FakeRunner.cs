using System.Collections.Concurrent;
using System.Text;
using System.Threading.Channels;
using Davit.Monitor.Runner;

namespace Davit.Build.Tests;

/// <summary>
/// Runs no process: reads the step's shell line as statements between semicolons. <c>echo T</c>, <c>err T</c>, <c>write PATH T</c>, <c>fail N</c>,
/// <c>meet NAME</c> (goes on when a second step meets there), <c>env</c>, <c>user</c>, <c>mounts</c>, <c>hang</c> (until it is killed).
/// </summary>
internal sealed class FakeRunner : IContainerRunner
{
    private readonly ConcurrentDictionary<string, (TaskCompletionSource Met, StrongBox Count)> _meetings = new();

    public ConcurrentQueue<string> Commands { get; } = new();

    public TaskCompletionSource Hanging { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ConcurrentQueue<int> Signals { get; } = new();

    public Task<IRunningContainer> StartAsync(ContainerLaunch launch, CancellationToken cancellation)
    {
        var container = new FakeContainer(this, launch);
        Commands.Enqueue(launch.Spec.Process!.Args![^1]);
        return Task.FromResult<IRunningContainer>(container);
    }

    public void Expect()
    {
    }

    public IAttachedStreams PrepareAttach(bool stdin, bool stdout, bool stderr) => new FakeStreams();

    public Task<IRunningContainer?> AdoptAsync(string id, string runDirectory, CancellationToken cancellation) => Task.FromResult<IRunningContainer?>(null);

    private Task MeetAsync(string name)
    {
        var (met, count) = _meetings.GetOrAdd(name, _ => (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new StrongBox()));
        if (Interlocked.Increment(ref count.Value) == 2) met.SetResult();
        return met.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    private sealed class StrongBox
    {
        public int Value;
    }

    private sealed class FakeStreams : IAttachedStreams
    {
        private readonly Channel<(int Stream, byte[] Bytes)> _pieces = Channel.CreateUnbounded<(int, byte[])>();

        public void Say(int stream, string text) => _pieces.Writer.TryWrite((stream, Encoding.UTF8.GetBytes(text)));

        public void End() => _pieces.Writer.Complete();

        public async ValueTask<OutputPiece> ReadAsync(Memory<byte> buffer, CancellationToken cancellation)
        {
            if (!await _pieces.Reader.WaitToReadAsync(cancellation)) return new OutputPiece(0, 0);
            var (stream, bytes) = await _pieces.Reader.ReadAsync(cancellation);
            bytes.CopyTo(buffer);
            return new OutputPiece(stream, bytes.Length);
        }

        public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation) => ValueTask.CompletedTask;

        public ValueTask CloseInputAsync(CancellationToken cancellation) => ValueTask.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class FakeContainer : IRunningContainer
    {
        private readonly FakeRunner _runner;
        private readonly ContainerLaunch _launch;
        private readonly FakeStreams _streams;
        private readonly TaskCompletionSource _killed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public FakeContainer(FakeRunner runner, ContainerLaunch launch)
        {
            (_runner, _launch, _streams) = (runner, launch, (FakeStreams)launch.Attachments[0]);
            Exited = RunAsync();
        }

        public string Id => _launch.Id;

        public int Pid => 1;

        public DateTimeOffset StartedAt => default;

        public Task<ContainerExit> Exited { get; }

        public Task<IAttachedStreams> AttachAsync(bool stdin, bool stdout, bool stderr, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<IRunningExec> ExecAsync(ExecLaunch launch, CancellationToken cancellation) => throw new NotSupportedException();

        public Task SignalAsync(int signal, bool all, CancellationToken cancellation)
        {
            _runner.Signals.Enqueue(signal);
            _killed.TrySetResult();
            return Task.CompletedTask;
        }

        public Task ResolveAsync(NameService names, string networkNamespace, CancellationToken cancellation) => Task.CompletedTask;

        public Task ResizeAsync(int columns, int rows, CancellationToken cancellation) => Task.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private async Task<ContainerExit> RunAsync()
        {
            await Task.Yield();
            var code = 0;
            foreach (var statement in _launch.Spec.Process!.Args![^1].Split(';', StringSplitOptions.TrimEntries))
            {
                var words = statement.Split(' ', 3);
                switch (words[0])
                {
                    case "echo": _streams.Say(1, statement[5..] + "\n"); break;
                    case "err": _streams.Say(2, statement[4..] + "\n"); break;
                    case "env": _streams.Say(1, string.Join('\n', _launch.Spec.Process.Env!.Order()) + "\n"); break;
                    case "user": _streams.Say(1, $"{_launch.Spec.Process.User!.Uid}:{_launch.Spec.Process.User.Gid}\n"); break;
                    case "mounts": _streams.Say(1, string.Join('\n', _launch.Spec.Mounts!.Select(m => $"{m.Type} {m.Destination} {string.Join(',', m.Options ?? [])}")) + "\n"); break;
                    case "groups": _streams.Say(1, string.Join(' ', _launch.Spec.Process.User!.AdditionalGids!) + "\n"); break;
                    case "limits":
                        var (limits, memory, cpu) = (_launch.Spec.Process.Rlimits!, _launch.Spec.Linux!.Resources!.Memory, _launch.Spec.Linux.Resources.Cpu);
                        _streams.Say(1, $"{memory?.Limit} {memory?.Swap} {cpu?.Shares} {cpu?.Period} {cpu?.Quota} {cpu?.Cpus} {cpu?.Mems} {string.Join(',', limits.Select(l => $"{l.Type}={l.Soft}:{l.Hard}"))} {Path.GetDirectoryName(_launch.Spec.Linux.CgroupsPath)}\n");
                        break;
                    case "read": _streams.Say(1, File.ReadAllText(_launch.Spec.Mounts!.Single(m => words[1].StartsWith(m.Destination + "/", StringComparison.Ordinal)) is var mount ? mount.Source + words[1][mount.Destination.Length..] : "")); break;
                    case "write":
                        var path = _launch.Root!.UpperDirectory + words[1];
                        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                        await File.WriteAllTextAsync(path, words.Length > 2 ? words[2] : "");
                        break;
                    case "meet": await _runner.MeetAsync(words[1]); break;
                    case "hang":
                        _runner.Hanging.TrySetResult();
                        await _killed.Task;
                        code = 137;
                        break;
                    case "fail": code = int.Parse(words[1]); break;
                }

                if (code != 0) break;
            }

            _streams.End();
            return new ContainerExit { ExitCode = code };
        }
    }
}

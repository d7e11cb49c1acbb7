using System.Security.Cryptography;
using Davit.Engine.Logs.Drivers;
using Davit.Monitor.Logs;

namespace Davit.Engine.Logs.Forwarding;

/// <summary>
/// Sends one container's log to where its driver says, from where an earlier daemon left off. It reads what the monitor has written and never holds anybody
/// up: a server that is away or slow finds the lines later, as long as the log on disk keeps them.
/// </summary>
internal sealed class LogForwarder(LogReader reader, string directory, string cursorFile, EngineOptions options, Action<string> report, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan SaveInterval = TimeSpan.FromSeconds(1);

    /// <summary>What a stopping daemon gives a server to take the lines that are on their way: who stops in order repeats nothing.</summary>
    private static readonly TimeSpan LastWord = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _sending = new();
    private LogDriver? _driver;
    private LogSource? _source;
    private Task _until = Task.CompletedTask;
    private Task _end = Task.CompletedTask;
    private Task _loop = Task.CompletedTask;
    private bool _active, _ended;
    private TaskCompletionSource _failing = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // of the loop alone
    private LogCursor _cursor = LogCursor.Start, _saved = LogCursor.Start;
    private LogPosition? _tried;
    private long _savedAt;
    private bool _delivered;

    /// <summary>Sends what is in the log and what comes, until the writer has ended and everything is delivered.</summary>
    /// <param name="driver">The driver.</param>
    /// <param name="source">The container as it is now.</param>
    /// <param name="until">End of the run that writes.</param>
    public void Follow(LogDriver driver, LogSource source, Task until)
    {
        lock (_gate)
        {
            (_driver, _source, _until) = (driver, source, until);
            if (_active || _ended) return;
            _active = true;
            _loop = Task.Run(LoopAsync);
        }
    }

    /// <summary>Waits a while for the rest to be delivered, not at all while the server is away, and ends. The log may then go.</summary>
    public async Task FinishAsync(TimeSpan patience)
    {
        Task loop, failing;
        lock (_gate) (loop, failing) = (_loop, _failing.Task);
        if (!loop.IsCompleted && !failing.IsCompleted) await Task.WhenAny(loop, failing, Task.Delay(patience, time, _stopping.Token)).ConfigureAwait(false);
        await DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Ends when what was begun is delivered, at once while the server is away; the next daemon goes on where this one was.</summary>
    public async ValueTask DisposeAsync()
    {
        Task loop, failing;
        lock (_gate)
        {
            if (_ended) return;
            _ended = true;
            (loop, failing) = (_loop, _failing.Task);
        }

        _sending.CancelAfter(failing.IsCompleted ? TimeSpan.Zero : LastWord);
        await _stopping.CancelAsync().ConfigureAwait(false);
        await loop.ConfigureAwait(false);
        _stopping.Dispose();
        _sending.Dispose();
    }

    private async Task LoopAsync()
    {
        _cursor = _saved = LogCursor.Load(cursorFile);
        var failures = 0;
        while (true)
        {
            var (driver, source) = Begin();
            var rule = driver.Retry(source.Config);
            try
            {
                _delivered = false;
                await PumpAsync(driver, source).ConfigureAwait(false);
                failures = 0;
                if (IsDone()) return;
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                Save();
                return;
            }
            catch (Exception error)
            {
                Save();
                failures = _delivered ? 1 : failures + 1;
                if (failures == 1) report($"log of container {source.Id}: {driver.Name}: {error.Message}; sending it again later");
                if (failures >= rule.Attempts)
                {
                    report($"log of container {source.Id}: {driver.Name}: lines given up after {failures} tries: {error.Message}");
                    _cursor = new LogCursor(_tried ?? _cursor.Position, null, null);
                    Save();
                    failures = 0;
                    continue;
                }

                lock (_gate) _failing.TrySetResult();
                if (!await WaitAsync(rule.WaitAfter(failures)).ConfigureAwait(false)) return;
            }
        }
    }

    private (LogDriver Driver, LogSource Source) Begin()
    {
        lock (_gate)
        {
            if (_end.IsCompleted && !_until.IsCompleted) _end = EndAsync();
            return (_driver!, _source!);
        }
    }

    /// <summary>True, and the loop is over, unless another run has begun meanwhile.</summary>
    private bool IsDone()
    {
        lock (_gate)
        {
            if (!_until.IsCompleted) return false;
            _active = false;
            return true;
        }
    }

    /// <summary>Completes with the end of the last run that was announced.</summary>
    private async Task EndAsync()
    {
        while (true)
        {
            Task until;
            lock (_gate) until = _until;
            await until.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            lock (_gate)
            {
                if (ReferenceEquals(until, _until)) return;
            }
        }
    }

    private async Task<bool> WaitAsync(TimeSpan wait)
    {
        try
        {
            await Task.Delay(wait, time, _stopping.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task PumpAsync(LogDriver driver, LogSource source)
    {
        using var sink = driver.Open(source, options);
        var (stdout, stderr) = (_cursor.Stdout, _cursor.Stderr);
        var query = new LogQuery { From = _cursor.Position, Follow = true, FollowUntil = _end };
        var batches = reader.ReadBatchesAsync(directory, query, _stopping.Token).GetAsyncEnumerator(_stopping.Token);
        await using (batches.ConfigureAwait(false))
        {
            while (await NextAsync(batches).ConfigureAwait(false))
            {
                var batch = batches.Current;
                if (_cursor.Position is { } before && batch.End.Segment > before.Segment + 1) report($"log of container {source.Id}: lines were lost: the log is bounded, and rotated before they could be sent");
                _tried = batch.End;
                var records = batch.GetEnumerator();
                while (records.MoveNext())
                {
                    var record = records.Current;
                    ref var open = ref record.Stream == 2 ? ref stderr : ref stdout;
                    var piece = open is null && !record.Partial ? null : new LinePiece(open?.Id ?? RandomNumberGenerator.GetHexString(64, lowercase: true), (open?.Ordinal ?? 0) + 1, !record.Partial);
                    open = record.Partial ? piece : null;
                    var bytes = record.Bytes.Span is [.., (byte)'\n'] ? record.Bytes[..^1] : record.Bytes;
                    if (await sink.WriteAsync(new LogLine(record.Stream == 2, record.TimeNanoseconds, bytes, piece), _sending.Token).ConfigureAwait(false)) Confirm(records.End, stdout, stderr);
                }

                await sink.FlushAsync(_sending.Token).ConfigureAwait(false);
                Confirm(batch.End, stdout, stderr);
                if (time.GetElapsedTime(_savedAt) >= SaveInterval) Save();
            }
        }

        // the next run begins lines of its own
        _cursor = _cursor with { Stdout = null, Stderr = null };
        Save();
    }

    /// <summary>The next batch. While there is none the cursor is written, at most once a second.</summary>
    private async ValueTask<bool> NextAsync(IAsyncEnumerator<LogBatch> batches)
    {
        var next = batches.MoveNextAsync();
        if (next.IsCompleted || ReferenceEquals(_cursor, _saved)) return await next.ConfigureAwait(false);
        var waiting = next.AsTask();
        var left = SaveInterval - time.GetElapsedTime(_savedAt);
        if (left > TimeSpan.Zero) await Task.WhenAny(waiting, Task.Delay(left, time, _stopping.Token)).ConfigureAwait(false);
        if (!waiting.IsCompleted) Save();
        return await waiting.ConfigureAwait(false);
    }

    private void Confirm(LogPosition position, LinePiece? stdout, LinePiece? stderr)
    {
        _cursor = new LogCursor(position, stdout, stderr);
        _delivered = true;
        if (!_failing.Task.IsCompleted) return;
        lock (_gate) _failing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private void Save()
    {
        if (ReferenceEquals(_cursor, _saved)) return;
        _cursor.Save(cursorFile);
        _saved = _cursor;
        _savedAt = time.GetTimestamp();
    }
}

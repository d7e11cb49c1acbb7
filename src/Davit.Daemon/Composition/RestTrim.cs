using Davit.Linux.Processes;

namespace Davit.Daemon.Composition;

/// <summary>Gives memory back once after each time of activity, when the daemon has had nothing to do for a while.</summary>
internal sealed class RestTrim : IDisposable
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(8);
    private readonly ITimer _timer;
    private long _lastArmed;
    private readonly TimeProvider _time;

    /// <summary>Makes it; the first time of quiet begins now.</summary>
    public RestTrim(TimeProvider time)
    {
        _time = time;
        _timer = time.CreateTimer(static _ => Trim(), null, Quiet, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Something was done: the time of quiet begins anew.</summary>
    public void Touch()
    {
        // once a second is exact enough, and keeps requests free of timer work
        var now = _time.GetTimestamp();
        var last = Interlocked.Read(ref _lastArmed);
        if (last != 0 && _time.GetElapsedTime(last, now) < TimeSpan.FromSeconds(1)) return;
        if (Interlocked.CompareExchange(ref _lastArmed, now, last) == last) _timer.Change(Quiet, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private static void Trim()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        NativeHeap.Trim();
        MappedFiles.Release(); // last: the code of this method is let go too
    }
}

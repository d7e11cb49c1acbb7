using Davit.Primitives;

namespace Davit.Images.Progress;

/// <summary>Reports how far one layer is, a few times a second.</summary>
internal sealed class ByteProgress(IProgress<ProgressEvent> progress, TimeProvider time, string id, string status, long total) : IProgress<long>
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private long _last;

    public void Report(long value)
    {
        var now = time.GetTimestamp();
        if (_last != 0 && value < total && time.GetElapsedTime(_last, now) < Pause) return;
        _last = now;
        progress.Report(new() { Id = id, Status = status, Current = value, Total = total });
    }
}

using Davit.Primitives;

namespace Davit.Build.Output;

/// <summary>
/// Output of stages that run side by side, told one after the other as Docker tells it: the first unfinished stage speaks at once, what later ones say is kept
/// until it is their turn.
/// </summary>
internal sealed class OrderedOutput
{
    private readonly IProgress<ProgressEvent> _progress;
    private readonly Lock _gate = new();
    private readonly List<ProgressEvent>[] _kept;
    private readonly bool[] _finished;
    private int _speaking;

    public OrderedOutput(IProgress<ProgressEvent> progress, int stages)
    {
        _progress = progress;
        _kept = [.. Enumerable.Range(0, stages).Select(_ => new List<ProgressEvent>())];
        _finished = new bool[stages];
    }

    public void Report(int stage, ProgressEvent item)
    {
        lock (_gate)
        {
            if (stage == _speaking) _progress.Report(item);
            else _kept[stage].Add(item);
        }
    }

    /// <summary>The stage says no more.</summary>
    public void Finish(int stage)
    {
        lock (_gate)
        {
            _finished[stage] = true;
            while (_speaking < _finished.Length && _finished[_speaking])
            {
                _speaking++;
                if (_speaking < _kept.Length) Tell(_speaking);
            }
        }
    }

    /// <summary>A stage failed: what it said is told at once, so that the error has its context.</summary>
    public void TellNow(int stage)
    {
        lock (_gate) Tell(stage);
    }

    private void Tell(int stage)
    {
        foreach (var item in _kept[stage]) _progress.Report(item);
        _kept[stage].Clear();
    }
}

using Davit.Primitives;

namespace Davit.Images.Progress;

/// <summary>Lets several tasks report to one listener, one event at a time.</summary>
internal sealed class SerialProgress(IProgress<ProgressEvent> listener) : IProgress<ProgressEvent>
{
    private readonly Lock _gate = new();

    public void Report(ProgressEvent value)
    {
        lock (_gate) listener.Report(value);
    }
}

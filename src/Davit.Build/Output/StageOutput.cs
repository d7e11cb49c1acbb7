using Davit.Primitives;

namespace Davit.Build.Output;

/// <summary>Voice of one stage.</summary>
internal sealed class StageOutput(OrderedOutput output, int stage) : IProgress<ProgressEvent>, Solving.IStepOutput
{
    /// <summary>Text as the API's <c>stream</c> field.</summary>
    public void Write(string text) => Report(new ProgressEvent { Stream = text });

    public void Line(string text) => Write(text + "\n");

    public void Report(ProgressEvent value) => output.Report(stage, value);

    public void Finish() => output.Finish(stage);

    public void TellNow() => output.TellNow(stage);
}

using Davit.Primitives;

namespace Davit.Images.Progress;

/// <summary>Short forms of the events that Docker's clients know.</summary>
internal static class ProgressLines
{
    internal static void Line(this IProgress<ProgressEvent> progress, string text) => progress.Report(new() { Status = text });

    internal static void Step(this IProgress<ProgressEvent> progress, string id, string status) => progress.Report(new() { Id = id, Status = status });

    internal static void Text(this IProgress<ProgressEvent> progress, string text) => progress.Report(new() { Stream = text });
}

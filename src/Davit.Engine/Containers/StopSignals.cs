using Davit.Linux.Signals;

namespace Davit.Engine.Containers;

/// <summary>Signals as requests name them: <c>9</c>, <c>KILL</c>, <c>SIGKILL</c>, <c>SIGRTMIN+3</c>.</summary>
internal static class StopSignals
{
    public const int Term = 15;
    public const int Kill = 9;

    /// <summary>The number, or null when there is no such signal.</summary>
    public static int? Number(string text) => SignalNames.TryParse(text, out var signal) ? signal : null;
}

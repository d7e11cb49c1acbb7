namespace Davit.Runtime.Launch;

/// <summary>First numbers of the child's reports that are no index of a failed step.</summary>
internal static class LaunchReport
{
    /// <summary>The second number is the child's descriptor of its terminal's master.</summary>
    internal const int TerminalReady = -1;

    /// <summary>The child waits at its start gate.</summary>
    internal const int AtStartGate = -2;

    /// <summary>Hooks are to run now; the second number is the <see cref="HookPoint"/>.</summary>
    internal const int AtHooks = -3;
}

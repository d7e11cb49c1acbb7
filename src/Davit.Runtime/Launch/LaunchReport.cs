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

    /// <summary>The second number is the child's descriptor of a directory to be copied; <see cref="CopyTo"/> follows.</summary>
    internal const int CopyFrom = -4;

    /// <summary>The second number is the child's descriptor of the directory that takes the copy.</summary>
    internal const int CopyTo = -5;

    /// <summary>The second number is the child's descriptor of its seccomp listener.</summary>
    internal const int ListenerReady = -6;

    /// <summary>The child can't let go of the runtime's executable file; the second number is the error number.</summary>
    internal const int Exposed = -7;
}

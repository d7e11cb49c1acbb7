namespace Davit.Monitor.Protocol;

/// <summary>What an attachment or an exec wants.</summary>
[Flags]
internal enum AttachFlags : byte
{
    None = 0,
    Stdin = 1,
    Stdout = 2,
    Stderr = 4,
    Detached = 8,
    Terminal = 16,

    /// <summary>For signals: every process of the container.</summary>
    Everyone = 32,
}

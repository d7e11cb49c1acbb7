namespace Davit.Engine.Containers;

/// <summary>What a wait is for.</summary>
public enum WaitCondition
{
    /// <summary>It does not run, now or from its next end on.</summary>
    NotRunning,

    /// <summary>Its next end, also when it does not run now.</summary>
    NextExit,

    /// <summary>Its removal.</summary>
    Removed,
}

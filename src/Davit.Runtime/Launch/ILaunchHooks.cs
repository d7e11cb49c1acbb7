namespace Davit.Runtime.Launch;

/// <summary>Runs hooks while the container's process waits.</summary>
public interface ILaunchHooks
{
    /// <summary>Runs those of one point.</summary>
    /// <param name="point">Where the start stands.</param>
    /// <param name="process">The container's process.</param>
    void Run(HookPoint point, LaunchedProcess process);
}

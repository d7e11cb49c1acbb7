using Davit.Oci.Runtime;
using Davit.Runtime.Launch;
using Davit.Runtime.Resources;

namespace Davit.Runtime.Lifecycle;

/// <summary>What happens while a container's process waits: it gets interfaces and a class of caches, hooks run, and before it goes on it is recorded.</summary>
/// <param name="spec">Configuration.</param>
/// <param name="group">Class of caches, or null.</param>
/// <param name="hooks">Runs hooks, or null.</param>
/// <param name="record">Records a process that is executed at once.</param>
internal sealed class LaunchPoints(Spec spec, ResctrlGroup? group, ILaunchHooks? hooks, Action<LaunchedProcess> record) : ILaunchHooks
{
    public void Run(HookPoint point, LaunchedProcess process)
    {
        if (point == HookPoint.Resources)
        {
            if (spec.Linux?.NetDevices is { Count: > 0 } devices) NetDevices.Move(devices, process.Pid);
            group?.Assign(process.Pid);
            return;
        }

        if (point == HookPoint.Start) record(process);
        hooks?.Run(point, process);
    }
}

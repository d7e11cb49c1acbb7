using Davit.Oci.Runtime;
using Davit.Runtime.Launch;
using Davit.Runtime.Resources;

namespace Davit.Runtime.Lifecycle;

/// <summary>What happens while a container's process waits: it gets interfaces and a class of caches, and then hooks run.</summary>
/// <param name="spec">Configuration.</param>
/// <param name="group">Class of caches, or null.</param>
/// <param name="hooks">Runs hooks, or null.</param>
internal sealed class LaunchPoints(Spec spec, ResctrlGroup? group, ILaunchHooks? hooks) : ILaunchHooks
{
    public void Run(HookPoint point, int pid, int pidFd)
    {
        if (point == HookPoint.Resources)
        {
            if (spec.Linux?.NetDevices is { Count: > 0 } devices) NetDevices.Move(devices, pid);
            group?.Assign(pid);
        }
        else
        {
            hooks?.Run(point, pid, pidFd);
        }
    }
}

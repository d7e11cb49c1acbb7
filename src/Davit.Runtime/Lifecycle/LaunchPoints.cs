using Davit.Oci.Runtime;
using Davit.Primitives;
using Davit.Runtime.Launch;
using Davit.Runtime.Resources;

namespace Davit.Runtime.Lifecycle;

/// <summary>What happens while a container's process waits: it gets interfaces and a class of caches, hooks run, and before it goes on it is recorded.</summary>
/// <param name="spec">Configuration.</param>
/// <param name="group">Class of caches, or null.</param>
/// <param name="hooks">Runs hooks, or null.</param>
/// <param name="record">Records a process that is executed at once.</param>
internal sealed class LaunchPoints(Spec spec, ResctrlGroup? group, ILaunchHooks? hooks, Action<LaunchedProcess> record) : ILaunchHooks, IDisposable
{
    private NetDevices? _devices;

    /// <summary>The container does not come to life: what it was given goes back. What led here is told, so a failure of this is a warning.</summary>
    internal void TryTakeBack(Action<string> warn)
    {
        try
        {
            _devices?.TakeBack();
        }
        catch (DavitException e)
        {
            warn(e.Message);
        }
    }

    public void Dispose() => _devices?.Dispose();

    public void Run(HookPoint point, LaunchedProcess process)
    {
        if (point == HookPoint.Resources)
        {
            if (spec.Linux?.NetDevices is { Count: > 0 } devices) _devices = NetDevices.Move(devices, process.Pid);
            group?.Assign(process.Pid);
            return;
        }

        if (point == HookPoint.Start) record(process);
        hooks?.Run(point, process);
    }
}

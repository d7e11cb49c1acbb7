using Davit.Oci.Runtime;
using Davit.Runtime.Launch;
using Davit.Runtime.Planning;

namespace Davit.Monitor.Runner;

/// <summary>Launch plans for the monitor: built here, in the daemon, so that a monitor parses nothing.</summary>
internal sealed class LaunchPlans
{
    private readonly HostFacts _host = HostFacts.Read();
    private readonly CgroupParents _parents;

    internal LaunchPlans() => _parents = new CgroupParents(_host.Cgroups);

    internal byte[] ForContainer(ContainerLaunch launch)
    {
        var options = Options(launch.Spec) with
        {
            Bundle = launch.RunDirectory,
            State = new ContainerStateDocument { OciVersion = launch.Spec.OciVersion, Id = launch.Id, Status = "creating", Bundle = launch.RunDirectory, Annotations = launch.Spec.Annotations },
            CreateWorkingDirectory = true,
            TerminalSize = launch.TerminalSize,
            Overlay = launch.Root is { } root ? new OverlaySource(root.LowerDirectories, root.UpperDirectory, root.WorkDirectory, root.Volatile) : null,
        };
        if (options.CgroupPath is { } path)
        {
            _parents.Ensure(path);
        }

        using var plan = PlanBuilder.ForContainer(launch.Spec, options);
        return plan.ToBytes();
    }

    internal byte[] ForExec(ExecLaunch launch, Spec container)
    {
        using var plan = PlanBuilder.ForExec(launch.Process, container, Options(container) with { TerminalSize = launch.TerminalSize });
        return plan.ToBytes();
    }

    /// <summary>The cgroup directories that the start of a container makes.</summary>
    internal IReadOnlyList<string> CgroupsOf(Spec spec)
    {
        using var plan = PlanBuilder.ForContainer(spec, Options(spec));
        return plan.CgroupDirectories();
    }

    private PlanOptions Options(Spec spec) => new()
    {
        Host = _host,
        DieWithParent = true,
        CgroupPath = spec.Linux?.CgroupsPath is { Length: > 0 } path ? path.Trim('/') : null,
    };
}

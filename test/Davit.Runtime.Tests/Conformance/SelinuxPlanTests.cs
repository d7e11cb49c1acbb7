using Davit.Oci.Runtime;
using Davit.Runtime.Launch;
using Davit.Runtime.Planning;

namespace Davit.Runtime.Tests.Conformance;

/// <summary>SELinux labels: the exact writes and mount options, since no kernel at hand has it.</summary>
public sealed class SelinuxPlanTests
{
    private const string Label = "system_u:object_r:container_file_t:s0:c1,c2";

    [Fact]
    [Clause("runtime/create/properties", OnPlan = true)]
    public void Labels_are_written_and_mounted()
    {
        var spec = Plans.Spec() with
        {
            Mounts =
            [
                new() { Destination = "/proc", Type = "proc", Source = "proc" }, new() { Destination = "/dev", Type = "tmpfs", Source = "tmpfs", Options = ["mode=755"] },
                new() { Destination = "/dev/mqueue", Type = "mqueue", Source = "mqueue" }, new() { Destination = "/sys", Type = "sysfs", Source = "sysfs" },
                new() { Destination = "/data", Type = "tmpfs", Source = "tmpfs", Options = ["mode=755"] },
            ],
        };
        spec = spec with { Process = spec.Process! with { SelinuxLabel = "system_u:system_r:container_t:s0" }, Linux = spec.Linux! with { MountLabel = Label } };
        using var plan = PlanBuilder.ForContainer(spec, Plans.Options() with { Host = new HostFacts { Cgroups = Plans.Version2, SeLinux = true } });
        Assert.Contains(("/proc/self/attr/exec", "system_u:system_r:container_t:s0"), PlanText.Writes(plan));
        var mounts = PlanText.Steps(plan, SystemCall.Mount);
        Assert.Contains(mounts, m => m.StartsWith("tmpfs ", StringComparison.Ordinal) && m.EndsWith($"mode=755,context=\"{Label}\"", StringComparison.Ordinal));
        Assert.Single(PlanText.Steps(plan, SystemCall.Fsconfig), s => s.Contains($"context {Label}", StringComparison.Ordinal));
        Assert.DoesNotContain(mounts, m => (m.StartsWith("proc ", StringComparison.Ordinal) || m.StartsWith("sysfs ", StringComparison.Ordinal) || m.StartsWith("mqueue ", StringComparison.Ordinal)) && m.Contains("context", StringComparison.Ordinal));
        Assert.Contains(PlanText.Steps(plan, SystemCall.Setxattr), x => x.Contains($"security.selinux {Label}", StringComparison.Ordinal));
    }
}

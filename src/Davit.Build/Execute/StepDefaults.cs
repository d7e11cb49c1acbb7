using Davit.Oci.Runtime;
using Davit.Runtime.Defaults;

namespace Davit.Build.Execute;

/// <summary>What every step has before its instruction speaks: the choices that Docker makes for every container.</summary>
internal sealed class StepDefaults
{
    private const string ShmSize = "size=67108864";

    /// <summary>The specification that all steps begin from; one object, so that its filter is compiled once.</summary>
    public Spec Spec { get; } = new()
    {
        OciVersion = "1.2.0",
        Process = new ProcessSpec
        {
            Capabilities = new CapabilitiesSpec { Bounding = ContainerDefaults.Capabilities, Effective = ContainerDefaults.Capabilities, Permitted = ContainerDefaults.Capabilities },
            Rlimits = [],
        },
        Mounts =
        [
            .. ContainerDefaults.Mounts(privileged: false),
            new() { Destination = "/dev/shm", Type = "tmpfs", Source = "shm", Options = ["nosuid", "noexec", "nodev", "mode=1777", ShmSize] },
        ],
        Linux = new LinuxSpec
        {
            Namespaces = [new() { Type = "mount" }, new() { Type = "pid" }, new() { Type = "network" }, new() { Type = "ipc" }, new() { Type = "uts" }, new() { Type = "cgroup" }],
            Resources = new ResourcesSpec { Devices = ContainerDefaults.DeviceRules },
            Seccomp = DefaultSeccomp.For(ContainerDefaults.Capabilities),
            MaskedPaths = ContainerDefaults.MaskedPaths,
            ReadonlyPaths = ContainerDefaults.ReadOnlyPaths,
        },
    };
}

using Davit.Engine.Containers.Model;
using Davit.Oci.Runtime;

namespace Davit.Engine.Containers.Spec;

/// <summary>What a container's specification is made of, beside its model.</summary>
internal sealed record SpecInput
{
    public required ContainerModel Model { get; init; }

    /// <summary>Directory that the root is mounted on.</summary>
    public required string RootPath { get; init; }

    /// <summary>The cgroup, absolute from the root of each hierarchy.</summary>
    public required string CgroupPath { get; init; }

    public required UserResolution User { get; init; }

    /// <summary>Variables that tell of linked containers; the request's own come after them.</summary>
    public IReadOnlyList<string> LinkVariables { get; init; } = [];

    /// <summary>Network namespace to join, or null for the host's.</summary>
    public string? NetworkNamespace { get; init; }

    /// <summary>Process whose pid namespace is shared, 0 for none.</summary>
    public int PidDonor { get; init; }

    /// <summary>Process whose ipc namespace is shared, 0 for none.</summary>
    public int IpcDonor { get; init; }

    /// <summary>Directory on the host that is /dev/shm, or null for a fresh one.</summary>
    public string? SharedMemory { get; init; }

    public required string Hostname { get; init; }

    /// <summary>Mounts with their sources on the host.</summary>
    public IReadOnlyList<MountModel> Mounts { get; init; } = [];

    /// <summary>Files of ours by destination: /etc/hosts, /etc/hostname, /etc/resolv.conf.</summary>
    public IReadOnlyDictionary<string, string> Files { get; init; } = new Dictionary<string, string>();

    /// <summary>Makes the seccomp profile for the granted capabilities, from the given text or the default.</summary>
    public required Func<string?, IReadOnlyList<string>, SeccompSpec?> Seccomp { get; init; }

    /// <summary>AppArmor profile that applies unless the request says otherwise; null where the kernel has none.</summary>
    public string? DefaultAppArmor { get; init; }

    public required EngineOptions Options { get; init; }
}

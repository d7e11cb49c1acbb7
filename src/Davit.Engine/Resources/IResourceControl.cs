using Davit.Linux.Cgroups;
using Davit.Oci.Runtime;

namespace Davit.Engine.Resources;

/// <summary>The cgroups of running containers, by the path given in their specification.</summary>
public interface IResourceControl
{
    /// <summary>Stops all processes where they are; returns when they stand.</summary>
    Task FreezeAsync(string cgroup, CancellationToken cancellation);

    /// <summary>Lets them go on.</summary>
    Task ThawAsync(string cgroup, CancellationToken cancellation);

    /// <summary>Changes limits; parts that are null stay.</summary>
    /// <exception cref="Davit.Primitives.DavitException">The kernel refuses a value.</exception>
    void Update(string cgroup, ResourcesSpec limits);

    /// <summary>Host ids of all processes.</summary>
    IReadOnlyList<int> Processes(string cgroup);

    /// <summary>False where the kernel knows no weights of block devices.</summary>
    bool HasBlockWeights { get; }

    /// <summary>Counters now.</summary>
    CgroupUsage Usage(string cgroup);
}

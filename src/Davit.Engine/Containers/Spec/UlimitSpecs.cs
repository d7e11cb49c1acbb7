using Davit.DockerApi.Containers;
using Davit.Oci.Runtime;
using Davit.Primitives;

namespace Davit.Engine.Containers.Spec;

/// <summary>Resource limits of processes (<c>--ulimit</c>).</summary>
internal static class UlimitSpecs
{
    /// <exception cref="DavitException">InvalidArgument: unknown name, or soft above hard.</exception>
    public static RlimitSpec Parse(Ulimit ulimit) => RlimitSpec.FromUlimit(ulimit.Name, ulimit.Soft, ulimit.Hard);

    public static IReadOnlyList<RlimitSpec> All(IReadOnlyList<Ulimit> given, IReadOnlyDictionary<string, (long Soft, long Hard)> defaults) =>
        [.. given.Select(Parse), .. defaults.Where(limit => given.All(own => own.Name != limit.Key)).Select(limit => RlimitSpec.FromUlimit(limit.Key, limit.Value.Soft, limit.Value.Hard))];
}

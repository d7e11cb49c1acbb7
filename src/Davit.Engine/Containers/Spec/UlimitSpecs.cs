using Davit.DockerApi.Containers;
using Davit.Oci.Runtime;
using Davit.Primitives;

namespace Davit.Engine.Containers.Spec;

/// <summary>Resource limits of processes (<c>--ulimit</c>).</summary>
internal static class UlimitSpecs
{
    private static readonly string[] Names =
        ["core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc", "rss", "rtprio", "rttime", "sigpending", "stack"];

    /// <exception cref="DavitException">InvalidArgument: unknown name, or soft above hard.</exception>
    public static RlimitSpec Parse(Ulimit ulimit)
    {
        if (!Names.Contains(ulimit.Name)) throw new DavitException(ErrorKind.InvalidArgument, $"invalid ulimit type: {ulimit.Name}");
        if (ulimit.Hard != -1 && (ulimit.Soft == -1 || ulimit.Soft > ulimit.Hard))
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"ulimit soft limit must be less than or equal to hard limit: {ulimit.Soft} > {ulimit.Hard}");
        }

        if (ulimit.Soft < -1 || ulimit.Hard < -1) throw new DavitException(ErrorKind.InvalidArgument, $"invalid ulimit {ulimit.Name}: {ulimit.Soft}:{ulimit.Hard}");
        return Spec(ulimit.Name, ulimit.Soft, ulimit.Hard);
    }

    public static IReadOnlyList<RlimitSpec> All(IReadOnlyList<Ulimit> given, IReadOnlyDictionary<string, (long Soft, long Hard)> defaults) =>
        [.. given.Select(Parse), .. defaults.Where(limit => given.All(own => own.Name != limit.Key)).Select(limit => Spec(limit.Key, limit.Value.Soft, limit.Value.Hard))];

    // -1 is "unlimited", the kernel's all ones.
    private static RlimitSpec Spec(string name, long soft, long hard) => new() { Type = "RLIMIT_" + name.ToUpperInvariant(), Soft = unchecked((ulong)soft), Hard = unchecked((ulong)hard) };
}

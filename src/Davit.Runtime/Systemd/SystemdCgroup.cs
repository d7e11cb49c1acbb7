using Davit.Oci.Runtime;
using Davit.Primitives;

namespace Davit.Runtime.Systemd;

/// <summary>A container's place among systemd's units, from <c>linux.cgroupsPath</c> of the form <c>slice:prefix:name</c>.</summary>
/// <param name="Slice">The slice.</param>
/// <param name="Unit">The unit.</param>
internal sealed record SystemdCgroup(string Slice, string Unit)
{
    /// <summary>Reads it.</summary>
    /// <param name="spec">The configuration.</param>
    /// <param name="id">Names the unit where no path is given.</param>
    /// <param name="ofUser">In the manager of an ordinary user.</param>
    /// <exception cref="DavitException">InvalidArgument: it has another form.</exception>
    internal static SystemdCgroup Of(Spec spec, string id, bool ofUser)
    {
        var path = spec.Linux?.CgroupsPath is { Length: > 0 } given ? given : $":davit-oci:{id}";
        if (path.Split(':') is not [var slice, var prefix, var name] || name.Length == 0) throw new DavitException(ErrorKind.InvalidArgument, $"expected cgroupsPath to be of format \"slice:prefix:name\" for systemd cgroups, got \"{path}\" instead", "write it so, or use cgroup manager cgroupfs");
        if (slice.Length == 0) slice = ofUser ? "user.slice" : "system.slice";
        return new(slice, name.EndsWith(".slice", StringComparison.Ordinal) ? name : prefix.Length == 0 ? name : $"{prefix}-{name}.scope");
    }

    /// <summary>Path of the slice's cgroup: a-b.slice lies in a.slice, and -.slice is the root (systemd.slice(5)).</summary>
    internal static string Expand(string slice)
    {
        const string Suffix = ".slice";
        var name = slice.EndsWith(Suffix, StringComparison.Ordinal) ? slice[..^Suffix.Length] : "";
        if (name == "-") return "";
        if (name.Length == 0 || name.Contains('/', StringComparison.Ordinal) || name.Split('-').Contains("")) throw new DavitException(ErrorKind.InvalidArgument, $"invalid slice name: {slice}", "as in machine.slice, or user-1000.slice");
        var parts = name.Split('-');
        return string.Join('/', parts.Select((_, i) => string.Join('-', parts[..(i + 1)]) + Suffix));
    }

    /// <summary>True where the unit is a slice: its name says where it lies, and systemd puts no process into it.</summary>
    internal bool IsSlice => Unit.EndsWith(".slice", StringComparison.Ordinal);

    /// <summary>Path of the unit's cgroup below the manager's.</summary>
    internal string Path(string manager) => string.Join('/', (IsSlice ? (string[])[manager, Expand(Unit)] : [manager, Expand(Slice), Unit]).Where(p => p.Length > 0));
}

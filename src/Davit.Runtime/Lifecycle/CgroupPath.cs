using Davit.Oci.Runtime;

namespace Davit.Runtime.Lifecycle;

/// <summary>Where a container's cgroup lies, from <c>linux.cgroupsPath</c>.</summary>
internal static class CgroupPath
{
    /// <summary>Path below the root of each hierarchy; systemd's <c>slice:prefix:name</c> lies where systemd would put it.</summary>
    internal static string Of(Spec spec, string id)
    {
        var path = spec.Linux?.CgroupsPath;
        if (string.IsNullOrEmpty(path)) return id;
        var parts = path.Split(':');
        if (parts.Length != 3 || path.Contains('/')) return Path.GetFullPath("/" + path).Trim('/') is { Length: > 0 } clean ? clean : id;
        var slice = parts[0].Length == 0 ? "system.slice" : parts[0];
        var scope = parts[1].Length == 0 ? parts[2] : $"{parts[1]}-{parts[2]}.scope";

        // a-b.slice lies in a.slice
        var (at, name) = ("", "");
        foreach (var part in slice.Replace(".slice", "", StringComparison.Ordinal).Split('-', StringSplitOptions.RemoveEmptyEntries))
        {
            name = name.Length == 0 ? part : $"{name}-{part}";
            at += $"{name}.slice/";
        }

        return at + scope;
    }
}

using Davit.Linux.Cgroups;
using Davit.Oci.Runtime;
using Davit.Primitives;

namespace Davit.Runtime.Lifecycle;

/// <summary>Where a container's cgroup lies, from <c>linux.cgroupsPath</c>.</summary>
internal static class CgroupPath
{
    /// <summary>
    /// As <see cref="Of"/>; of an ordinary user that names none, one where it was given a place. Null when nobody makes cgroups, or where there is no such place and
    /// no limit is asked for. Rules for devices are then left to the user namespace, whose root may make none.
    /// </summary>
    /// <exception cref="DavitException">FailedPrecondition: limits without a cgroup.</exception>
    internal static string? For(Spec spec, string id, RuntimeSettings settings, CgroupHierarchies host)
    {
        var disabled = settings.CgroupManager == CgroupManager.Disabled;
        if (!disabled && (!settings.MayLackCgroup || !string.IsNullOrEmpty(spec.Linux?.CgroupsPath))) return Of(spec, id);
        if (!disabled && host.GrantedPlace() is { } place) return $"{place}/{id}";
        var limits = spec.Linux?.Resources is { } resources && resources with { Devices = null } != new ResourcesSpec();
        return limits ? throw new DavitException(ErrorKind.FailedPrecondition, "limits need a cgroup that this user may write", "name one with linux.cgroupsPath, or leave linux.resources out") : null;
    }

    /// <summary>Refuses a cgroup that holds other processes or is frozen: a container in it would not be alone, or not begin (config-linux.md, "Control groups").</summary>
    /// <returns>Directories that are there already.</returns>
    /// <exception cref="DavitException">FailedPrecondition.</exception>
    internal static IReadOnlyList<string> RefuseUnfit(CgroupHierarchies host, string path)
    {
        var there = (host.IsUnified ? [host.UnifiedMount!] : host.Version1.Select(h => h.Mount)).Select(mount => $"{mount}/{path}").Where(Directory.Exists).ToList();
        if (there.Count == 0) return there;
        if (CgroupFreezer.IsFrozen(host, path)) throw new DavitException(ErrorKind.FailedPrecondition, $"cgroup {path} is frozen", "thaw it, or use another linux.cgroupsPath");
        var processes = new CgroupSet(there).Processes();
        if (processes.Count > 0) throw new DavitException(ErrorKind.FailedPrecondition, $"container's cgroup is not empty: {processes.Count} process(es) found in {path}", "use another linux.cgroupsPath");
        return there;
    }

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

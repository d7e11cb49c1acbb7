using System.Globalization;
using Davit.Linux.Cgroups;
using Davit.Linux.Directories;
using Davit.Linux.Mounts;
using Davit.Oci.Runtime;
using Davit.Runtime.Planning;

namespace Davit.Runtime.Checkpoint;

/// <summary>Mounts of a container whose file systems are the host's: CRIU keeps a name for each, and is told at restore what lies under that name then.</summary>
internal static class ExternalMounts
{
    private const string Null = "/dev/null";

    /// <summary>For a checkpoint: mount points inside, and the name that each gets.</summary>
    /// <param name="spec">Configuration.</param>
    /// <param name="pid">A process inside.</param>
    /// <param name="cgroups">The host's hierarchies.</param>
    internal static IEnumerable<(string Key, string Value)> OfRunning(Spec spec, int pid, CgroupHierarchies cgroups)
    {
        var root = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/root");
        var mounts = MountTable.Read(pid);
        foreach (var (inside, _, recursive) in Binds(spec, cgroups, "").Select(b => (Inside(root, b.Inside), b.Source, b.Recursive)))
        {
            yield return (inside, inside);
            if (!recursive) continue;
            foreach (var below in mounts.Where(m => m.MountPoint.StartsWith(inside + "/", StringComparison.Ordinal))) yield return (below.MountPoint, below.MountPoint);
        }

        foreach (var path in spec.Linux?.MaskedPaths ?? [])
        {
            if (File.Exists(root + path)) yield return (path, Null);
        }
    }

    /// <summary>For a restore: names, and where the host has what they stand for.</summary>
    /// <param name="spec">Configuration.</param>
    /// <param name="rootfs">Its root.</param>
    /// <param name="cgroups">The host's hierarchies.</param>
    /// <param name="cgroup">The container's cgroup.</param>
    /// <param name="bundle">Where relative sources start.</param>
    internal static IEnumerable<(string Key, string Value)> ToRestore(Spec spec, string rootfs, CgroupHierarchies cgroups, string cgroup, string bundle)
    {
        var mounts = MountTable.Read();
        foreach (var (place, source, recursive) in Binds(spec, cgroups, cgroup))
        {
            var (inside, from) = (Inside(rootfs, place), Path.GetFullPath(Path.Combine(bundle, source)));
            yield return (inside, from);
            if (!recursive) continue;
            foreach (var below in mounts.Where(m => m.MountPoint.StartsWith(from.TrimEnd('/') + "/", StringComparison.Ordinal))) yield return (inside + below.MountPoint[from.TrimEnd('/').Length..], below.MountPoint);
        }

        if (spec.Linux?.MaskedPaths is { Count: > 0 }) yield return (Null, Null);
    }

    private static IEnumerable<(string Inside, string Source, bool Recursive)> Binds(Spec spec, CgroupHierarchies cgroups, string cgroup)
    {
        foreach (var mount in spec.Mounts ?? [])
        {
            var options = MountOptions.Parse(mount.Options, mount.Destination);
            if (options.Remount) continue;
            if (options.Bind || mount.Type == "bind") yield return (mount.Destination, mount.Source ?? "", options.RecursiveBind);
            else if (mount.Type is "cgroup" or "cgroup2" && spec.Linux?.Namespaces?.Any(n => n.Type == "cgroup") != true)
            {
                if (cgroups.IsUnified) yield return (mount.Destination, $"{cgroups.UnifiedMount}/{cgroup}", false);
                else foreach (var (_, host) in cgroups.Version1) yield return ($"{mount.Destination.TrimEnd('/')}/{Path.GetFileName(host)}", $"{host}/{cgroup}", false);
            }
        }

        // device nodes can't be made in a user namespace: the host's are bound
        if (spec.Linux?.Namespaces?.Any(n => n.Type == "user") != true) yield break;
        foreach (var device in new[] { Null, "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty" }.Union((spec.Linux.Devices ?? []).Select(d => d.Path))) yield return (device, device, false);
    }

    /// <summary>A mount point without the links on its way, as the kernel's table has it.</summary>
    private static string Inside(string root, string path)
    {
        var own = Path.GetFullPath("/" + path).TrimEnd('/');
        var directory = DirectoryCalls.Open(DirectoryCalls.WorkingDirectory, root, OpenHow.Path | OpenHow.Directory, 0, out _);
        if (directory < 0) return own;
        var file = DirectoryCalls.Open(directory, own.TrimStart('/'), OpenHow.Path, 0, ResolveHow.InRoot, out _);
        try
        {
            // the links of /proc tell paths as the process that reads them sees them
            string? Seen(int fd) => new FileInfo(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{fd}")).LinkTarget;
            if (file < 0 || Seen(directory) is not { } from || Seen(file) is not { } to) return own;
            from = from.TrimEnd('/');
            return to.StartsWith(from + "/", StringComparison.Ordinal) ? to[from.Length..] : own;
        }
        finally
        {
            if (file >= 0) FileIo.Close(file);
            FileIo.Close(directory);
        }
    }
}

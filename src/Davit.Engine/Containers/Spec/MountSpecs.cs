using System.Globalization;
using Davit.Engine.Containers.Model;
using Davit.Engine.Mounts;
using Davit.Oci.Runtime;
using Davit.Runtime.Defaults;

namespace Davit.Engine.Containers.Spec;

/// <summary>Mounts of a container, in the order in which they are made.</summary>
internal static class MountSpecs
{
    public static IReadOnlyList<MountSpec> Make(SpecInput input, SecurityOptions security, (string Source, string Destination)? init)
    {
        var host = input.Model.HostConfig;
        List<MountSpec> own = [];
        foreach (var (destination, source) in input.Files) own.Add(Bind(source, destination, ["rbind", "rprivate", "rw"]));
        foreach (var mount in input.Mounts) own.Add(User(mount));
        foreach (var (path, options) in host.Tmpfs ?? new Dictionary<string, string>()) own.Add(Tmpfs(ContainerPath.Clean(path), TmpfsOptions.Parse(options)));
        if (init is { } program) own.Add(Bind(program.Source, program.Destination, ["bind", "ro"]));
        var taken = own.Select(mount => mount.Destination).ToHashSet(StringComparer.Ordinal);
        List<MountSpec> result = [];
        foreach (var mount in ContainerDefaults.Mounts(host.Privileged).Concat(SharedMemory(input)))
        {
            // A mount of the user's in the same place, or all of /dev, replaces ours.
            if (taken.Contains(mount.Destination) || (taken.Contains("/dev") && mount.Destination.StartsWith("/dev/", StringComparison.Ordinal))) continue;
            result.Add(mount.Type == "cgroup" && security.WritableCgroups ? mount with { Options = [.. mount.Options!.Where(option => option != "ro"), "rw"] } : mount);
        }

        // The user's file in place of ours: the last one given for a destination holds.
        result.AddRange(own.GroupBy(mount => mount.Destination).Select(group => group.Last()).OrderBy(mount => Depth(mount.Destination)));
        return result;
    }

    private static IEnumerable<MountSpec> SharedMemory(SpecInput input)
    {
        var host = input.Model.HostConfig;
        if (host.IpcMode == "none") yield break;
        if (input.SharedMemory is { } source)
        {
            yield return Bind(source, "/dev/shm", ["rbind", "rprivate", "rw"]);
            yield break;
        }

        yield return Tmpfs("/dev/shm", ["nosuid", "noexec", "nodev", "mode=1777", string.Create(CultureInfo.InvariantCulture, $"size={host.ShmSize}")], "shm");
    }

    private static MountSpec User(MountModel mount)
    {
        if (mount.Type == "tmpfs") return Tmpfs(mount.Destination, mount.Options.Split(','));
        List<string> options = [mount.NonRecursive ? "bind" : "rbind", mount.Propagation.Length > 0 ? mount.Propagation : "rprivate"];
        options.Add(!mount.ReadOnly ? "rw" : mount.ReadOnlyRecursive is false || mount.NonRecursive || mount.Type == "volume" ? "ro" : "rro");
        return Bind(mount.Source, mount.Destination, options);
    }

    private static MountSpec Bind(string source, string destination, IReadOnlyList<string> options) => new() { Type = "bind", Source = source, Destination = destination, Options = options };

    private static MountSpec Tmpfs(string destination, IReadOnlyList<string> options, string source = "tmpfs") => new() { Type = "tmpfs", Source = source, Destination = destination, Options = options };

    private static int Depth(string path) => path.Count(c => c == '/');
}

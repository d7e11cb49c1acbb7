using Davit.DockerApi.Containers;
using Davit.Engine.Containers.Model;
using Davit.Primitives;

namespace Davit.Engine.Mounts;

/// <summary>Finds all mounts that a request and its image ask for: <c>--volumes-from</c>, <c>-v</c>, <c>--mount</c>, then the image's <c>VOLUME</c>s.</summary>
internal static class MountPlanner
{
    /// <param name="config">Merged configuration.</param>
    /// <param name="host">As requested.</param>
    /// <param name="find">Finds the container that <c>--volumes-from</c> names.</param>
    public static IReadOnlyList<MountModel> Plan(ContainerConfig config, HostConfig host, Func<string, ContainerModel> find)
    {
        Dictionary<string, MountModel> inherited = new(StringComparer.Ordinal);
        foreach (var source in host.VolumesFrom ?? [])
        {
            foreach (var mount in From(source, find)) inherited[mount.Destination] = mount;
        }

        Dictionary<string, MountModel> own = new(StringComparer.Ordinal);
        foreach (var bind in host.Binds ?? []) Add(own, BindParser.Parse(bind, host.VolumeDriver ?? ""), host);
        foreach (var mount in host.Mounts ?? []) Add(own, MountFlagParser.Parse(mount), host);
        foreach (var (destination, mount) in own) inherited[destination] = mount;
        foreach (var path in (config.Volumes ?? new Dictionary<string, Davit.DockerApi.EmptyObject>()).Keys)
        {
            var destination = ContainerPath.Clean("/" + path);
            if (destination == "/") throw new DavitException(ErrorKind.InvalidArgument, "invalid mount config for type \"volume\": invalid specification: destination can't be '/'");
            if (inherited.ContainsKey(destination) || (host.Tmpfs?.Keys.Any(tmpfs => ContainerPath.Clean(tmpfs) == destination) ?? false)) continue;
            inherited[destination] = new MountModel { Type = "volume", Destination = destination, Anonymous = true, Driver = string.IsNullOrEmpty(host.VolumeDriver) ? "local" : host.VolumeDriver };
        }

        foreach (var (path, options) in host.Tmpfs ?? new Dictionary<string, string>())
        {
            if (!path.StartsWith('/')) throw new DavitException(ErrorKind.InvalidArgument, $"invalid mount path: '{path}' mount path must be absolute");
            if (ContainerPath.Clean(path) == "/") throw new DavitException(ErrorKind.InvalidArgument, "invalid specification: destination can't be '/'");
            TmpfsOptions.Parse(options);
        }

        // The outer one first, so that the inner one is not hidden.
        return [.. inherited.Values.OrderBy(mount => mount.Destination.Count(c => c == '/')).ThenBy(mount => mount.Destination, StringComparer.Ordinal)];
    }

    private static void Add(Dictionary<string, MountModel> mounts, MountModel mount, HostConfig host)
    {
        var clash = host.Tmpfs?.Keys.Any(path => ContainerPath.Clean(path) == mount.Destination) ?? false;
        if (clash || !mounts.TryAdd(mount.Destination, mount)) throw new DavitException(ErrorKind.InvalidArgument, $"Duplicate mount point: {mount.Destination}");
    }

    private static IEnumerable<MountModel> From(string text, Func<string, ContainerModel> find)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var name = colon < 0 ? text : text[..colon];
        var mode = colon < 0 ? "" : text[(colon + 1)..];
        if (name.Length == 0) throw new DavitException(ErrorKind.InvalidArgument, $"invalid volumes-from specification: '{text}'");
        if (mode.Length > 0 && mode is not ("ro" or "rw" or "z" or "Z")) throw new DavitException(ErrorKind.InvalidArgument, $"invalid mode: {mode}");
        foreach (var mount in find(name).Mounts)
        {
            if (mount.Type == "tmpfs") continue;
            yield return mount with { ReadOnly = mode == "ro" || mount.ReadOnly, Mode = mode.Length > 0 ? mode : mount.Mode, Anonymous = false, NoCopy = true };
        }
    }
}

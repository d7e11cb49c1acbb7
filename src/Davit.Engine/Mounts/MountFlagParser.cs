using System.Globalization;
using Davit.DockerApi.Containers;
using Davit.Engine.Containers.Model;
using Davit.Primitives;

namespace Davit.Engine.Mounts;

/// <summary>Reads <c>HostConfig.Mounts</c>, what <c>--mount</c> becomes.</summary>
internal static class MountFlagParser
{
    public static MountModel Parse(MountRequest mount)
    {
        var type = mount.Type ?? "";
        if (type is not ("bind" or "volume" or "tmpfs")) throw Invalid(type, "mount type unknown");
        if (string.IsNullOrEmpty(mount.Target)) throw Invalid(type, "field Target must not be empty");
        if (!mount.Target.StartsWith('/')) throw Invalid(type, $"invalid mount path: '{mount.Target}' mount path must be absolute");
        var destination = ContainerPath.Clean(mount.Target);
        if (destination == "/") throw Invalid(type, "invalid specification: destination can't be '/'");
        if (type != "bind" && mount.BindOptions is not null) throw Invalid(type, "field BindOptions must not be specified");
        if (type != "volume" && mount.VolumeOptions is not null) throw Invalid(type, "field VolumeOptions must not be specified");
        if (type != "tmpfs" && mount.TmpfsOptions is not null) throw Invalid(type, "field TmpfsOptions must not be specified");
        return type switch
        {
            "bind" => Bind(mount, destination),
            "volume" => Volume(mount, destination),
            _ => Tmpfs(mount, destination),
        };
    }

    private static MountModel Bind(MountRequest mount, string destination)
    {
        if (string.IsNullOrEmpty(mount.Source)) throw Invalid("bind", "field Source must not be empty");
        if (!mount.Source.StartsWith('/')) throw Invalid("bind", $"invalid mount path: '{mount.Source}' mount path must be absolute");
        var options = mount.BindOptions;
        var propagation = options?.Propagation ?? "";
        if (propagation.Length > 0 && !MountMode.IsPropagation(propagation)) throw Invalid("bind", $"invalid propagation mode: {propagation}");
        var source = ContainerPath.Clean(mount.Source);
        var create = options?.CreateMountpoint ?? false;
        if (!create && !File.Exists(source) && !Directory.Exists(source)) throw Invalid("bind", $"bind source path does not exist: {source}");
        var force = options?.ReadOnlyForceRecursive ?? false;
        var never = options?.ReadOnlyNonRecursive ?? false;
        if (never && !mount.ReadOnly) throw Invalid("bind", "mount source must be read-only to use ReadOnlyNonRecursive");
        if (force && !mount.ReadOnly) throw Invalid("bind", "mount source must be read-only to use ReadOnlyForceRecursive");
        if (force && never) throw Invalid("bind", "ReadOnlyForceRecursive and ReadOnlyNonRecursive are mutually exclusive");
        return new MountModel
        {
            Type = "bind", Source = source, Destination = destination, ReadOnly = mount.ReadOnly, FromMountFlag = true, CreateSource = create,
            Propagation = propagation.Length == 0 ? "rprivate" : propagation, NonRecursive = options?.NonRecursive ?? false,
            ReadOnlyRecursive = force ? true : never ? false : null,
        };
    }

    private static MountModel Volume(MountRequest mount, string destination)
    {
        var options = mount.VolumeOptions;
        if (options?.Subpath is { Length: > 0 } subpath && (subpath.StartsWith('/') || subpath.Split('/').Contains("..")))
        {
            throw Invalid("volume", "subpath must be a relative path within the volume");
        }

        if (string.IsNullOrEmpty(mount.Source) && options?.Subpath is { Length: > 0 }) throw Invalid("volume", "must not set Subpath when using anonymous volumes");
        return new MountModel
        {
            Type = "volume", Volume = string.IsNullOrEmpty(mount.Source) ? null : mount.Source, Anonymous = string.IsNullOrEmpty(mount.Source), Destination = destination,
            ReadOnly = mount.ReadOnly, FromMountFlag = true, NoCopy = options?.NoCopy ?? false, Subpath = options?.Subpath is { Length: > 0 } path ? path : null,
            Mode = "z", Driver = options?.DriverConfig?.Name is { Length: > 0 } driver ? driver : "local",
        };
    }

    private static MountModel Tmpfs(MountRequest mount, string destination)
    {
        if (!string.IsNullOrEmpty(mount.Source)) throw Invalid("tmpfs", "field Source must not be specified");
        List<string> options = ["noexec", "nosuid", "nodev"];
        if (mount.ReadOnly) options.Add("ro");
        if (mount.TmpfsOptions is { } tmpfs)
        {
            if (tmpfs.SizeBytes is < 0) throw Invalid("tmpfs", $"size must not be negative: {tmpfs.SizeBytes}");
            if (tmpfs.Mode is { } mode and not 0) options.Add("mode=" + Convert.ToString(mode, 8));
            if (tmpfs.SizeBytes is { } size and > 0) options.Add(string.Create(CultureInfo.InvariantCulture, $"size={size}"));
            foreach (var option in tmpfs.Options ?? [])
            {
                var text = string.Join('=', option);
                if (option.Count is < 1 or > 2 || text is not ("exec" or "noexec")) throw Invalid("tmpfs", $"invalid option: \"{text}\"");
                options.RemoveAll(word => word is "exec" or "noexec");
                options.Add(text);
            }
        }

        return new MountModel { Type = "tmpfs", Destination = destination, ReadOnly = mount.ReadOnly, Options = string.Join(',', options), FromMountFlag = true };
    }

    private static DavitException Invalid(string type, string problem) => new(ErrorKind.InvalidArgument, $"invalid mount config for type \"{type}\": {problem}");
}

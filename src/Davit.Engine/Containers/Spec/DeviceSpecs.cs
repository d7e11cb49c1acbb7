using System.Globalization;
using System.Text.RegularExpressions;
using Davit.DockerApi.Containers;
using Davit.Linux;
using Davit.Linux.Directories;
using Davit.Oci.Runtime;
using Davit.Primitives;

namespace Davit.Engine.Containers.Spec;

/// <summary>Devices of the host in containers.</summary>
internal static partial class DeviceSpecs
{
    /// <exception cref="DavitException">InvalidArgument.</exception>
    public static void ValidatePermissions(string permissions)
    {
        if (permissions.AsSpan().ContainsAnyExcept("rwm") || permissions.Distinct().Count() != permissions.Length)
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"invalid device mode: {permissions}");
        }
    }

    /// <summary>Reads <c>--device-cgroup-rule</c>: <c>c 1:3 mr</c>.</summary>
    /// <exception cref="DavitException">InvalidArgument.</exception>
    public static DeviceCgroupSpec ParseRule(string rule)
    {
        var match = RulePattern().Match(rule);
        if (!match.Success) throw new DavitException(ErrorKind.InvalidArgument, $"invalid device cgroup rule format: '{rule}'");
        return new DeviceCgroupSpec { Allow = true, Type = match.Groups[1].Value, Major = Number(match.Groups[2].Value), Minor = Number(match.Groups[3].Value), Access = match.Groups[4].Value };
    }

    /// <summary>The device nodes that a mapping means (all below it, for a directory) and the rules that allow them.</summary>
    /// <exception cref="DavitException">NotFound or InvalidArgument, with Docker's texts.</exception>
    public static IEnumerable<(DeviceSpec Device, DeviceCgroupSpec Rule)> Map(DeviceMapping mapping)
    {
        var inside = mapping.PathInContainer.Length > 0 ? mapping.PathInContainer : mapping.PathOnHost;
        var access = mapping.CgroupPermissions.Length > 0 ? mapping.CgroupPermissions : "rwm";
        var stat = Stat(mapping.PathOnHost);
        if (!stat.IsDirectory)
        {
            yield return Node(mapping.PathOnHost, inside, access, stat);
            yield break;
        }

        var any = false;
        foreach (var path in Directory.EnumerateFiles(mapping.PathOnHost, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var node = Stat(path);
            if (node.Type is not (FileTypes.CharacterDevice or FileTypes.BlockDevice)) continue;
            any = true;
            yield return Node(path, inside.TrimEnd('/') + path[mapping.PathOnHost.TrimEnd('/').Length..], access, node);
        }

        if (!any) throw new DavitException(ErrorKind.InvalidArgument, $"error gathering device information while adding custom device \"{mapping.PathOnHost}\": no device nodes found");
    }

    /// <summary>All devices of the host, for <c>--privileged</c>.</summary>
    public static IEnumerable<DeviceSpec> Host()
    {
        foreach (var path in Directory.EnumerateFileSystemEntries("/dev", "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = true }))
        {
            if (IsOwn(path) || DirectoryCalls.Stat(DirectoryCalls.WorkingDirectory, path, out var stat) != Errno.None) continue;
            if (stat.Type is FileTypes.CharacterDevice or FileTypes.BlockDevice) yield return Device(path, stat);
        }
    }

    /// <summary>Number of a block device, for limits by device.</summary>
    /// <exception cref="DavitException">InvalidArgument.</exception>
    public static (uint Major, uint Minor) BlockNumber(string path)
    {
        if (DirectoryCalls.Stat(DirectoryCalls.WorkingDirectory, Target(path), out var stat) is var errno and not Errno.None) throw new DavitException(ErrorKind.InvalidArgument, $"stat {path}: {errno.Text()}");
        return stat.Type == FileTypes.BlockDevice ? (stat.DeviceMajor, stat.DeviceMinor) : throw new DavitException(ErrorKind.InvalidArgument, $"{path}: not a block device");
    }

    /// <summary>Each container has its own of these.</summary>
    private static bool IsOwn(string path) =>
        path.StartsWith("/dev/pts/", StringComparison.Ordinal) || path.StartsWith("/dev/shm/", StringComparison.Ordinal) || path.StartsWith("/dev/mqueue/", StringComparison.Ordinal)
        || path.StartsWith("/dev/fd/", StringComparison.Ordinal)
        || path is "/dev/console" or "/dev/ptmx" or "/dev/null" or "/dev/zero" or "/dev/full" or "/dev/random" or "/dev/urandom" or "/dev/tty";

    private static (DeviceSpec, DeviceCgroupSpec) Node(string path, string inside, string access, FileStat stat)
    {
        if (stat.Type is not (FileTypes.CharacterDevice or FileTypes.BlockDevice))
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"error gathering device information while adding custom device \"{path}\": not a device node");
        }

        var device = Device(inside, stat);
        return (device, new DeviceCgroupSpec { Allow = true, Type = device.Type, Major = device.Major, Minor = device.Minor, Access = access });
    }

    private static DeviceSpec Device(string path, FileStat stat) => new()
    {
        Path = path, Type = stat.Type == FileTypes.BlockDevice ? "b" : "c", Major = stat.DeviceMajor, Minor = stat.DeviceMinor, FileMode = stat.Mode & 0xFFF, Uid = stat.Uid, Gid = stat.Gid,
    };

    private static FileStat Stat(string path)
    {
        var errno = DirectoryCalls.Stat(DirectoryCalls.WorkingDirectory, Target(path), out var stat);
        return errno == Errno.None ? stat
            : throw new DavitException(ErrorKind.InvalidArgument, $"error gathering device information while adding custom device \"{path}\": {errno.Text()}");
    }

    private static string Target(string path)
    {
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        }
        catch (IOException)
        {
            return path; // it is not there: whoever looks at it says so
        }
    }

    private static long? Number(string text) => text == "*" ? null : long.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex("^([acb]) ([0-9]{1,9}|\\*):([0-9]{1,9}|\\*) ([rwm]{1,3})$")]
    private static partial Regex RulePattern();
}

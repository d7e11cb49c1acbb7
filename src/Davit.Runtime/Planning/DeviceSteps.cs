using Davit.Oci.Runtime;
using Davit.Primitives;
using Davit.Runtime.Launch;

namespace Davit.Runtime.Planning;

/// <summary>Steps that fill /dev: the default devices and links (config-linux.md, "Default Devices"; runtime-linux.md, "Dev symbolic links") and those that are asked for.</summary>
internal static class DeviceSteps
{
    private static readonly DeviceSpec[] Defaults =
    [
        new() { Path = "/dev/null", Type = "c", Major = 1, Minor = 3, FileMode = 0x1b6 },
        new() { Path = "/dev/zero", Type = "c", Major = 1, Minor = 5, FileMode = 0x1b6 },
        new() { Path = "/dev/full", Type = "c", Major = 1, Minor = 7, FileMode = 0x1b6 },
        new() { Path = "/dev/random", Type = "c", Major = 1, Minor = 8, FileMode = 0x1b6 },
        new() { Path = "/dev/urandom", Type = "c", Major = 1, Minor = 9, FileMode = 0x1b6 },
        new() { Path = "/dev/tty", Type = "c", Major = 5, Minor = 0, FileMode = 0x1b6 },
    ];

    private static readonly (string Name, string Target)[] Links =
        [("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"), ("stdout", "/proc/self/fd/1"), ("stderr", "/proc/self/fd/2"), ("core", "/proc/kcore"), ("ptmx", "pts/ptmx")];

    /// <summary>Fills /dev; its root stays held.</summary>
    internal static void Fill(ProgramWriter writer, Spec spec, bool userNamespace)
    {
        if (spec.Mounts?.Any(m => m.Destination.TrimEnd('/') == "/dev") != true)
        {
            RootSteps.OpenTarget(writer, "/dev", isFile: false, "create /dev of the container");
            RootSteps.Close(writer, Slot.Target);
        }

        if (!writer.Holds("/dev"))
        {
            RootSteps.Open(writer, "/dev", Slot.Dev, "open /dev of the container");
            writer.Hold("/dev", Slot.Dev);
        }

        var asked = spec.Linux?.Devices ?? [];
        foreach (var device in Defaults.Where(d => asked.All(a => a.Path != d.Path)).Concat(asked)) Make(writer, device, userNamespace);
        foreach (var (name, target) in Links)
        {
            if (name == "core" && !File.Exists("/proc/kcore")) continue;
            writer.Add($"link /dev/{name}", SystemCall.Symlinkat, writer.String(target), Argument.Slot(Slot.Dev), writer.String(name));
            writer.Last(tolerate: 17);
        }
    }

    private static void Make(ProgramWriter writer, DeviceSpec device, bool userNamespace)
    {
        var what = $"create device node {device.Path}";
        var relative = device.Path.StartsWith("/dev/", StringComparison.Ordinal) && device.Path.IndexOf('/', 5) < 0 ? device.Path[5..] : null;
        var parts = device.Path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var mode = device.FileMode ?? 0x1b6;
        if (userNamespace && device.Type != "p")
        {
            // device nodes can't be made in a user namespace: the host's are bound
            writer.Add(what, SystemCall.OpenTree, -100, writer.String(HostPath(device)), 1 | RootSteps.OCloseOnExec);
            writer.Last(result: Slot.Tree);
            RootSteps.OpenTarget(writer, device.Path, isFile: true, what);
            MountSteps.Move(writer, what);
            return;
        }

        var directory = Slot.Dev;
        if (relative is null)
        {
            if (parts.Length > 1) RootSteps.Make(writer, "/" + string.Join('/', parts[..^1]), isFile: false, what);
            RootSteps.Open(writer, string.Join('/', parts[..^1]), Slot.Target, what);
            directory = Slot.Target;
            relative = parts[^1];
        }

        var type = Type(device);
        writer.Add(what, SystemCall.Mknodat, Argument.Slot(directory), writer.String(relative), (long)((uint)type | (mode & 0xfff)), Number(device.Major, device.Minor));
        writer.Last(tolerate: 17, skipOnSuccess: 3);

        // what is there already must be that device
        var other = $"{what}: another file lies there";
        writer.Add(other, SystemCall.Openat, Argument.Slot(directory), writer.String(relative), RootSteps.OPath | RootSteps.ONoFollow | RootSteps.OCloseOnExec);
        writer.Last(result: Slot.Scratch);
        writer.Add(other, SystemCall.CheckDevice, Argument.Slot(Slot.Scratch), type, device.Type == "p" ? 0 : Number(device.Major, device.Minor));
        RootSteps.Close(writer, Slot.Scratch);
        if (device.Uid is > 0 || device.Gid is > 0)
        {
            writer.Add(what, SystemCall.Fchownat, Argument.Slot(directory), writer.String(relative), device.Uid ?? 0, device.Gid ?? 0, 0x100);
        }

        if (directory == Slot.Target) RootSteps.Close(writer, Slot.Target);
    }

    private static int Type(DeviceSpec device) => device.Type switch
    {
        "c" or "u" => 0x2000,
        "b" => 0x6000,
        "p" => 0x1000,
        _ => throw new DavitException(ErrorKind.InvalidArgument, $"device {device.Path} has type \"{device.Type}\"", "use c, b, u or p"),
    };

    /// <summary>Where the host has a device: at the same path, else where the kernel's name for its number says.</summary>
    private static string HostPath(DeviceSpec device)
    {
        _ = Type(device);
        if (Defaults.Any(d => d.Path == device.Path && d.Major == device.Major && d.Minor == device.Minor)) return device.Path;
        var kind = device.Type == "b" ? "block" : "char";
        var described = $"/sys/dev/{kind}/{device.Major}:{device.Minor}/uevent";
        if (File.Exists(described) && File.ReadLines(described).FirstOrDefault(l => l.StartsWith("DEVNAME=", StringComparison.Ordinal)) is { } line) return "/dev/" + line[8..];
        return File.Exists(device.Path) ? device.Path
            : throw new DavitException(ErrorKind.FailedPrecondition, $"device {device.Path} ({device.Type} {device.Major}:{device.Minor}) is not on this machine, and can't be made in a user namespace", "leave the device out");
    }

    private static long Number(long major, long minor) => (minor & 0xff) | ((major & 0xfff) << 8) | ((minor >> 8) << 20) | ((major >> 12) << 44);
}

using Davit.Oci.Runtime;
using Davit.Primitives;
using Davit.Runtime.Launch;

namespace Davit.Runtime.Planning;

/// <summary>Steps that mount what the specification lists, hide and write-protect paths. Targets are descriptors, found without following links out of the root.</summary>
internal static class MountSteps
{
    internal const long AtEmptyPath = 0x1000;
    internal const long AtRecursive = 0x8000;
    internal const long TreeClone = 1;
    private const long MoveBothEmpty = 4 | 0x40;
    private const long MsBind = 4096;

    internal static void Mount(ProgramWriter writer, Spec spec, MountSpec mount, PlanOptions options)
    {
        var parsed = MountOptions.Parse(mount.Options, mount.Destination);
        if (parsed.Remount) Remount(writer, mount.Destination, parsed);
        else if (parsed.Bind || mount.Type == "bind") BindSteps.Mount(writer, spec, mount, parsed, options);
        else if (BindSteps.IsMapped(mount, parsed)) throw new DavitException(ErrorKind.InvalidArgument, $"mount {mount.Destination}: owners are mapped on bind mounts alone", "add option bind, or leave the mappings out");
        else if (mount.Type is "cgroup" or "cgroup2") CgroupMountSteps.Mount(writer, spec, mount, parsed, options);
        else FileSystem(writer, mount.Source ?? mount.Type ?? "none", mount.Destination, mount.Type ?? throw new DavitException(ErrorKind.InvalidArgument, $"mount {mount.Destination} has no type", "set type, or option bind"), Labelled(mount, parsed, spec.Linux?.MountLabel));
        if (mount.Type == "mqueue" && !string.IsNullOrEmpty(spec.Linux?.MountLabel)) LabelRoot(writer, mount.Destination, spec.Linux.MountLabel);
    }

    /// <summary>Changes what is mounted on a path: the file system with its options, or with <c>bind</c> the mount's own attributes.</summary>
    private static void Remount(ProgramWriter writer, string destination, MountOptions options)
    {
        var what = $"error remounting {destination}";
        RootSteps.Open(writer, destination, Slot.Target, what);
        if (!options.Bind) writer.Add(what, SystemCall.Mount, 0, Argument.SlotPath(Slot.Target), 0, options.MountFlags, options.Data.Length == 0 ? 0 : writer.String(options.Data));
        else if (options.Attributes is not (0, 0)) BindSteps.Attributes(writer, what, Slot.Target, options.Attributes, recursive: false);
        if (options.RecursiveAttributes is not (0, 0)) BindSteps.Attributes(writer, what, Slot.Target, options.RecursiveAttributes, recursive: true);
        RootSteps.Close(writer, Slot.Target);
    }

    /// <summary>File systems of the kernel's own have labels of their own, and a message queue's is given to its root.</summary>
    private static MountOptions Labelled(MountSpec mount, MountOptions options, string? label)
    {
        if (string.IsNullOrEmpty(label) || mount.Type is "proc" or "sysfs" or "mqueue" or "cgroup" or "cgroup2") return options;
        return options with { Data = (options.Data.Length == 0 ? "" : options.Data + ",") + $"context=\"{label}\"" };
    }

    private static void LabelRoot(ProgramWriter writer, string destination, string label)
    {
        var what = $"label {destination} {label}";
        RootSteps.Open(writer, destination, Slot.Target, what);
        writer.Add(what, SystemCall.Setxattr, Argument.SlotPath(Slot.Target), writer.String("security.selinux"), writer.String(label), System.Text.Encoding.UTF8.GetByteCount(label) + 1, 0);
        RootSteps.Close(writer, Slot.Target);
    }

    internal static void FileSystem(ProgramWriter writer, string source, string destination, string type, MountOptions options)
    {
        var what = $"error mounting \"{source}\" to rootfs at \"{destination}\"";
        if (options.CopyUp && type != "tmpfs") throw new DavitException(ErrorKind.InvalidArgument, $"mount {destination}: option tmpcopyup is for tmpfs, not for {type}", "leave it out");
        writer.Forget(destination.TrimEnd('/'));
        RootSteps.OpenTarget(writer, destination, isFile: false, what + ": create mountpoint", type is "proc" or "sysfs" ? $"{what}: filesystem \"{type}\" must be mounted on ordinary directory" : null);

        // /dev takes its device nodes before it can be read-only, and a copy its files
        var readOnlyLater = options.CopyUp && (options.MountFlags & MountOptions.ReadOnly) != 0;
        var flags = destination == "/dev" || options.CopyUp ? options.MountFlags & ~MountOptions.ReadOnly : options.MountFlags;
        if (HeldFileSystem.Slot(destination, type) is { } held && !options.CopyUp) HeldFileSystem.Mount(writer, source, destination, type, options, (flags & MountOptions.ReadOnly) != 0, held);
        else writer.Add($"{what}: mount {type}", SystemCall.Mount, writer.String(source), Argument.SlotPath(Slot.Target), writer.String(type), flags, options.Data.Length == 0 ? 0 : writer.String(options.Data));
        if (options.CopyUp) CopyUp(writer, destination, what, options.Data);
        RootSteps.Close(writer, Slot.Target);
        var (set, clear) = options.RecursiveAttributes;
        if (readOnlyLater) set |= MountOptions.ReadOnly;
        if ((set, clear) is not (0, 0))
        {
            RootSteps.Open(writer, destination, Slot.Target, what);
            writer.Add($"{what}: set attributes", SystemCall.MountSetattr, Argument.Slot(Slot.Target), writer.String(""), AtEmptyPath, writer.Words((long)set, (long)clear, 0, 0), 32);
            RootSteps.Close(writer, Slot.Target);
        }

        if (options.Propagation.Flag != 0)
        {
            RootSteps.Open(writer, destination, Slot.Target, what);
            writer.Add($"{what}: set propagation", SystemCall.Mount, 0, Argument.SlotPath(Slot.Target), 0, options.Propagation.Flag | (options.Propagation.Recursive ? 16384L : 0L), 0);
            RootSteps.Close(writer, Slot.Target);
        }
    }

    /// <summary>The new mount lies over <see cref="Slot.Target"/>, which still is the directory below: the parent copies from one to the other.</summary>
    private static void CopyUp(ProgramWriter writer, string destination, string what, string data)
    {
        RootSteps.Open(writer, destination, Slot.Source, what);
        writer.Add("hand a directory over", SystemCall.HandOver, LaunchReport.CopyFrom, Slot.Target);
        writer.Add("hand a directory over", SystemCall.HandOver, LaunchReport.CopyTo, Slot.Source);
        writer.Add("wait for the copy", SystemCall.Gate, Slot.Parent);

        // what is asked for counts more than what lay below
        const int Here = -100, Same = -1;
        var (owner, group) = (Given("uid=", 10) ?? Same, Given("gid=", 10) ?? Same);
        if (owner != Same || group != Same) writer.Add(what, SystemCall.Fchownat, Here, Argument.SlotPath(Slot.Source), owner, group, 0);
        if (Given("mode=", 8) is { } mode) writer.Add(what, SystemCall.Fchmodat, Here, Argument.SlotPath(Slot.Source), mode);
        RootSteps.Close(writer, Slot.Source);

        // what is no number is refused by the kernel when it mounts
        long? Given(string name, int numberBase)
        {
            var text = data.Split(',').LastOrDefault(o => o.StartsWith(name, StringComparison.Ordinal))?[name.Length..] ?? "";
            return text.Length is > 0 and < 10 && text.All(c => c >= '0' && c < '0' + numberBase) ? Convert.ToInt64(text, numberBase) : null;
        }
    }

    /// <summary>Mounts the tree in its slot on the target in its slot, and closes both.</summary>
    internal static void Move(ProgramWriter writer, string what, int tree = Slot.Tree)
    {
        writer.Add($"{what}: move_mount", SystemCall.MoveMount, Argument.Slot(tree), writer.String(""), Argument.Slot(Slot.Target), writer.String(""), MoveBothEmpty);
        RootSteps.Close(writer, tree);
        RootSteps.Close(writer, Slot.Target);
    }

    /// <summary>Hides a path: a file behind /dev/null, a directory behind an empty file system. A missing path is hidden enough.</summary>
    internal static void Mask(ProgramWriter writer, string path)
    {
        var what = $"mask {path}";
        var open = RootSteps.Open(writer, path, Slot.Target, what);
        writer.Last(result: Slot.Target, tolerate: 2, tolerate1: 20);
        var start = writer.Current.Count;
        writer.Add(what, SystemCall.Mount, writer.String("/dev/null"), Argument.SlotPath(Slot.Target), 0, MsBind, 0);
        writer.Last(tolerate: 20, skipOnSuccess: 1);
        writer.Add(what, SystemCall.Mount, writer.String("tmpfs"), Argument.SlotPath(Slot.Target), writer.String("tmpfs"), MountOptions.ReadOnly, writer.String("nr_blocks=1,nr_inodes=1"));
        RootSteps.Close(writer, Slot.Target);
        writer.Skip(open, onError: writer.Current.Count - start);
    }

    /// <summary>Write-protects a path and what is mounted below it.</summary>
    internal static void Protect(ProgramWriter writer, string path)
    {
        var what = $"make {path} read-only";
        var open = RootSteps.Open(writer, path, Slot.Target, what);
        writer.Last(result: Slot.Target, tolerate: 2, tolerate1: 20);
        var start = writer.Current.Count;
        writer.Add(what, SystemCall.OpenTree, Argument.Slot(Slot.Target), writer.String(""), TreeClone | RootSteps.OCloseOnExec | AtEmptyPath | AtRecursive);
        writer.Last(result: Slot.Tree);
        writer.Add(what, SystemCall.MountSetattr, Argument.Slot(Slot.Tree), writer.String(""), AtEmptyPath | AtRecursive, writer.Words(1, 0, 0, 0), 32);
        Move(writer, what);
        writer.Skip(open, onError: writer.Current.Count - start);
    }
}

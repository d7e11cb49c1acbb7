using Davit.Oci.Runtime;
using Davit.Primitives;
using Davit.Runtime.Launch;

namespace Davit.Runtime.Planning;

/// <summary>Steps that mount what the specification lists, hide and write-protect paths. Targets are descriptors, found without following links out of the root.</summary>
internal static class MountSteps
{
    private const long AtFdCwd = -100;
    private const long AtEmptyPath = 0x1000;
    private const long AtRecursive = 0x8000;
    private const long TreeClone = 1;
    private const long MoveBothEmpty = 4 | 0x40;
    private const long MsBind = 4096;

    internal static void Mount(ProgramWriter writer, Spec spec, MountSpec mount, PlanOptions options)
    {
        if (!mount.Destination.StartsWith('/')) throw new DavitException(ErrorKind.InvalidArgument, $"mount destination {mount.Destination} not absolute", "write it from /");
        var parsed = MountOptions.Parse(mount.Options, mount.Destination);
        if (parsed.Bind || mount.Type == "bind") Bind(writer, mount, parsed, options);
        else if (mount.Type == "cgroup") CgroupMountSteps.Mount(writer, spec, mount, parsed, options);
        else FileSystem(writer, mount.Source ?? mount.Type ?? "none", mount.Destination, mount.Type ?? throw new DavitException(ErrorKind.InvalidArgument, $"mount {mount.Destination} has no type", "set type, or option bind"), parsed);
    }

    internal static void FileSystem(ProgramWriter writer, string source, string destination, string type, MountOptions options)
    {
        var what = $"error mounting \"{source}\" to rootfs at \"{destination}\"";
        RootSteps.OpenTarget(writer, destination, isFile: false, what + ": create mountpoint");
        // /dev takes its device nodes before it can be read-only
        var flags = destination == "/dev" ? options.MountFlags & ~MountOptions.ReadOnly : options.MountFlags;
        writer.Add($"{what}: mount {type}", SystemCall.Mount, writer.String(source), Argument.SlotPath(Slot.Target), writer.String(type), flags, options.Data.Length == 0 ? 0 : writer.String(options.Data));
        RootSteps.Close(writer, Slot.Target);
        if (options.Propagation.Flag != 0)
        {
            RootSteps.Open(writer, destination, Slot.Target, what);
            writer.Add($"{what}: set propagation", SystemCall.Mount, 0, Argument.SlotPath(Slot.Target), 0, options.Propagation.Flag | (options.Propagation.Recursive ? 16384L : 0L), 0);
            RootSteps.Close(writer, Slot.Target);
        }
    }

    private static void Bind(ProgramWriter writer, MountSpec mount, MountOptions options, PlanOptions plan)
    {
        if (string.IsNullOrEmpty(mount.Source)) throw new DavitException(ErrorKind.InvalidArgument, $"bind mount on {mount.Destination} has no source", "set source");
        var source = Path.GetFullPath(Path.Combine(plan.Bundle, mount.Source));
        var what = $"error mounting \"{source}\" to rootfs at \"{mount.Destination}\"";
        var isFile = !Directory.Exists(source) && File.Exists(source);
        writer.Add($"{what}: open {source}", SystemCall.OpenTree, AtFdCwd, writer.String(source), TreeClone | RootSteps.OCloseOnExec | (options.RecursiveBind ? AtRecursive : 0L));
        writer.Last(result: Slot.Tree);
        Attributes(writer, what, options.Attributes, recursive: false);
        Attributes(writer, what, options.RecursiveAttributes, recursive: true);
        var propagation = options.Propagation.Flag == 0 ? (Flag: 1L << 18, Recursive: true) : options.Propagation;
        writer.Add($"{what}: set propagation", SystemCall.MountSetattr, Argument.Slot(Slot.Tree), writer.String(""), AtEmptyPath | (propagation.Recursive ? AtRecursive : 0L), writer.Words(0, 0, propagation.Flag, 0), 32);
        RootSteps.OpenTarget(writer, mount.Destination, isFile, what + ": create mountpoint");
        Move(writer, what);
    }

    private static void Attributes(ProgramWriter writer, string what, (ulong Set, ulong Clear) change, bool recursive)
    {
        if (change is (0, 0)) return;
        writer.Add($"{what}: set attributes", SystemCall.MountSetattr, Argument.Slot(Slot.Tree), writer.String(""), AtEmptyPath | (recursive ? AtRecursive : 0L), writer.Words((long)change.Set, (long)(change.Clear | ((change.Set & 0x30) == 0 ? 0UL : 0x70UL)), 0, 0), 32);
    }

    /// <summary>Mounts the tree in its slot on the target in its slot, and closes both.</summary>
    internal static void Move(ProgramWriter writer, string what)
    {
        writer.Add($"{what}: move_mount", SystemCall.MoveMount, Argument.Slot(Slot.Tree), writer.String(""), Argument.Slot(Slot.Target), writer.String(""), MoveBothEmpty);
        RootSteps.Close(writer, Slot.Tree);
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

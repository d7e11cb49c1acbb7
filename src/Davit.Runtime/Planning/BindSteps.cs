using System.Runtime.InteropServices;
using Davit.Oci.Runtime;
using Davit.Primitives;
using Davit.Runtime.Launch;

namespace Davit.Runtime.Planning;

/// <summary>
/// Steps of bind mounts. A source is opened as a detached tree, gets its attributes, and is moved onto its target. Trees whose owners are mapped are made
/// by the parent, which alone has the rights over the source's file system when the container has a user namespace of its own.
/// </summary>
internal static class BindSteps
{
    private const long AtFdCwd = -100;
    private const long IdMapAttribute = 0x100000;

    /// <summary>True when a mount shows other owners than its source has.</summary>
    internal static bool IsMapped(MountSpec mount, MountOptions options) => options.IdMap.Asked || mount.UidMappings is { Count: > 0 } || mount.GidMappings is { Count: > 0 };

    internal static void Mount(ProgramWriter writer, Spec spec, MountSpec mount, MountOptions options, PlanOptions plan)
    {
        if (string.IsNullOrEmpty(mount.Source)) throw new DavitException(ErrorKind.InvalidArgument, $"bind mount on {mount.Destination} has no source", "set source");
        if (options.CopyUp) throw new DavitException(ErrorKind.InvalidArgument, $"mount {mount.Destination}: option tmpcopyup is for tmpfs, not for a bind mount", "leave it out");
        if (options.Data.Length > 0 && plan.Exact) throw new DavitException(ErrorKind.InvalidArgument, $"mount {mount.Destination}: bind mounts cannot have any filesystem-specific options applied: {options.Data}", "leave them out: they were for the file system when it was mounted first");
        var source = Path.GetFullPath(Path.Combine(plan.Bundle, mount.Source));
        var what = $"error mounting \"{source}\" to rootfs at \"{mount.Destination}\"";
        var isFile = !Directory.Exists(source) && File.Exists(source);
        var mapped = IsMapped(mount, options);
        var steps = writer.Current;

        // the root of a user namespace may not look into every directory of the host's: the parent opens what it can
        var early = mapped || (Environment.IsPrivilegedProcess && writer.HasSpareSlots && spec.Linux?.Namespaces?.Any(n => n.Type == "user") == true);
        if (early) writer.Current = writer.Parent;
        var tree = early ? writer.Reserve(what) : Slot.Tree;
        writer.Add($"{what}: open {source}", SystemCall.OpenTree, AtFdCwd, writer.String(source), MountSteps.TreeClone | RootSteps.OCloseOnExec | (options.RecursiveBind ? MountSteps.AtRecursive : 0L));
        writer.Last(result: tree);
        if (mapped) MapOwners(writer, spec, mount, options, tree, what);
        Attributes(writer, what, tree, options.Attributes, recursive: false);
        Attributes(writer, what, tree, options.RecursiveAttributes, recursive: true);
        var propagation = options.Propagation.Flag == 0 ? (Flag: 1L << 18, Recursive: true) : options.Propagation;
        writer.Add($"{what}: set propagation", SystemCall.MountSetattr, Argument.Slot(tree), writer.String(""), MountSteps.AtEmptyPath | (propagation.Recursive ? MountSteps.AtRecursive : 0L), writer.Words(0, 0, propagation.Flag, 0), 32);
        writer.Current = steps;
        writer.Forget(mount.Destination.TrimEnd('/'));
        RootSteps.OpenTarget(writer, mount.Destination, isFile, what + ": create mountpoint");
        MountSteps.Move(writer, what, tree);
    }

    internal static void Attributes(ProgramWriter writer, string what, int tree, (ulong Set, ulong Clear) change, bool recursive)
    {
        if (change is (0, 0)) return;
        writer.Add($"{what}: set attributes", SystemCall.MountSetattr, Argument.Slot(tree), writer.String(""), MountSteps.AtEmptyPath | (recursive ? MountSteps.AtRecursive : 0L), writer.Words((long)change.Set, (long)(change.Clear | ((change.Set & 0x30) == 0 ? 0UL : 0x70UL)), 0, 0), 32);
    }

    private static void MapOwners(ProgramWriter writer, Spec spec, MountSpec mount, MountOptions options, int tree, string what)
    {
        var owners = writer.Reserve(what);
        var joined = spec.Linux?.Namespaces?.FirstOrDefault(n => n.Type == "user");
        if (mount.UidMappings is { Count: > 0 } && mount.GidMappings is { Count: > 0 }) writer.MapIds(owners, PlanBuilder.Maps(mount.UidMappings), PlanBuilder.Maps(mount.GidMappings));
        else if (mount.UidMappings is { Count: > 0 } || mount.GidMappings is { Count: > 0 }) throw new DavitException(ErrorKind.InvalidArgument, $"mount {mount.Destination}: uidMappings and gidMappings belong together", "set both");
        else if (joined is { Path.Length: > 0 })
        {
            writer.Add($"{what}: open {joined.Path}", SystemCall.Open, writer.String(joined.Path), RootSteps.OCloseOnExec);
            writer.Last(result: owners);
        }
        else if (joined is not null && spec.Linux is { UidMappings.Count: > 0, GidMappings.Count: > 0 }) writer.MapIds(owners, PlanBuilder.Maps(spec.Linux.UidMappings), PlanBuilder.Maps(spec.Linux.GidMappings));
        else throw new DavitException(ErrorKind.InvalidArgument, $"mount {mount.Destination}: option {(options.IdMap.Recursive ? "ridmap" : "idmap")} has no mappings", "set uidMappings and gidMappings, or give the container a user namespace");

        // struct mount_attr: set, clear, propagation, descriptor of the user namespace
        var attributes = writer.Bytes(MemoryMarshal.AsBytes<long>([IdMapAttribute, 0, 0, 0]));
        writer.Add("", SystemCall.StoreSlot, owners, attributes + 24);
        writer.Add($"{what}: map owners", SystemCall.MountSetattr, Argument.Slot(tree), writer.String(""), MountSteps.AtEmptyPath | (options.IdMap.Recursive ? MountSteps.AtRecursive : 0L), Argument.Data(attributes), 32);
    }
}

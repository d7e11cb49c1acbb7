using Davit.Oci.Runtime;
using Davit.Runtime.Launch;

namespace Davit.Runtime.Planning;

/// <summary>Steps that make the root file system and go into it.</summary>
internal static class RootSteps
{
    internal const long OPath = 0x200000;
    internal const long ODirectory = 0x10000;
    internal const long OCloseOnExec = 0x80000;
    internal const long ONoFollow = 0x20000;
    private const long AtFdCwd = -100;
    private const long ResolveInRoot = 0x10;
    private const long ResolveNoLinks = 4;
    private const int MaxMountData = 4095;

    /// <summary>Features that tie a layer to its place stay off, whatever the kernel's default is.</summary>
    private const string Portable = ",index=off,redirect_dir=off,metacopy=off";

    /// <summary>Cuts the mount namespace off from the host's and puts the root's descriptor into its slot.</summary>
    /// <param name="writer">Program.</param>
    /// <param name="spec">Configuration.</param>
    /// <param name="options">Where the bundle is.</param>
    /// <param name="ownMounts">False in a mount namespace that others use too: nothing of theirs is changed.</param>
    internal static void Enter(ProgramWriter writer, Spec spec, PlanOptions options, bool ownMounts)
    {
        var path = Path.GetFullPath(Path.Combine(options.Bundle, spec.Root?.Path ?? throw new Primitives.DavitException(Primitives.ErrorKind.InvalidArgument, "the configuration has no root", "set root.path")));
        var propagation = spec.Linux?.RootfsPropagation switch
        {
            "shared" or "rshared" => 1L << 20,
            "private" or "rprivate" => 1L << 18,
            "unbindable" or "runbindable" => 1L << 17,
            null or "" or "slave" or "rslave" => 1L << 19,
            var other => throw new Primitives.DavitException(Primitives.ErrorKind.InvalidArgument, $"rootfsPropagation=\"{other}\" is unknown", "use private, slave, shared or unbindable"),
        };

        if (!ownMounts)
        {
            writer.Add($"open the root file system {path}", SystemCall.Open, writer.String(path), OPath | ODirectory | OCloseOnExec);
            writer.Last(result: Slot.Root);
            return;
        }

        // pivot_root(2) wants a root whose parent mount is not shared, and what is unbindable can't be bound: these two are set after it
        writer.Add("make / a slave of the host's mounts", SystemCall.Mount, 0, writer.String("/"), 0, (propagation is 1L << 20 or 1L << 17 ? 1L << 19 : propagation) | 16384, 0);
        if (options.Overlay is { } overlay) MountOverlay(writer, overlay, path);
        else
        {
            writer.Add($"open the root file system {path}", SystemCall.OpenTree, AtFdCwd, writer.String(path), 1 | OCloseOnExec | 0x8000);
            writer.Last(result: Slot.Tree);
            writer.Add($"mount the root file system {path}", SystemCall.MoveMount, Argument.Slot(Slot.Tree), writer.String(""), AtFdCwd, writer.String(path), 4);
            Close(writer, Slot.Tree);
        }

        writer.Add($"open the root file system {path}", SystemCall.Open, writer.String(path), OPath | ODirectory | OCloseOnExec);
        writer.Last(result: Slot.Root);
    }

    private static void MountOverlay(ProgramWriter writer, OverlaySource overlay, string target)
    {
        var data = Data(overlay, overlay.LowerDirectories);
        if (data.Length > MaxMountData)
        {
            // the kernel takes a page of options: shorten the names by starting from the directory that all layers share
            var common = overlay.LowerDirectories.Aggregate((a, b) => a[..a.Zip(b).TakeWhile(p => p.First == p.Second).Count()]);
            common = common[..(common.LastIndexOf('/') + 1)];
            data = Data(overlay, overlay.LowerDirectories.Select(l => l[common.Length..]));
            if (data.Length > MaxMountData) throw new Primitives.DavitException(Primitives.ErrorKind.InvalidArgument, $"{overlay.LowerDirectories.Count} layers are more than the kernel's mount options hold", "squash some layers of the image");
            writer.Add($"change to {common}", SystemCall.Chdir, writer.String(common));
        }

        writer.Add($"mount overlay on {target}", SystemCall.Mount, writer.String("overlay"), writer.String(target), writer.String("overlay"), 0, writer.String(data));
    }

    private static string Data(OverlaySource overlay, IEnumerable<string> lower) =>
        $"lowerdir={string.Join(':', lower.Select(Escape))},upperdir={Escape(overlay.UpperDirectory)},workdir={Escape(overlay.WorkDirectory)}{Portable}{(overlay.Volatile ? ",volatile" : "")}";

    private static string Escape(string path) => path.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(":", "\\:", StringComparison.Ordinal).Replace(",", "\\,", StringComparison.Ordinal);

    /// <summary>Opens a path inside the root into a slot; links are followed as the container would, and never out of it.</summary>
    internal static int Open(ProgramWriter writer, string inside, int slot, string message, long flags = OPath, bool links = true)
    {
        var (start, rest) = writer.Start(inside);
        var how = writer.Words(flags | OCloseOnExec, 0, links ? ResolveInRoot : ResolveInRoot | ResolveNoLinks);
        var index = writer.Add(message, SystemCall.Openat2, Argument.Slot(start), writer.String(rest.Length > 0 ? rest : "."), how, 24);
        writer.Last(result: slot);
        return index;
    }

    /// <summary>Opens a mount point inside the root into <see cref="Slot.Target"/>, making it and its parents when it is missing.</summary>
    internal static void OpenTarget(ProgramWriter writer, string inside, bool isFile, string message, string? notOrdinary = null)
    {
        var first = Open(writer, inside, Slot.Target, notOrdinary ?? message, links: notOrdinary is null);
        if (writer.Start(inside).Below.Length == 0) return;
        writer.Last(result: Slot.Target, tolerate: 2);
        var start = writer.Current.Count;
        Make(writer, inside, isFile, message);
        Open(writer, inside, Slot.Target, notOrdinary ?? message, links: notOrdinary is null);
        writer.Skip(first, onSuccess: writer.Current.Count - start);
    }

    /// <summary>Makes the directories of a path inside the root, and a file or directory at its end.</summary>
    internal static void Make(ProgramWriter writer, string inside, bool isFile, string message)
    {
        var (root, rest) = writer.Start(inside);
        var parts = rest.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var done = inside[..^rest.Length].TrimEnd('/');
        var parent = root;
        for (var i = 0; i < parts.Length; i++)
        {
            if (i == parts.Length - 1 && isFile)
            {
                writer.Add(message, SystemCall.Mknodat, Argument.Slot(parent), writer.String(parts[i]), 0x8000 | 0x1a4, 0);
                writer.Last(tolerate: 17);
            }
            else
            {
                writer.Add(message, SystemCall.Mkdirat, Argument.Slot(parent), writer.String(parts[i]), 0x1ed);
                writer.Last(tolerate: 17);
            }

            if (i == parts.Length - 1) break;
            done += "/" + parts[i];
            var next = parent == Slot.Walk ? Slot.WalkNext : Slot.Walk;
            Open(writer, done, next, message);
            if (parent != root) Close(writer, parent);
            parent = next;
        }

        if (parent != root) Close(writer, parent);
    }

    internal static void Close(ProgramWriter writer, int slot) => writer.Add("close", SystemCall.Close, Argument.Slot(slot));

    /// <summary>Makes the root the root of this process alone, where the mount namespace is shared.</summary>
    internal static void ChangeRoot(ProgramWriter writer)
    {
        writer.Add("change to the root file system", SystemCall.Fchdir, Argument.Slot(Slot.Root));
        writer.Add("change the root", SystemCall.Chroot, writer.String("."));
        writer.Add("change to /", SystemCall.Chdir, writer.String("/"));
        Close(writer, Slot.Root);
    }

    /// <summary>Makes the root the root, and the host's unreachable.</summary>
    internal static void Pivot(ProgramWriter writer, Spec spec, bool chroot)
    {
        writer.Add("change to the root file system", SystemCall.Fchdir, Argument.Slot(Slot.Root));
        if (chroot)
        {
            writer.Add("move the root over the host's", SystemCall.Mount, writer.String("."), writer.String("/"), 0, 8192, 0);
            writer.Add("chroot", SystemCall.Chroot, writer.String("."));
        }
        else
        {
            writer.Add("pivot_root", SystemCall.PivotRoot, writer.String("."), writer.String("."));
            writer.Add("leave the host's root", SystemCall.Umount2, writer.String("."), 2);
        }

        writer.Add("change to /", SystemCall.Chdir, writer.String("/"));
        Close(writer, Slot.Root);
        if (spec.Linux?.RootfsPropagation is "shared" or "rshared") writer.Add("share /", SystemCall.Mount, 0, writer.String("/"), 0, (1L << 20) | 16384, 0);
        if (spec.Linux?.RootfsPropagation is "unbindable" or "runbindable") writer.Add("make / unbindable", SystemCall.Mount, 0, writer.String("/"), 0, (1L << 17) | (spec.Linux.RootfsPropagation[0] == 'r' ? 16384L : 0L), 0);
        if (spec.Root!.Readonly)
        {
            writer.Add("make / read-only", SystemCall.MountSetattr, AtFdCwd, writer.String("/"), 0, writer.Words(1, 0, 0, 0), 32);
        }
    }
}

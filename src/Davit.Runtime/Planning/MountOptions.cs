using Davit.Primitives;

namespace Davit.Runtime.Planning;

/// <summary>Mount options by their words (mount(8); config.md, "Linux mount options"), sorted into flags, attributes, propagation and file system data.</summary>
internal sealed record MountOptions
{
    internal const long ReadOnly = 1;
    internal const long NoSuid = 2;
    internal const long NoDev = 4;
    internal const long NoExec = 8;

    private static readonly Dictionary<string, (long Set, long Clear)> Flags = new(StringComparer.Ordinal)
    {
        ["ro"] = (ReadOnly, 0), ["rw"] = (0, ReadOnly), ["nosuid"] = (NoSuid, 0), ["suid"] = (0, NoSuid), ["nodev"] = (NoDev, 0), ["dev"] = (0, NoDev),
        ["noexec"] = (NoExec, 0), ["exec"] = (0, NoExec), ["sync"] = (16, 0), ["async"] = (0, 16), ["mand"] = (64, 0), ["nomand"] = (0, 64), ["dirsync"] = (128, 0),
        ["nosymfollow"] = (256, 0), ["symfollow"] = (0, 256), ["noatime"] = (1024, (1 << 21) | (1 << 24)), ["atime"] = (0, 1024), ["nodiratime"] = (2048, 0), ["diratime"] = (0, 2048),
        ["relatime"] = (1 << 21, 1024 | (1 << 24)), ["norelatime"] = (0, 1 << 21), ["strictatime"] = (1 << 24, 1024 | (1 << 21)), ["nostrictatime"] = (0, 1 << 24), ["lazytime"] = (1 << 25, 0),
        ["nolazytime"] = (0, 1 << 25), ["iversion"] = (1 << 23, 0), ["noiversion"] = (0, 1 << 23), ["silent"] = (1 << 15, 0), ["loud"] = (0, 1 << 15),
        ["defaults"] = (0, 0), ["remount"] = (32, 0), ["acl"] = (1 << 16, 0), ["noacl"] = (0, 1 << 16),
    };

    // values of mount_setattr(2): attr_set bits, and the recursive forms
    private static readonly Dictionary<string, (ulong Set, ulong Clear)> Recursive = new(StringComparer.Ordinal)
    {
        ["rro"] = (1, 0), ["rrw"] = (0, 1), ["rnosuid"] = (2, 0), ["rsuid"] = (0, 2), ["rnodev"] = (4, 0), ["rdev"] = (0, 4), ["rnoexec"] = (8, 0), ["rexec"] = (0, 8),
        ["rnoatime"] = (0x10, 0x70), ["ratime"] = (0, 0x10), ["rrelatime"] = (0, 0x70), ["rnorelatime"] = (0x20, 0x70), ["rstrictatime"] = (0x20, 0x70), ["rnostrictatime"] = (0, 0x70),
        ["rnodiratime"] = (0x80, 0), ["rdiratime"] = (0, 0x80), ["rnosymfollow"] = (0x200000, 0), ["rsymfollow"] = (0, 0x200000),
    };

    private static readonly Dictionary<string, (long Flag, bool Recursive)> Propagations = new(StringComparer.Ordinal)
    {
        ["private"] = (1 << 18, false), ["rprivate"] = (1 << 18, true), ["shared"] = (1 << 20, false), ["rshared"] = (1 << 20, true),
        ["slave"] = (1 << 19, false), ["rslave"] = (1 << 19, true), ["unbindable"] = (1 << 17, false), ["runbindable"] = (1 << 17, true),
    };

    /// <summary>Every word that is understood, beside those of file systems.</summary>
    internal static IEnumerable<string> Names => Flags.Keys.Concat(Recursive.Keys).Concat(Propagations.Keys).Concat(["bind", "rbind", "idmap", "ridmap", "tmpcopyup"]);

    /// <summary>MS_ flags for mount(2).</summary>
    internal long MountFlags { get; private init; }

    /// <summary>True with <c>remount</c>: what is mounted there changes.</summary>
    internal bool Remount => (MountFlags & 32) != 0;

    /// <summary>True with <c>bind</c> or <c>rbind</c>.</summary>
    internal bool Bind { get; private init; }

    /// <summary>True with <c>rbind</c>.</summary>
    internal bool RecursiveBind { get; private init; }

    /// <summary>Attributes to set and clear on a bind mount alone.</summary>
    internal (ulong Set, ulong Clear) Attributes { get; private init; }

    /// <summary>Attributes to set and clear on a bind mount and all below it.</summary>
    internal (ulong Set, ulong Clear) RecursiveAttributes { get; private init; }

    /// <summary>Propagation flag and whether it goes down the tree; flag 0 for none.</summary>
    internal (long Flag, bool Recursive) Propagation { get; private init; }

    /// <summary>With <c>idmap</c> or <c>ridmap</c>: owners are mapped, in the second case also of what is mounted below.</summary>
    internal (bool Asked, bool Recursive) IdMap { get; private init; }

    /// <summary>With <c>tmpcopyup</c>: the new file system begins with what lies below it.</summary>
    internal bool CopyUp { get; private init; }

    /// <summary>What is left, for the file system itself.</summary>
    internal string Data { get; init; } = "";

    internal static MountOptions Parse(IReadOnlyList<string>? options, string destination)
    {
        long flags = 0;
        long cleared = 0;
        ulong recursiveSet = 0, recursiveClear = 0;
        var bind = false;
        var recursive = false;
        var copyUp = false;
        (bool Asked, bool Recursive) idMap = default;
        (long, bool) propagation = default;
        var data = new List<string>();
        foreach (var option in options ?? [])
        {
            if (Flags.TryGetValue(option, out var flag))
            {
                flags = (flags | flag.Set) & ~flag.Clear;
                cleared = (cleared | flag.Clear) & ~flag.Set;
            }
            else if (option is "bind" or "rbind")
            {
                bind = true;
                recursive |= option == "rbind";
            }
            else if (Recursive.TryGetValue(option, out var attribute))
            {
                // the last word counts; the access time is one field of several bits
                var withdrawn = attribute.Clear & ~attribute.Set;
                recursiveSet = (recursiveSet & ~attribute.Clear) | attribute.Set;
                recursiveClear = (recursiveClear & ~attribute.Set) | withdrawn;
            }
            else if (Propagations.TryGetValue(option, out var asked)) propagation = asked;
            else if (option is "idmap" or "ridmap") idMap = (true, option == "ridmap");
            else if (option == "tmpcopyup") copyUp = true;
            else if (option.Length > 0) data.Add(option);
        }

        // the access time is one field: who changes a bit of it clears it all
        if (((recursiveSet | recursiveClear) & 0x70) != 0) recursiveClear |= 0x70;

        // MS_ and MOUNT_ATTR_ agree on ro nosuid nodev noexec; the access time is a field of its own in attributes
        ulong set = (ulong)(flags & 15);
        ulong clear = (ulong)(cleared & 15);
        if ((flags & 1024) != 0) (set, clear) = (set | 0x10, clear | 0x70);
        if ((flags & (1 << 24)) != 0) (set, clear) = (set | 0x20, clear | 0x70);
        if ((flags & (1 << 21)) != 0) clear |= 0x70;
        if ((cleared & (1024 | (1 << 24) | (1 << 21))) != 0 && (flags & (1024 | (1 << 24))) == 0) clear |= 0x70;
        if ((flags & 2048) != 0) set |= 0x80;
        else if ((cleared & 2048) != 0) clear |= 0x80;
        if ((flags & 256) != 0) set |= 0x200000;
        else if ((cleared & 256) != 0) clear |= 0x200000;
        return new MountOptions
        {
            MountFlags = flags, Bind = bind, RecursiveBind = recursive, Attributes = (set, clear), RecursiveAttributes = (recursiveSet, recursiveClear), Propagation = propagation, IdMap = idMap, CopyUp = copyUp, Data = string.Join(',', data),
        };
    }
}

namespace Davit.Archive.Tar;

/// <summary>One entry of a tar, whatever the format that carries it. Names are <see cref="Davit.Linux.Directories.FileName"/> strings: no byte is lost.</summary>
public sealed record TarEntry
{
    /// <summary>Name as it stands in the archive.</summary>
    public required string Name { get; init; }

    /// <summary>What it is.</summary>
    public required TarEntryKind Kind { get; init; }

    /// <summary>Target of a hard or symbolic link; else empty.</summary>
    public string LinkTarget { get; init; } = "";

    /// <summary>Permission bits with setuid, setgid and sticky.</summary>
    public uint Mode { get; init; }

    /// <summary>Owner.</summary>
    public uint Uid { get; init; }

    /// <summary>Group.</summary>
    public uint Gid { get; init; }

    /// <summary>Name of the owner; layers leave it empty.</summary>
    public string UserName { get; init; } = "";

    /// <summary>Name of the group; layers leave it empty.</summary>
    public string GroupName { get; init; } = "";

    /// <summary>Bytes of content, holes included; 0 for all but files.</summary>
    public long Size { get; init; }

    /// <summary>Modification time, seconds.</summary>
    public long ModifiedSeconds { get; init; }

    /// <summary>Modification time, nanoseconds.</summary>
    public uint ModifiedNanoseconds { get; init; }

    /// <summary>Major number of a device.</summary>
    public uint DeviceMajor { get; init; }

    /// <summary>Minor number of a device.</summary>
    public uint DeviceMinor { get; init; }

    /// <summary>Extended attributes, in the archive's order.</summary>
    public IReadOnlyList<TarXattr> Xattrs { get; init; } = [];

    /// <summary>Where the stored bytes of a sparse file belong; null for a file stored whole.</summary>
    public IReadOnlyList<TarSegment>? Sparse { get; init; }
}

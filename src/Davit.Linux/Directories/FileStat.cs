namespace Davit.Linux.Directories;

/// <summary>What statx(2) says of a file.</summary>
public readonly record struct FileStat
{
    /// <summary>Type and permission bits.</summary>
    public uint Mode { get; init; }

    /// <summary>Owner.</summary>
    public uint Uid { get; init; }

    /// <summary>Group.</summary>
    public uint Gid { get; init; }

    /// <summary>Hard links.</summary>
    public uint Links { get; init; }

    /// <summary>Inode number.</summary>
    public ulong Inode { get; init; }

    /// <summary>Major number of the file system's device.</summary>
    public uint FileSystemMajor { get; init; }

    /// <summary>Minor number of the file system's device.</summary>
    public uint FileSystemMinor { get; init; }

    /// <summary>Size in bytes.</summary>
    public long Size { get; init; }

    /// <summary>Bytes allocated on disk.</summary>
    public long Allocated { get; init; }

    /// <summary>Seconds of the modification time.</summary>
    public long ModifiedSeconds { get; init; }

    /// <summary>Nanoseconds of the modification time.</summary>
    public uint ModifiedNanoseconds { get; init; }

    /// <summary>Major number of a device node.</summary>
    public uint DeviceMajor { get; init; }

    /// <summary>Minor number of a device node.</summary>
    public uint DeviceMinor { get; init; }

    /// <summary>The type bits alone, one of <see cref="FileTypes"/>.</summary>
    public uint Type => Mode & FileTypes.Mask;

    /// <summary>True for a directory.</summary>
    public bool IsDirectory => Type == FileTypes.Directory;

    /// <summary>True for a symbolic link.</summary>
    public bool IsSymbolicLink => Type == FileTypes.SymbolicLink;

    /// <summary>True for a regular file.</summary>
    public bool IsRegular => Type == FileTypes.Regular;

    /// <summary>True for overlayfs' mark of a removed name, a character device 0:0.</summary>
    public bool IsWhiteout => Type == FileTypes.CharacterDevice && DeviceMajor == 0 && DeviceMinor == 0;
}

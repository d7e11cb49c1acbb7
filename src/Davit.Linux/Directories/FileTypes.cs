namespace Davit.Linux.Directories;

/// <summary>Type bits of a mode (inode(7)).</summary>
public static class FileTypes
{
    /// <summary>All type bits.</summary>
    public const uint Mask = 0xF000;

    /// <summary>Socket.</summary>
    public const uint Socket = 0xC000;

    /// <summary>Symbolic link.</summary>
    public const uint SymbolicLink = 0xA000;

    /// <summary>Regular file.</summary>
    public const uint Regular = 0x8000;

    /// <summary>Block device.</summary>
    public const uint BlockDevice = 0x6000;

    /// <summary>Directory.</summary>
    public const uint Directory = 0x4000;

    /// <summary>Character device.</summary>
    public const uint CharacterDevice = 0x2000;

    /// <summary>Named pipe.</summary>
    public const uint Fifo = 0x1000;
}

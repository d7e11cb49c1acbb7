namespace Davit.Archive.Tar;

/// <summary>What an entry of a tar is; the values are the type flags of the ustar header.</summary>
public enum TarEntryKind : byte
{
    /// <summary>Regular file.</summary>
    File = (byte)'0',

    /// <summary>Another name of an earlier file.</summary>
    HardLink = (byte)'1',

    /// <summary>Symbolic link.</summary>
    SymbolicLink = (byte)'2',

    /// <summary>Character device.</summary>
    CharacterDevice = (byte)'3',

    /// <summary>Block device.</summary>
    BlockDevice = (byte)'4',

    /// <summary>Directory.</summary>
    Directory = (byte)'5',

    /// <summary>Named pipe.</summary>
    Fifo = (byte)'6',
}

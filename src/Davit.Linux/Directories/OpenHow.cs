namespace Davit.Linux.Directories;

/// <summary>Flags of openat(2) on x86-64; close-on-exec is always added.</summary>
[Flags]
public enum OpenHow
{
    /// <summary>Read.</summary>
    Read = 0,
    /// <summary>Write.</summary>
    Write = 1,
    /// <summary>Read and write.</summary>
    ReadWrite = 2,
    /// <summary>Make the file when it is not there.</summary>
    Create = 0x40,
    /// <summary>Fail when it is there.</summary>
    Exclusive = 0x80,
    /// <summary>Cut it to nothing.</summary>
    Truncate = 0x200,
    /// <summary>Don't wait for the other end of a pipe or for a device.</summary>
    NonBlocking = 0x800,
    /// <summary>Must be a directory.</summary>
    Directory = 0x10000,
    /// <summary>Fail on a symbolic link in the last component.</summary>
    NoFollow = 0x20000,
    /// <summary>Only a handle on the place: no reading, no writing.</summary>
    Path = 0x200000,
}

/// <summary>How openat2(2) walks a path.</summary>
[Flags]
public enum ResolveHow : ulong
{
    /// <summary>Mounts stop the walk.</summary>
    NoCrossing = 1,
    /// <summary>Magic links of /proc stop the walk.</summary>
    NoMagicLinks = 2,
    /// <summary>Symbolic links stop the walk.</summary>
    NoSymbolicLinks = 4,
    /// <summary>Whatever leaves the directory fails.</summary>
    Beneath = 8,
    /// <summary>The directory is the root: absolute links and <c>..</c> stay inside.</summary>
    InRoot = 16,
}

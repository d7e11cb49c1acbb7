using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static Davit.Linux.Native.DirectoryLibc;

namespace Davit.Linux.Directories;

/// <summary>
/// System calls on names relative to an open directory, as thin as they come: raw descriptors, expected failures as error numbers. For code that handles
/// tens of thousands of files; a name of one component never leaves its directory as long as the call does not follow links.
/// </summary>
[SkipLocalsInit]
public static unsafe class DirectoryCalls
{
    /// <summary>Stands for the working directory; for absolute paths.</summary>
    public const int WorkingDirectory = AtFdCwd;

    /// <summary>openat(2), close-on-exec.</summary>
    /// <returns>The descriptor, or -1 with the error number.</returns>
    public static int Open(int directory, string path, OpenHow how, uint mode, out Errno errno)
    {
        var buffer = stackalloc byte[FileName.MaxPathBytes];
        errno = FileName.EncodeForKernel(path, new Span<byte>(buffer, FileName.MaxPathBytes));
        if (errno != Errno.None) return -1;
        while (true)
        {
            // SAFETY: the buffer holds a zero-terminated path for the time of the call.
            var fd = OpenAt(directory, buffer, (int)how | OCloseOnExec, mode);
            if (fd >= 0) return fd;
            errno = LastError();
            if (errno != Errno.EINTR) return -1;
        }
    }

    /// <summary>openat2(2), close-on-exec.</summary>
    /// <returns>The descriptor, or -1 with the error number.</returns>
    public static int Open(int directory, string path, OpenHow how, uint mode, ResolveHow resolve, out Errno errno)
    {
        var buffer = stackalloc byte[FileName.MaxPathBytes];
        errno = FileName.EncodeForKernel(path, new Span<byte>(buffer, FileName.MaxPathBytes));
        if (errno != Errno.None) return -1;
        var arguments = new OpenHowStruct { Flags = (ulong)((int)how | OCloseOnExec), Mode = mode, Resolve = (ulong)resolve };
        while (true)
        {
            // SAFETY: path and arguments live on this stack frame; the size is the structure's.
            var fd = (int)OpenAt2(SysOpenAt2, directory, buffer, &arguments, sizeof(OpenHowStruct));
            if (fd >= 0) return fd;
            errno = LastError();

            // EAGAIN: a rename raced with the walk, the kernel asks to try again
            if (errno is not (Errno.EINTR or Errno.EAGAIN)) return -1;
        }
    }

    /// <summary>mkdirat(2).</summary>
    public static Errno MakeDirectory(int directory, string name, uint mode)
    {
        var buffer = stackalloc byte[FileName.MaxPathBytes];
        var errno = FileName.EncodeForKernel(name, new Span<byte>(buffer, FileName.MaxPathBytes));

        // SAFETY: the buffer holds a zero-terminated name for the time of the call.
        return errno != Errno.None ? errno : Result(MkdirAt(directory, buffer, mode));
    }

    /// <summary>mknodat(2).</summary>
    public static Errno MakeNode(int directory, string name, uint mode, uint major, uint minor)
    {
        var buffer = stackalloc byte[FileName.MaxPathBytes];
        var errno = FileName.EncodeForKernel(name, new Span<byte>(buffer, FileName.MaxPathBytes));
        var device = ((ulong)(major & 0xfffff000) << 32) | ((ulong)(major & 0xfff) << 8) | ((ulong)(minor & 0xffffff00) << 12) | (minor & 0xff);

        // SAFETY: as above.
        return errno != Errno.None ? errno : Result(MknodAt(directory, buffer, mode, device));
    }

    /// <summary>symlinkat(2).</summary>
    public static Errno MakeSymbolicLink(string target, int directory, string name)
    {
        var buffer = stackalloc byte[FileName.MaxPathBytes];
        var errno = FileName.EncodeForKernel(name, new Span<byte>(buffer, FileName.MaxPathBytes));
        if (errno != Errno.None) return errno;
        var targetBuffer = stackalloc byte[FileName.MaxPathBytes];
        errno = FileName.EncodeForKernel(target, new Span<byte>(targetBuffer, FileName.MaxPathBytes));

        // SAFETY: both buffers hold zero-terminated bytes for the time of the call.
        return errno != Errno.None ? errno : Result(SymlinkAt(targetBuffer, directory, buffer));
    }

    /// <summary>linkat(2), never following a symbolic link.</summary>
    public static Errno MakeHardLink(int fromDirectory, string from, int toDirectory, string to)
    {
        var buffer = stackalloc byte[FileName.MaxPathBytes];
        var errno = FileName.EncodeForKernel(from, new Span<byte>(buffer, FileName.MaxPathBytes));
        if (errno != Errno.None) return errno;
        var toBuffer = stackalloc byte[FileName.MaxPathBytes];
        errno = FileName.EncodeForKernel(to, new Span<byte>(toBuffer, FileName.MaxPathBytes));

        // SAFETY: as above.
        return errno != Errno.None ? errno : Result(LinkAt(fromDirectory, buffer, toDirectory, toBuffer, 0));
    }

    /// <summary>unlinkat(2).</summary>
    public static Errno Remove(int directory, string name, bool isDirectory)
    {
        var buffer = stackalloc byte[FileName.MaxPathBytes];
        var errno = FileName.EncodeForKernel(name, new Span<byte>(buffer, FileName.MaxPathBytes));

        // SAFETY: as above.
        return errno != Errno.None ? errno : Result(UnlinkAt(directory, buffer, isDirectory ? AtRemoveDir : 0));
    }

    /// <summary>renameat2(2).</summary>
    /// <param name="fromDirectory">Directory of the old name.</param>
    /// <param name="from">Old name.</param>
    /// <param name="toDirectory">Directory of the new name.</param>
    /// <param name="to">New name.</param>
    /// <param name="replace">False fails with EEXIST when the new name is taken.</param>
    public static Errno Rename(int fromDirectory, string from, int toDirectory, string to, bool replace)
    {
        var buffer = stackalloc byte[FileName.MaxPathBytes];
        var errno = FileName.EncodeForKernel(from, new Span<byte>(buffer, FileName.MaxPathBytes));
        if (errno != Errno.None) return errno;
        var toBuffer = stackalloc byte[FileName.MaxPathBytes];
        errno = FileName.EncodeForKernel(to, new Span<byte>(toBuffer, FileName.MaxPathBytes));

        // SAFETY: as above.
        return errno != Errno.None ? errno : Result(RenameAt2(fromDirectory, buffer, toDirectory, toBuffer, replace ? 0u : 1u));
    }

    /// <summary>Target of a symbolic link, or null with the error number.</summary>
    public static string? ReadLink(int directory, string name, out Errno errno)
    {
        var buffer = stackalloc byte[FileName.MaxPathBytes];
        errno = FileName.EncodeForKernel(name, new Span<byte>(buffer, FileName.MaxPathBytes));
        if (errno != Errno.None) return null;
        var target = stackalloc byte[FileName.MaxPathBytes];

        // SAFETY: the kernel writes at most the size given.
        var length = ReadLinkAt(directory, buffer, target, FileName.MaxPathBytes);
        errno = length < 0 ? LastError() : Errno.None;
        return length < 0 ? null : FileName.Decode(new ReadOnlySpan<byte>(target, (int)length));
    }

    /// <summary>statx(2), not following a symbolic link.</summary>
    /// <param name="directory">Directory, or the file itself when <paramref name="name"/> is empty.</param>
    /// <param name="name">Name, or empty.</param>
    /// <param name="stat">The result.</param>
    public static Errno Stat(int directory, string name, out FileStat stat)
    {
        stat = default;
        var buffer = stackalloc byte[FileName.MaxPathBytes];
        var errno = FileName.EncodeForKernel(name, new Span<byte>(buffer, FileName.MaxPathBytes));
        if (errno != Errno.None) return errno;
        StatxStruct raw;

        // SAFETY: StatxStruct has the kernel's 256 bytes.
        errno = Result(Statx(directory, buffer, AtSymlinkNoFollow | AtEmptyPath, 0x7ff, &raw));
        if (errno != Errno.None) return errno;
        stat = new()
        {
            Mode = raw.Mode,
            Uid = raw.Uid,
            Gid = raw.Gid,
            Links = raw.Links,
            Inode = raw.Inode,
            Size = (long)raw.Size,
            Allocated = (long)raw.Blocks * 512,
            ModifiedSeconds = raw.ModifiedSeconds,
            ModifiedNanoseconds = raw.ModifiedNanoseconds,
            DeviceMajor = raw.DeviceMajor,
            DeviceMinor = raw.DeviceMinor,
            FileSystemMajor = raw.FileSystemMajor,
            FileSystemMinor = raw.FileSystemMinor,
        };
        return Errno.None;
    }

    /// <summary>Changes owner and group, not following a symbolic link; an empty name means the descriptor itself.</summary>
    public static Errno ChangeOwner(int directory, string name, uint uid, uint gid)
    {
        var buffer = stackalloc byte[FileName.MaxPathBytes];
        var errno = FileName.EncodeForKernel(name, new Span<byte>(buffer, FileName.MaxPathBytes));

        // SAFETY: as above.
        return errno != Errno.None ? errno : Result(FchownAt(directory, buffer, uid, gid, AtSymlinkNoFollow | AtEmptyPath));
    }

    /// <summary>Changes permission bits of a name that is no symbolic link.</summary>
    public static Errno ChangeMode(int directory, string name, uint mode)
    {
        var buffer = stackalloc byte[FileName.MaxPathBytes];
        var errno = FileName.EncodeForKernel(name, new Span<byte>(buffer, FileName.MaxPathBytes));

        // SAFETY: as above.
        return errno != Errno.None ? errno : Result(FchmodAt(directory, buffer, mode, 0));
    }

    /// <summary>Changes permission bits of an open file.</summary>
    public static Errno ChangeMode(int fd, uint mode) => Result(Fchmod(fd, mode));

    /// <summary>Whether this user may write a file, or make entries in a directory; false when it is not there (access(2), by the effective ids).</summary>
    public static bool MayWrite(string path)
    {
        const int Here = -100, Write = 2, Effective = 0x200;
        var buffer = stackalloc byte[FileName.MaxPathBytes];

        // SAFETY: as above.
        return FileName.EncodeForKernel(path, new Span<byte>(buffer, FileName.MaxPathBytes)) == Errno.None && FaccessAt(Here, buffer, Write, Effective) == 0;
    }

    /// <summary>Sets access and modification time, not following a symbolic link; an empty name means the open file itself.</summary>
    public static Errno SetTimes(int directory, string name, long seconds, uint nanoseconds)
    {
        var times = stackalloc TimeSpec[2];
        times[0] = times[1] = new() { Seconds = seconds, Nanoseconds = nanoseconds };

        // SAFETY: two timespecs.
        if (name.Length == 0) return Result(Futimens(directory, times));
        var buffer = stackalloc byte[FileName.MaxPathBytes];
        var errno = FileName.EncodeForKernel(name, new Span<byte>(buffer, FileName.MaxPathBytes));

        // SAFETY: as above.
        return errno != Errno.None ? errno : Result(UtimensAt(directory, buffer, times, AtSymlinkNoFollow));
    }

    internal static Errno Result(int result) => result < 0 ? LastError() : Errno.None;

    internal static Errno LastError() => (Errno)Marshal.GetLastPInvokeError();
}

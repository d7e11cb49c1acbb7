using System.Runtime.CompilerServices;
using static Davit.Linux.Native.DirectoryLibc;

namespace Davit.Linux.Directories;

/// <summary>Extended attributes of open files, and of names in an open directory without opening or following them.</summary>
[SkipLocalsInit]
public static unsafe class ExtendedAttributes
{
    /// <summary>Largest value that the kernel takes.</summary>
    public const int MaxValueBytes = 64 << 10;

    /// <summary>Sets an attribute of an open file (not of an <c>O_PATH</c> descriptor).</summary>
    public static Errno Set(int fd, string attribute, ReadOnlySpan<byte> value)
    {
        var name = stackalloc byte[NameBytes];
        var errno = FileName.EncodeForKernel(attribute, new Span<byte>(name, NameBytes));
        if (errno != Errno.None) return errno;
        fixed (byte* start = value)
        {
            // SAFETY: name is zero-terminated, the value pinned.
            return DirectoryCalls.Result(FsetXattr(fd, name, start, value.Length, 0));
        }
    }

    /// <summary>Sets an attribute of a name in a directory, not following it.</summary>
    public static Errno Set(int directory, string file, string attribute, ReadOnlySpan<byte> value)
    {
        var path = stackalloc byte[FileName.MaxPathBytes];
        var errno = EncodePath(directory, file, path);
        if (errno != Errno.None) return errno;
        var name = stackalloc byte[NameBytes];
        errno = FileName.EncodeForKernel(attribute, new Span<byte>(name, NameBytes));
        if (errno != Errno.None) return errno;
        fixed (byte* start = value)
        {
            // SAFETY: path and name are zero-terminated, the value pinned.
            return DirectoryCalls.Result(LsetXattr(path, name, start, value.Length, 0));
        }
    }

    /// <summary>An attribute's value, or null with the error number (ENODATA: not set).</summary>
    public static byte[]? Get(int directory, string file, string attribute, out Errno errno)
    {
        var path = stackalloc byte[FileName.MaxPathBytes];
        errno = file.Length == 0 ? Errno.None : EncodePath(directory, file, path);
        if (errno != Errno.None) return null;
        var name = stackalloc byte[NameBytes];
        errno = FileName.EncodeForKernel(attribute, new Span<byte>(name, NameBytes));
        if (errno != Errno.None) return null;
        for (var size = 256; ; size = MaxValueBytes)
        {
            var value = new byte[size];
            nint length;
            fixed (byte* start = value)
            {
                // SAFETY: the kernel writes at most the size given.
                length = file.Length == 0 ? FgetXattr(directory, name, start, size) : LgetXattr(path, name, start, size);
            }

            if (length >= 0) return value[..(int)length];
            errno = DirectoryCalls.LastError();

            // ERANGE: the first guess was too small
            if ((int)errno != 34 || size == MaxValueBytes) return null;
        }
    }

    /// <summary>Names of all attributes of a name in a directory, or of the open file itself when <paramref name="file"/> is empty.</summary>
    public static IReadOnlyList<string> List(int directory, string file, out Errno errno)
    {
        var path = stackalloc byte[FileName.MaxPathBytes];
        errno = file.Length == 0 ? Errno.None : EncodePath(directory, file, path);
        if (errno != Errno.None) return [];
        var small = stackalloc byte[512];

        // SAFETY: the kernel writes at most the size given.
        var length = file.Length == 0 ? FlistXattr(directory, small, 512) : LlistXattr(path, small, 512);
        if (length == 0) return [];
        if (length > 0) return Split(new ReadOnlySpan<byte>(small, (int)length));
        errno = DirectoryCalls.LastError();
        if (errno == Errno.EOPNOTSUPP)
        {
            errno = Errno.None;
            return [];
        }

        if ((int)errno != 34) return [];
        var large = new byte[MaxValueBytes];
        fixed (byte* start = large)
        {
            // SAFETY: the array is pinned and has the size given.
            length = file.Length == 0 ? FlistXattr(directory, start, large.Length) : LlistXattr(path, start, large.Length);
        }

        errno = length < 0 ? DirectoryCalls.LastError() : Errno.None;
        return length <= 0 ? [] : Split(large.AsSpan(0, (int)length));
    }

    private const int NameBytes = 256;

    // There is no lsetxattrat before Linux 6.13: the name is reached through the descriptor's link in /proc, and the l* call does not follow its last component.
    private static Errno EncodePath(int directory, string file, byte* path) =>
        FileName.EncodeForKernel($"/proc/self/fd/{directory}/{file}", new Span<byte>(path, FileName.MaxPathBytes));

    private static List<string> Split(ReadOnlySpan<byte> list)
    {
        var names = new List<string>();
        while (!list.IsEmpty)
        {
            var end = list.IndexOf((byte)0);
            names.Add(FileName.Decode(list[..end]));
            list = list[(end + 1)..];
        }

        return names;
    }
}

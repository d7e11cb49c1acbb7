using System.Buffers;
using System.Buffers.Binary;
using static Davit.Linux.Native.DirectoryLibc;

namespace Davit.Linux.Directories;

/// <summary>Reads directories by getdents64(2): names byte for byte, without a stat each.</summary>
public static unsafe class DirectoryListing
{
    /// <summary>Names in a directory, without <c>.</c> and <c>..</c>, in the file system's order.</summary>
    /// <param name="fd">Open for reading, at its start.</param>
    /// <param name="names">Taken up.</param>
    public static Errno Read(int fd, List<string> names)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(64 << 10);
        try
        {
            while (true)
            {
                nint length;
                fixed (byte* start = buffer)
                {
                    // SAFETY: the array is pinned and the kernel writes at most its length.
                    length = GetDents(fd, start, buffer.Length);
                }

                if (length == 0) return Errno.None;
                if (length < 0) return DirectoryCalls.LastError();
                for (var at = 0; at < length;)
                {
                    // struct linux_dirent64: ino 8, off 8, reclen 2, type 1, then the name and a zero
                    var size = BinaryPrimitives.ReadUInt16LittleEndian(buffer.AsSpan(at + 16));
                    var name = buffer.AsSpan(at + 19, size - 19);
                    name = name[..name.IndexOf((byte)0)];
                    if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8)) names.Add(FileName.Decode(name));
                    at += size;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Removes a name and all below it, following no link.</summary>
    public static Errno RemoveTree(int directory, string name)
    {
        var errno = DirectoryCalls.Remove(directory, name, isDirectory: false);
        if (errno is not (Errno.EISDIR or Errno.EPERM)) return errno == Errno.ENOENT ? Errno.None : errno;
        errno = DirectoryCalls.Remove(directory, name, isDirectory: true);
        if (errno is Errno.None or Errno.ENOENT) return Errno.None;
        if (errno != Errno.ENOTEMPTY) return errno;
        var fd = DirectoryCalls.Open(directory, name, OpenHow.Directory | OpenHow.NoFollow, 0, out errno);
        if (fd < 0) return errno == Errno.ENOENT ? Errno.None : errno;
        try
        {
            var names = new List<string>();
            errno = Read(fd, names);
            if (errno != Errno.None) return errno;
            foreach (var child in names)
            {
                errno = RemoveTree(fd, child);
                if (errno != Errno.None) return errno;
            }
        }
        finally
        {
            FileIo.Close(fd);
        }

        errno = DirectoryCalls.Remove(directory, name, isDirectory: true);
        return errno == Errno.ENOENT ? Errno.None : errno;
    }
}

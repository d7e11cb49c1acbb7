using Davit.Linux;
using Davit.Linux.Directories;
using Davit.Primitives;

namespace Davit.Storage.Disk;

/// <summary>File work of the store, with errors that name the path.</summary>
internal static class DiskFiles
{
    internal static DavitException Error(Errno errno, string call, string path)
    {
        var full = errno is Errno.ENOSPC or Errno.EDQUOT;
        return new DavitException(
            full || errno == Errno.ENOENT ? ErrorKind.Internal : errno.Kind(),
            $"{call} {path}: {errno.Text()}",
            full ? "free some space, for example by 'davit system prune'" : null);
    }

    internal static void Check(Errno errno, string call, string path)
    {
        if (errno != Errno.None) throw Error(errno, call, path);
    }

    /// <summary>Makes a directory and what is missing above it; one that is there is left as it is.</summary>
    internal static void MakeDirectory(string path, uint mode)
    {
        var errno = DirectoryCalls.MakeDirectory(DirectoryCalls.WorkingDirectory, path, mode);
        if (errno == Errno.ENOENT && Path.GetDirectoryName(path) is { Length: > 1 } parent)
        {
            MakeDirectory(parent, 0x1ED);
            errno = DirectoryCalls.MakeDirectory(DirectoryCalls.WorkingDirectory, path, mode);
        }

        if (errno == Errno.EEXIST) return;
        Check(errno, "mkdir", path);

        // whatever the umask took
        Check(DirectoryCalls.ChangeMode(DirectoryCalls.WorkingDirectory, path, mode), "chmod", path);
    }

    internal static FileDescriptorLease Open(string path, OpenHow how, uint mode)
    {
        var fd = DirectoryCalls.Open(DirectoryCalls.WorkingDirectory, path, how, mode, out var errno);
        return fd >= 0 ? new(fd) : throw Error(errno, "open", path);
    }

    internal static void SyncDirectory(string path)
    {
        using var directory = Open(path, OpenHow.Directory, 0);
        Check(FileIo.Sync(directory.Number), "fsync", path);
    }

    internal static void Rename(string from, string to) =>
        Check(DirectoryCalls.Rename(DirectoryCalls.WorkingDirectory, from, DirectoryCalls.WorkingDirectory, to, replace: true), "rename", to);

    /// <summary>Writes a small file so that it is there whole or not at all, also after a power cut.</summary>
    internal static void WriteDurably(string path, ReadOnlySpan<byte> content)
    {
        var temporary = path + ".new";
        using (var file = Open(temporary, OpenHow.Write | OpenHow.Create | OpenHow.Truncate, 0x180))
        {
            Check(FileIo.WriteAll(file.Number, content), "write", temporary);
            Check(FileIo.Sync(file.Number), "fsync", temporary);
        }

        Rename(temporary, path);
        SyncDirectory(Path.GetDirectoryName(path)!);
    }

    internal static void RemoveTree(string path) => Check(DirectoryListing.RemoveTree(DirectoryCalls.WorkingDirectory, path), "remove", path);

    /// <summary>Names in a directory; none when it is not there.</summary>
    internal static List<string> Names(string path)
    {
        var names = new List<string>();
        var fd = DirectoryCalls.Open(DirectoryCalls.WorkingDirectory, path, OpenHow.Directory, 0, out var errno);
        if (errno == Errno.ENOENT) return names;
        if (fd < 0) throw Error(errno, "open", path);
        using var directory = new FileDescriptorLease(fd);
        Check(DirectoryListing.Read(fd, names), "read", path);
        return names;
    }
}

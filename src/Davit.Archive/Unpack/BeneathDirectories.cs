using Davit.Linux;
using Davit.Linux.Directories;
using Davit.Primitives;

namespace Davit.Archive.Unpack;

/// <summary>
/// Directories of a layer being unpacked: walked component by component without ever following a link. What stands in the way of a directory is an attack or
/// damage, with one exception: a whiteout of the same layer, which the directory then replaces.
/// </summary>
internal sealed class BeneathDirectories(int root, Func<int, string, Errno> markOpaque) : DirectoryCache(root)
{
    /// <summary>Directories made because an entry needed them, not because the archive has them.</summary>
    internal List<string> Implicit { get; } = [];

    protected override int Open(string path, bool create, string entry)
    {
        var (parentPath, name) = EntryPath.Split(path);
        var parent = Get(parentPath, create, entry);
        const OpenHow How = OpenHow.Path | OpenHow.Directory | OpenHow.NoFollow;
        var fd = DirectoryCalls.Open(parent, name, How, 0, out var errno);
        if (fd >= 0) return fd;
        if (errno == Errno.ENOENT && create)
        {
            Make(parent, name, path, entry);
        }
        else if (errno == Errno.ENOTDIR && create && DirectoryCalls.Stat(parent, name, out var stat) == Errno.None && stat.IsWhiteout)
        {
            errno = DirectoryCalls.Remove(parent, name, isDirectory: false);
            if (errno != Errno.None) throw UnpackErrors.From(errno, "unlink", path);
            Make(parent, name, path, entry);
            errno = markOpaque(parent, name);
            if (errno != Errno.None) throw UnpackErrors.From(errno, "setxattr", path);
        }
        else if (errno is Errno.ENOTDIR or Errno.ELOOP)
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"\"{entry}\" passes through \"{path}\", which is no directory: an entry must not go through a link or a file");
        }
        else
        {
            throw UnpackErrors.From(errno, "open", path);
        }

        fd = DirectoryCalls.Open(parent, name, How, 0, out errno);
        return fd >= 0 ? fd : throw UnpackErrors.From(errno, "open", path);
    }

    private void Make(int parent, string name, string path, string entry)
    {
        var errno = DirectoryCalls.MakeDirectory(parent, name, 0x1ED);
        if (errno == Errno.ENAMETOOLONG) throw new DavitException(ErrorKind.InvalidArgument, $"\"{entry}\": file name too long");
        if (errno != Errno.None) throw UnpackErrors.From(errno, "mkdir", path);
        Implicit.Add(path);
    }
}

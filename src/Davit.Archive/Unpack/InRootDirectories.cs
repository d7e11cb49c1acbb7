using Davit.Linux;
using Davit.Linux.Directories;
using Davit.Primitives;

namespace Davit.Archive.Unpack;

/// <summary>Directories of a live tree with links of its own: openat2 follows them inside the root and never out of it.</summary>
/// <param name="root">The tree's root.</param>
/// <param name="prefix">Path of the destination in the tree, clean, may be empty.</param>
internal sealed class InRootDirectories(int root, string prefix) : DirectoryCache(OpenDestination(root, prefix))
{
    private readonly string _slashed = prefix.Length == 0 ? "" : prefix + "/";

    public override void Dispose()
    {
        base.Dispose();
        FileIo.Close(Root);
    }

    protected override int Open(string path, bool create, string entry)
    {
        var fd = DirectoryCalls.Open(root, _slashed + path, OpenHow.Path | OpenHow.Directory, 0, ResolveHow.InRoot | ResolveHow.NoMagicLinks, out var errno);
        if (fd >= 0) return fd;
        if (errno == Errno.ENOENT && create)
        {
            var (parentPath, name) = EntryPath.Split(path);
            errno = DirectoryCalls.MakeDirectory(Get(parentPath, create, entry), name, 0x1ED);

            // EEXIST: a link that leads nowhere
            if (errno is not (Errno.None or Errno.EEXIST)) throw UnpackErrors.From(errno, "mkdir", path);
            fd = DirectoryCalls.Open(root, _slashed + path, OpenHow.Path | OpenHow.Directory, 0, ResolveHow.InRoot | ResolveHow.NoMagicLinks, out errno);
            if (fd >= 0) return fd;
        }

        throw errno is Errno.ENOTDIR or Errno.ELOOP or Errno.EXDEV
            ? new DavitException(ErrorKind.InvalidArgument, $"\"{entry}\" passes through \"{path}\", which is no directory")
            : UnpackErrors.From(errno, "open", path);
    }

    private static int OpenDestination(int root, string prefix)
    {
        var fd = DirectoryCalls.Open(root, prefix.Length == 0 ? "." : prefix, OpenHow.Path | OpenHow.Directory, 0, ResolveHow.InRoot | ResolveHow.NoMagicLinks, out var errno);
        return fd >= 0 ? fd : throw UnpackErrors.From(errno, "open", "/" + prefix);
    }
}

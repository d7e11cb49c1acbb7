using Davit.Linux;
using Davit.Linux.Directories;
using Davit.Primitives;

namespace Davit.Engine.Volumes;

/// <summary>Removes trees by open directories, so that no link leads out of them.</summary>
internal static class TreeRemoval
{
    /// <summary>Removes a directory with everything in it; nothing happens when it is gone.</summary>
    /// <exception cref="DavitException">Something in it can't be removed.</exception>
    public static void Remove(string directory)
    {
        var parent = DirectoryCalls.Open(DirectoryCalls.WorkingDirectory, Path.GetDirectoryName(directory)!, OpenHow.Path | OpenHow.Directory, 0, out var errno);
        if (parent < 0)
        {
            if (errno == Errno.ENOENT) return;
            throw new LinuxException(errno, "open", directory).ToDavitException("remove");
        }

        try
        {
            var removal = DirectoryListing.RemoveTree(parent, Path.GetFileName(directory));
            if (removal is not (Errno.None or Errno.ENOENT)) throw new LinuxException(removal, "unlinkat", directory).ToDavitException("remove");
        }
        finally
        {
            FileIo.Close(parent);
        }
    }
}

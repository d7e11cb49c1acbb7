using Davit.Linux;
using Davit.Linux.Directories;

namespace Davit.Runtime.Launch;

/// <summary>Reads the start of files for <see cref="ExecutableFile"/>.</summary>
public static class ExecutableHead
{
    /// <summary>The first bytes of a regular file; symbolic links are followed as if the directory were the root, so that none leads out.</summary>
    /// <param name="root">Path on the host of the directory, or of the file itself.</param>
    /// <param name="path">Path from there, empty for the file itself.</param>
    /// <returns>No bytes when nothing is there; not known when it is no regular file or can't be read.</returns>
    public static (bool Known, byte[]? Bytes) Read(string root, string path)
    {
        var directory = DirectoryCalls.Open(-100, root, OpenHow.Path, 0, out _);
        if (directory < 0) return default;
        try
        {
            return path.Length == 0 ? Take(DirectoryCalls.Open(-100, $"/proc/self/fd/{directory}", OpenHow.NonBlocking, 0, out var own), own)
                : Take(DirectoryCalls.Open(directory, path, OpenHow.NonBlocking, 0, ResolveHow.InRoot | ResolveHow.NoMagicLinks, out var errno), errno);
        }
        finally
        {
            FileIo.Close(directory);
        }
    }

    private static (bool Known, byte[]? Bytes) Take(int file, Errno errno)
    {
        if (file < 0) return (errno == Errno.ENOENT, null);
        try
        {
            if (DirectoryCalls.Stat(file, "", out var stat) != Errno.None || !stat.IsRegular) return default;
            var bytes = new byte[ExecutableFile.HeadLength];
            var length = FileIo.Read(file, bytes, out _);
            return length < 0 ? default : (true, bytes[..length]);
        }
        finally
        {
            FileIo.Close(file);
        }
    }
}

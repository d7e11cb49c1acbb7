using Davit.Linux;
using Davit.Linux.Directories;

namespace Davit.Storage.Disk;

/// <summary>Sizes of trees that change: what has a row is never walked.</summary>
internal static class DiskUsage
{
    /// <summary>Bytes of file content below a directory, each file of several names once. What vanishes meanwhile does not count.</summary>
    internal static long ContentBytes(string directory, CancellationToken cancellation)
    {
        var fd = DirectoryCalls.Open(DirectoryCalls.WorkingDirectory, directory, OpenHow.Directory | OpenHow.NoFollow, 0, out _);
        return fd < 0 ? 0 : Walk(fd, [], cancellation);
    }

    private static long Walk(int fd, HashSet<ulong> linked, CancellationToken cancellation)
    {
        using var directory = new FileDescriptorLease(fd);
        var names = new List<string>();
        if (DirectoryListing.Read(fd, names) != Errno.None) return 0;
        long bytes = 0;
        foreach (var name in names)
        {
            cancellation.ThrowIfCancellationRequested();
            if (DirectoryCalls.Stat(fd, name, out var stat) != Errno.None) continue;
            if (stat.IsRegular && (stat.Links == 1 || linked.Add(stat.Inode))) bytes += stat.Size;
            if (!stat.IsDirectory) continue;
            var child = DirectoryCalls.Open(fd, name, OpenHow.Directory | OpenHow.NoFollow, 0, out _);
            if (child >= 0) bytes += Walk(child, linked, cancellation);
        }

        return bytes;
    }
}

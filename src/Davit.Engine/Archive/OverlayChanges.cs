using Davit.DockerApi.Containers;
using Davit.Linux;
using Davit.Linux.Directories;

namespace Davit.Engine.Archive;

/// <summary>Reads the changes out of an overlay's upper directory.</summary>
internal static class OverlayChanges
{
    private const int Modified = 0;
    private const int Added = 1;
    private const int Deleted = 2;

    // Mount points that a start makes where the image has none: not the user's changes.
    private static readonly string[] Own = ["/dev", "/proc", "/sys", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/sbin/docker-init"];

    public static IReadOnlyList<FilesystemChange> Find(string upper, IReadOnlyList<string> lowers, CancellationToken cancellation)
    {
        List<FilesystemChange> changes = [];
        var lowerFds = lowers.Select(directory => DirectoryCalls.Open(DirectoryCalls.WorkingDirectory, directory, OpenHow.Path | OpenHow.Directory, 0, out _)).Where(fd => fd >= 0).ToList();
        try
        {
            var root = DirectoryCalls.Open(DirectoryCalls.WorkingDirectory, upper, OpenHow.Directory, 0, out var errno);
            if (root < 0) throw new LinuxException(errno, "open", upper).ToDavitException("diff");
            Walk(root, "", lowerFds, changes, cancellation);
        }
        finally
        {
            foreach (var fd in lowerFds) FileIo.Close(fd);
        }

        changes.Sort((left, right) => string.CompareOrdinal(left.Path, right.Path));
        return changes;
    }

    /// <summary>Takes over the descriptor. Returns whether anything below is a change.</summary>
    private static bool Walk(int directory, string path, List<int> lowers, List<FilesystemChange> changes, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var any = false;
        try
        {
            List<string> names = [];
            DirectoryListing.Read(directory, names);
            foreach (var name in names)
            {
                var full = path + "/" + name;
                if (DirectoryCalls.Stat(directory, name, out var stat) != Errno.None) continue;
                var below = Lookup(lowers, full[1..]);
                if (Own.Contains(full) && (below is null || !stat.IsDirectory)) continue;
                any |= Entry(directory, name, full, stat, below, lowers, changes, cancellation);
            }
        }
        finally
        {
            FileIo.Close(directory);
        }

        return any;
    }

    private static bool Entry(int directory, string name, string full, FileStat stat, FileStat? below, List<int> lowers, List<FilesystemChange> changes, CancellationToken cancellation)
    {
        if (stat.IsWhiteout)
        {
            if (below is null) return false;
            changes.Add(new() { Path = full, Kind = Deleted });
            return true;
        }

        if (!stat.IsDirectory)
        {
            changes.Add(new() { Path = full, Kind = below is null ? Added : Modified });
            return true;
        }

        var inner = DirectoryCalls.Open(directory, name, OpenHow.Directory | OpenHow.NoFollow, 0, out _);
        var index = changes.Count;
        var changed = inner >= 0 && Walk(inner, full, lowers, changes, cancellation);
        if (below is not { } old) changes.Insert(index, new() { Path = full, Kind = Added });
        else if (changed || !old.IsDirectory || old.Mode != stat.Mode || old.Uid != stat.Uid || old.Gid != stat.Gid) changes.Insert(index, new() { Path = full, Kind = Modified });
        else return false;
        return true;
    }

    /// <summary>What the layers below show at a path, or null.</summary>
    private static FileStat? Lookup(List<int> lowers, string path)
    {
        foreach (var lower in lowers)
        {
            var fd = DirectoryCalls.Open(lower, path, OpenHow.Path | OpenHow.NoFollow, 0, ResolveHow.Beneath | ResolveHow.NoSymbolicLinks, out _);
            if (fd >= 0)
            {
                DirectoryCalls.Stat(fd, "", out var stat);
                FileIo.Close(fd);
                return stat.IsWhiteout ? null : stat;
            }

            if (Hides(lower, path)) return null;
        }

        return null;
    }

    /// <summary>Whether a layer hides what lower ones have at a path: a whiteout, a file or an opaque directory on the way.</summary>
    private static bool Hides(int lower, string path)
    {
        for (var slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1))
        {
            var parent = path[..slash];
            var fd = DirectoryCalls.Open(lower, parent, OpenHow.Path | OpenHow.NoFollow, 0, ResolveHow.Beneath | ResolveHow.NoSymbolicLinks, out _);
            if (fd < 0) continue;
            DirectoryCalls.Stat(fd, "", out var stat);
            FileIo.Close(fd);
            if (!stat.IsDirectory) return true;
            if (ExtendedAttributes.Get(lower, parent, "trusted.overlay.opaque", out _) is [(byte)'y', ..]) return true;
        }

        return false;
    }
}

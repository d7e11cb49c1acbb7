using Davit.Linux;
using Davit.Linux.Directories;
using Davit.Storage.Disk;

namespace Davit.Storage.Layers;

/// <summary>
/// Reads through a stack of overlay directories without mounting it: whiteouts, opaque directories and symbolic links mean what overlayfs makes of them, and
/// no link of the host is ever followed, whatever a container does to its writable directory meanwhile.
/// </summary>
/// <param name="directories">Top-most first.</param>
internal sealed class OverlayView(IReadOnlyList<string> directories) : IDisposable
{
    private const int MostLinks = 40;
    private List<int>? _roots;

    /// <summary>Content of a regular file, cut when it is larger than asked for; or null when there is none at that path, or it is larger and may not be cut.</summary>
    internal byte[]? ReadFile(string path, int most, bool cut)
    {
        if (Resolve(path, followLast: true) is not { IsFile: true } place) return null;
        try
        {
            var fd = DirectoryCalls.Open(place.Levels[0], place.Name, OpenHow.NoFollow | OpenHow.NonBlocking, 0, out _);
            if (fd < 0) return null;
            using var file = new FileDescriptorLease(fd);
            if (DirectoryCalls.Stat(fd, "", out var stat) != Errno.None || !stat.IsRegular || (stat.Size > most && !cut)) return null;
            var content = new byte[Math.Min(stat.Size, most)];
            var length = 0;
            while (length < content.Length)
            {
                var read = FileIo.Read(fd, content.AsSpan(length), out _);
                if (read < 0) return null;
                if (read == 0) break;
                length += read;
            }

            return content[..length];
        }
        finally
        {
            Close(place.Levels);
        }
    }

    /// <summary>Gives a directory on the host the owner, mode, attributes and time that the directory of a path has here; nothing happens when there is none.</summary>
    internal void CopyDirectoryAttributes(string path, string target)
    {
        if (Resolve(path, followLast: false) is not { } place) return;
        try
        {
            if (place.IsFile) return;
            var source = DirectoryCalls.Open(place.Levels[0], ".", OpenHow.Directory, 0, out var errno);
            if (source < 0) throw DiskFiles.Error(errno, "open", path);
            using var from = new FileDescriptorLease(source);
            using var to = DiskFiles.Open(target, OpenHow.Directory | OpenHow.NoFollow, 0);
            DiskFiles.Check(DirectoryCalls.Stat(source, "", out var stat), "stat", path);
            DiskFiles.Check(DirectoryCalls.ChangeOwner(to.Number, "", stat.Uid, stat.Gid), "chown", target);
            DiskFiles.Check(DirectoryCalls.ChangeMode(to.Number, stat.Mode & 0xFFF), "chmod", target);
            foreach (var attribute in ExtendedAttributes.List(source, "", out _))
            {
                if (attribute.Contains(".overlay.", StringComparison.Ordinal) || attribute == "security.selinux") continue;
                if (ExtendedAttributes.Get(source, "", attribute, out _) is { } value) _ = ExtendedAttributes.Set(to.Number, attribute, value);
            }

            DiskFiles.Check(DirectoryCalls.SetTimes(to.Number, "", stat.ModifiedSeconds, stat.ModifiedNanoseconds), "utimensat", target);
        }
        finally
        {
            Close(place.Levels);
        }
    }

    public void Dispose()
    {
        if (_roots is not null) Close(_roots);
        _roots = null;
    }

    private Place? Resolve(string path, bool followLast)
    {
        var links = 0;
        var stack = new Stack<List<int>>();
        var left = new Stack<string>(path.Split('/').Reverse());
        stack.Push(Duplicate(Roots()));
        try
        {
            while (left.TryPop(out var part))
            {
                if (part is "" or ".") continue;
                if (part == "..")
                {
                    if (stack.Count > 1) Close(stack.Pop());
                    continue;
                }

                var found = Look(stack.Peek(), part);
                if (found is null) return null;
                if (!found.IsFile)
                {
                    stack.Push(found.Levels);
                    continue;
                }

                var last = left.All(rest => rest is "" or ".");
                var target = DirectoryCalls.ReadLink(found.Levels[0], part, out _);
                if (target is null || (last && !followLast))
                {
                    // a file with something below it is no path
                    if (last) return found;
                    Close(found.Levels);
                    return null;
                }

                Close(found.Levels);
                if (++links > MostLinks) return null;
                if (target.StartsWith('/'))
                {
                    while (stack.Count > 1) Close(stack.Pop());
                }

                foreach (var piece in target.Split('/').Reverse()) left.Push(piece);
            }

            return new Place(stack.Pop(), "", false);
        }
        finally
        {
            foreach (var levels in stack) Close(levels);
        }
    }

    /// <summary>One name in a merged directory: the directories that make up the merged one below it, or the one directory that has it as a file.</summary>
    private static Place? Look(List<int> levels, string name)
    {
        var merged = new List<int>();
        foreach (var level in levels)
        {
            if (DirectoryCalls.Stat(level, name, out var stat) != Errno.None) continue;
            if (stat.IsDirectory)
            {
                var fd = DirectoryCalls.Open(level, name, OpenHow.Path | OpenHow.Directory | OpenHow.NoFollow, 0, out _);
                if (fd < 0) continue;
                merged.Add(fd);
                if (ExtendedAttributes.Get(level, name, "trusted.overlay.opaque", out _) is [(byte)'y']) break;
                continue;
            }

            // a file, a link or a whiteout: it ends a directory above it, or is itself what is seen
            if (merged.Count > 0 || stat.IsWhiteout) break;
            return new Place(Duplicate([level]), name, true);
        }

        return merged.Count == 0 ? null : new Place(merged, "", false);
    }

    private List<int> Roots()
    {
        if (_roots is not null) return _roots;
        _roots = [];
        foreach (var directory in directories)
        {
            var fd = DirectoryCalls.Open(DirectoryCalls.WorkingDirectory, directory, OpenHow.Path | OpenHow.Directory, 0, out var errno);
            if (fd < 0) throw DiskFiles.Error(errno, "open", directory);
            _roots.Add(fd);
        }

        return _roots;
    }

    private static List<int> Duplicate(List<int> levels)
    {
        var copies = new List<int>(levels.Count);
        foreach (var level in levels)
        {
            var fd = DirectoryCalls.Open(level, ".", OpenHow.Path | OpenHow.Directory, 0, out var errno);
            if (fd < 0) throw DiskFiles.Error(errno, "open", "layer");
            copies.Add(fd);
        }

        return copies;
    }

    private static void Close(List<int> levels)
    {
        foreach (var fd in levels) FileIo.Close(fd);
    }

    /// <param name="Levels">For a directory all that merge into it, top-most first; for a file the one that has it.</param>
    /// <param name="Name">Name of the file in its directory.</param>
    /// <param name="IsFile">Anything but a directory.</param>
    private sealed record Place(List<int> Levels, string Name, bool IsFile);
}

using Davit.Archive.Tar;
using Davit.Archive.Unpack;
using Davit.Linux;
using Davit.Linux.Directories;
using Davit.Primitives;

namespace Davit.Archive.Pack;

/// <summary>Walks a tree in the order of its names' bytes and writes each file as an entry, following no link: the same tree gives the same tar.</summary>
internal sealed class TreePacker(TarWriter writer, PackPolicy policy, CancellationToken cancellation)
{
    // where each file with several names was written first
    private readonly Dictionary<(uint Major, uint Minor, ulong Inode), string> _links = [];

    internal long ContentBytes { get; private set; }

    /// <summary>Packs what is in an open directory.</summary>
    /// <param name="directory">Open for reading; closed by this call.</param>
    /// <param name="prefix">Put before the names, with its slash; may be empty.</param>
    internal async Task PackChildrenAsync(int directory, string prefix)
    {
        var frames = new Stack<Frame>();
        try
        {
            frames.Push(Frame.Open(directory, prefix));
            while (frames.TryPeek(out var frame))
            {
                cancellation.ThrowIfCancellationRequested();
                if (frame.Next() is not { } name)
                {
                    FileIo.Close(frames.Pop().Directory);
                    continue;
                }

                if (policy.Include is { } include && !include(frame.Prefix[prefix.Length..] + name)) continue;
                var child = await PackAsync(frame.Directory, name, frame.Prefix + name, frame.FileSystem).ConfigureAwait(false);
                if (child >= 0) frames.Push(Frame.Open(child, frame.Prefix + name + "/"));
            }
        }
        finally
        {
            foreach (var frame in frames) FileIo.Close(frame.Directory);
        }
    }

    /// <summary>Packs one name.</summary>
    /// <returns>A directory to go into, or -1.</returns>
    internal async Task<int> PackAsync(int parent, string name, string entryName, (uint, uint)? fileSystem)
    {
        var errno = DirectoryCalls.Stat(parent, name, out var stat);

        // a live tree: gone since it was listed
        if (errno == Errno.ENOENT) return -1;
        Check(errno, "stat", entryName);
        var entry = new TarEntry
        {
            Name = entryName,
            Kind = TarEntryKind.File,
            Mode = stat.Mode & 0xFFF,
            Uid = stat.Uid,
            Gid = stat.Gid,
            ModifiedSeconds = stat.ModifiedSeconds,
            ModifiedNanoseconds = stat.ModifiedNanoseconds,
        };
        switch (stat.Type)
        {
            case FileTypes.Directory:
                return await PackDirectoryAsync(parent, name, entry, fileSystem).ConfigureAwait(false);
            case FileTypes.Regular:
                await PackFileAsync(parent, name, entry, stat).ConfigureAwait(false);
                return -1;
            case FileTypes.SymbolicLink:
                var target = DirectoryCalls.ReadLink(parent, name, out errno);
                if (target is null) throw UnpackErrors.From(errno, "readlink", entryName);
                entry = entry with { Kind = TarEntryKind.SymbolicLink, LinkTarget = target, Mode = 0x1FF };
                break;
            case FileTypes.CharacterDevice when policy.Overlay && stat.IsWhiteout:
                var slash = entryName.LastIndexOf('/') + 1;
                var whiteout = new TarEntry { Name = entryName[..slash] + TreeUnpacker.WhiteoutPrefix + entryName[slash..], Kind = TarEntryKind.File };
                await writer.BeginAsync(whiteout, cancellation).ConfigureAwait(false);
                return -1;
            case FileTypes.CharacterDevice or FileTypes.BlockDevice:
                entry = entry with
                {
                    Kind = stat.Type == FileTypes.CharacterDevice ? TarEntryKind.CharacterDevice : TarEntryKind.BlockDevice,
                    DeviceMajor = stat.DeviceMajor,
                    DeviceMinor = stat.DeviceMinor,
                };
                break;
            case FileTypes.Fifo:
                entry = entry with { Kind = TarEntryKind.Fifo };
                break;
            default:
                // a tar knows no sockets, and a socket without its process is nothing
                return -1;
        }

        if (IsSecondName(stat, entryName) is { } first) entry = entry with { Kind = TarEntryKind.HardLink, LinkTarget = first };
        else entry = entry with { Xattrs = ReadXattrs(parent, name) };
        await writer.BeginAsync(entry, cancellation).ConfigureAwait(false);
        return -1;
    }

    private async Task<int> PackDirectoryAsync(int parent, string name, TarEntry entry, (uint, uint)? fileSystem)
    {
        var fd = DirectoryCalls.Open(parent, name, OpenHow.Directory | OpenHow.NoFollow, 0, out var errno);
        if (fd < 0)
        {
            if (errno is Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP) return -1;
            throw UnpackErrors.From(errno, "open", entry.Name);
        }

        try
        {
            var opaque = policy.Overlay && IsOpaque(fd);
            var foreign = policy.OneFileSystem && fileSystem is { } own && own != Frame.FileSystemOf(fd);
            await writer.BeginAsync(entry with { Name = entry.Name + "/", Kind = TarEntryKind.Directory, Xattrs = ReadXattrs(fd, "") }, cancellation).ConfigureAwait(false);
            if (opaque)
            {
                await writer.BeginAsync(new() { Name = entry.Name + "/" + TreeUnpacker.OpaqueMarker, Kind = TarEntryKind.File }, cancellation).ConfigureAwait(false);
            }

            if (!foreign) (fd, parent) = (-1, fd);
            return foreign ? -1 : parent;
        }
        finally
        {
            if (fd >= 0) FileIo.Close(fd);
        }
    }

    private async Task PackFileAsync(int parent, string name, TarEntry entry, FileStat stat)
    {
        if (IsSecondName(stat, entry.Name) is { } first)
        {
            await writer.BeginAsync(entry with { Kind = TarEntryKind.HardLink, LinkTarget = first }, cancellation).ConfigureAwait(false);
            return;
        }

        var fd = DirectoryCalls.Open(parent, name, OpenHow.Read | OpenHow.NoFollow | OpenHow.NonBlocking, 0, out var errno);
        if (fd < 0) throw UnpackErrors.From(errno, "open", entry.Name);
        try
        {
            await writer.BeginAsync(entry with { Size = stat.Size, Xattrs = ReadXattrs(fd, "") }, cancellation).ConfigureAwait(false);
            for (var left = stat.Size; left > 0;)
            {
                cancellation.ThrowIfCancellationRequested();
                var read = FileIo.Read(fd, writer.Room.Span, out errno);
                if (read < 0) throw UnpackErrors.From(errno, "read", entry.Name);
                if (read == 0) throw new DavitException(ErrorKind.DataLoss, $"{entry.Name}: file became {left} bytes shorter while it was read");
                await writer.CommitAsync(read, cancellation).ConfigureAwait(false);
                left -= read;
            }
        }
        finally
        {
            FileIo.Close(fd);
        }

        ContentBytes += stat.Size;
    }

    private string? IsSecondName(FileStat stat, string name)
    {
        if (stat.Links < 2) return null;
        var key = (stat.FileSystemMajor, stat.FileSystemMinor, stat.Inode);
        if (_links.TryGetValue(key, out var first)) return first;
        _links[key] = name;
        return null;
    }

    private static bool IsOpaque(int fd) => ExtendedAttributes.Get(fd, "", "trusted.overlay.opaque", out _) is [(byte)'y'] || ExtendedAttributes.Get(fd, "", "user.overlay.opaque", out _) is [(byte)'y'];

    private static List<TarXattr> ReadXattrs(int directory, string name)
    {
        var names = ExtendedAttributes.List(directory, name, out var errno);
        if (errno is not (Errno.None or Errno.ENOENT)) throw UnpackErrors.From(errno, "listxattr", name);
        var xattrs = new List<TarXattr>(names.Count);
        foreach (var xattr in names)
        {
            if (IsOfThisMachine(xattr)) continue;
            if (ExtendedAttributes.Get(directory, name, xattr, out errno) is { } value) xattrs.Add(new(xattr, value));
            else if (errno is not (Errno.ENODATA or Errno.ENOENT)) throw UnpackErrors.From(errno, $"getxattr {xattr}", name);
        }

        return xattrs;
    }

    // Labels and overlayfs' notes say something about this machine, not about the files.
    private static bool IsOfThisMachine(string xattr) => xattr == "security.selinux" || xattr.StartsWith("trusted.overlay.", StringComparison.Ordinal)
        || xattr.StartsWith("user.overlay.", StringComparison.Ordinal)
        || (xattr.StartsWith("system.", StringComparison.Ordinal) && !xattr.StartsWith("system.posix_acl_", StringComparison.Ordinal));

    private static void Check(Errno errno, string call, string path)
    {
        if (errno != Errno.None) throw UnpackErrors.From(errno, call, path);
    }

    private sealed class Frame
    {
        private readonly List<string> _names = [];
        private int _next;

        internal required int Directory { get; init; }

        internal required string Prefix { get; init; }

        internal required (uint, uint) FileSystem { get; init; }

        internal static Frame Open(int directory, string prefix)
        {
            try
            {
                var frame = new Frame { Directory = directory, Prefix = prefix, FileSystem = FileSystemOf(directory) };
                Check(DirectoryListing.Read(directory, frame._names), "read", prefix);
                frame._names.Sort(FileName.Compare);
                return frame;
            }
            catch
            {
                FileIo.Close(directory);
                throw;
            }
        }

        internal static (uint, uint) FileSystemOf(int directory)
        {
            Check(DirectoryCalls.Stat(directory, "", out var stat), "stat", "");
            return (stat.FileSystemMajor, stat.FileSystemMinor);
        }

        internal string? Next() => _next < _names.Count ? _names[_next++] : null;
    }
}

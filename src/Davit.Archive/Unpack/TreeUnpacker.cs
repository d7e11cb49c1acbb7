using Davit.Archive.Tar;
using Davit.Linux;
using Davit.Linux.Directories;
using Davit.Primitives;

namespace Davit.Archive.Unpack;

/// <summary>Makes the files of a tar below a root, one system call after another, on the thread that calls.</summary>
internal sealed class TreeUnpacker(DirectoryCache directories, UnpackPolicy policy, TarRecipeWriter? recipe, CancellationToken cancellation)
{
    internal const string WhiteoutPrefix = ".wh.";
    internal const string OpaqueMarker = ".wh..wh..opq";

    // Attributes, modes and times of directories are set when nothing is made in them any more.
    private readonly Dictionary<string, TarEntry> _directories = new(StringComparer.Ordinal);
    private readonly uint _umask = ReadUmask();
    private readonly bool _root = Environment.IsPrivilegedProcess;

    internal long ContentBytes { get; private set; }

    internal int Entries { get; private set; }

    /// <summary>The layer's root hides everything below it.</summary>
    internal bool RootOpaque { get; private set; }

    internal bool HasDirectory(string path) => _directories.ContainsKey(path);

    internal void Unpack(TarReader reader)
    {
        while (reader.Next() is { } read)
        {
            cancellation.ThrowIfCancellationRequested();
            directories.BeginEntry();
            var entry = policy.Map is null ? read : policy.Map(read);
            if (entry is null) continue;
            Entries++;
            Place(entry, reader);
        }

        foreach (var (path, entry) in _directories) FinishDirectory(path, entry);
    }

    private void Place(TarEntry entry, TarReader reader)
    {
        var path = EntryPath.Clean(entry.Name, policy.Limits.Depth, entry.Name);
        if (path.Length == 0)
        {
            if (entry.Kind != TarEntryKind.Directory) throw new DavitException(ErrorKind.InvalidArgument, $"\"{entry.Name}\" would replace the root directory");
            _directories[""] = entry;
            return;
        }

        var (parentPath, name) = EntryPath.Split(path);
        if (policy.Layer && name.StartsWith(WhiteoutPrefix, StringComparison.Ordinal))
        {
            PlaceWhiteout(entry, parentPath, name);
            return;
        }

        var parent = directories.Get(parentPath, create: true, entry.Name);
        switch (entry.Kind)
        {
            case TarEntryKind.Directory:
                PlaceDirectory(parent, name, path, entry);
                break;
            case TarEntryKind.File:
                PlaceFile(parent, name, path, entry, reader);
                break;
            case TarEntryKind.SymbolicLink:
                Retry(parent, name, path, "symlink", () => DirectoryCalls.MakeSymbolicLink(entry.LinkTarget, parent, name));
                Dress(parent, name, path, entry);
                break;
            case TarEntryKind.HardLink:
                PlaceHardLink(parent, name, path, entry);
                break;
            case TarEntryKind.CharacterDevice or TarEntryKind.BlockDevice or TarEntryKind.Fifo:
                var type = entry.Kind switch { TarEntryKind.CharacterDevice => FileTypes.CharacterDevice, TarEntryKind.BlockDevice => FileTypes.BlockDevice, _ => FileTypes.Fifo };
                Retry(parent, name, path, "mknod", () => DirectoryCalls.MakeNode(parent, name, type | (entry.Mode & 0x1FF), entry.DeviceMajor, entry.DeviceMinor));
                Dress(parent, name, path, entry);
                break;
            default:
                throw new DavitException(ErrorKind.InvalidArgument, $"unhandled tar header type {(byte)entry.Kind} of \"{entry.Name}\"");
        }
    }

    private void PlaceDirectory(int parent, string name, string path, TarEntry entry)
    {
        _directories[path] = entry;
        var errno = DirectoryCalls.MakeDirectory(parent, name, 0x1ED);
        if (errno == Errno.None) return;
        if (errno != Errno.EEXIST) throw UnpackErrors.From(errno, "mkdir", path);
        Check(DirectoryCalls.Stat(parent, name, out var stat), "stat", path);
        if (stat.IsDirectory) return;
        if (policy.NoOverwriteDirNonDir) throw new DavitException(ErrorKind.InvalidArgument, $"cannot overwrite non-directory \"{path}\" with directory \"{entry.Name}\"");
        if (stat.IsWhiteout) Check(DirectoryCalls.Remove(parent, name, isDirectory: false), "unlink", path);
        else RemoveExisting(parent, name, path);
        Check(DirectoryCalls.MakeDirectory(parent, name, 0x1ED), "mkdir", path);

        // removed below and made anew here: nothing of the lower directory shows through
        if (policy.Layer && stat.IsWhiteout) Check(MarkOpaque(parent, name), "setxattr", path);
    }

    private void PlaceFile(int parent, string name, string path, TarEntry entry, TarReader reader)
    {
        const OpenHow How = OpenHow.Write | OpenHow.Create | OpenHow.Exclusive | OpenHow.NoFollow;
        var created = entry.Mode & 0x1FF;
        var fd = DirectoryCalls.Open(parent, name, How, created, out var errno);
        if (errno == Errno.EEXIST)
        {
            RefuseDirectory(parent, name, path, entry);
            RemoveExisting(parent, name, path);
            fd = DirectoryCalls.Open(parent, name, How, created, out errno);
        }

        if (fd < 0) throw errno == Errno.ENAMETOOLONG ? new DavitException(ErrorKind.InvalidArgument, $"\"{entry.Name}\": file name too long") : UnpackErrors.From(errno, "open", path);
        try
        {
            reader.KeepContentIn(path, entry);
            if (entry.Sparse is null) WriteWhole(fd, path, reader);
            else WriteSparse(fd, path, entry, reader);
            var (uid, gid) = policy.Owner ?? (entry.Uid, entry.Gid);

            // a file made by root in a new tree is root's already
            var chown = !(policy.Layer && _root && uid == 0 && gid == 0);
            if (chown) Check(DirectoryCalls.ChangeOwner(fd, "", uid, gid), "chown", path);
            if ((entry.Mode & (0xE00 | _umask)) != 0) Check(DirectoryCalls.ChangeMode(fd, entry.Mode), "chmod", path);
            foreach (var xattr in entry.Xattrs)
            {
                if (!IsOverlayAttribute(xattr.Name)) CheckXattr(ExtendedAttributes.Set(fd, xattr.Name, xattr.Value), path, xattr.Name);
            }

            Check(DirectoryCalls.SetTimes(fd, "", entry.ModifiedSeconds, entry.ModifiedNanoseconds), "utimensat", path);
        }
        finally
        {
            FileIo.Close(fd);
        }

        ContentBytes += entry.Size;
    }

    private void WriteWhole(int fd, string path, TarReader reader)
    {
        for (var chunk = reader.ReadChunk(); !chunk.IsEmpty; chunk = reader.ReadChunk())
        {
            cancellation.ThrowIfCancellationRequested();
            Check(FileIo.WriteAll(fd, chunk), "write", path);
        }
    }

    private static void WriteSparse(int fd, string path, TarEntry entry, TarReader reader)
    {
        ReadOnlySpan<byte> chunk = [];
        foreach (var segment in entry.Sparse!)
        {
            Check(FileIo.SeekTo(fd, segment.Offset), "seek", path);
            for (var left = segment.Length; left > 0;)
            {
                if (chunk.IsEmpty) chunk = reader.ReadChunk();
                var length = (int)Math.Min(left, chunk.Length);
                Check(FileIo.WriteAll(fd, chunk[..length]), "write", path);
                chunk = chunk[length..];
                left -= length;
            }
        }

        Check(FileIo.SetSize(fd, entry.Size), "truncate", path);
    }

    private void PlaceHardLink(int parent, string name, string path, TarEntry entry)
    {
        var target = EntryPath.Clean(entry.LinkTarget, policy.Limits.Depth, entry.Name);
        if (target.Length == 0) throw new DavitException(ErrorKind.InvalidArgument, $"\"{entry.Name}\" is a hard link to the root directory");
        if (target == path) return;
        var (targetParent, targetName) = EntryPath.Split(target);
        int from;
        try
        {
            from = directories.Get(targetParent, create: false, entry.Name);
        }
        catch (DavitException e) when (e.Kind == ErrorKind.Internal)
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"\"{entry.Name}\" is a hard link to \"{entry.LinkTarget}\", which the archive does not have", inner: e);
        }

        var errno = DirectoryCalls.MakeHardLink(from, targetName, parent, name);
        if (errno == Errno.EEXIST)
        {
            RefuseDirectory(parent, name, path, entry);

            // two names of one file already: removing the one could remove the other's content
            if (SameFile(from, targetName, parent, name)) return;
            RemoveExisting(parent, name, path);
            errno = DirectoryCalls.MakeHardLink(from, targetName, parent, name);
        }

        if (errno is Errno.ENOENT or Errno.EPERM) throw new DavitException(ErrorKind.InvalidArgument, $"\"{entry.Name}\" is a hard link to \"{entry.LinkTarget}\", which the archive does not have as a file");
        Check(errno, "link", path);
    }

    private void PlaceWhiteout(TarEntry entry, string parentPath, string name)
    {
        if (name == OpaqueMarker)
        {
            if (parentPath.Length == 0) RootOpaque = true;
            else Check(MarkOpaque(directories.Get(parentPath, create: true, entry.Name), "."), "setxattr", parentPath);
            return;
        }

        // aufs' own bookkeeping
        if (name.StartsWith(".wh..wh.", StringComparison.Ordinal)) return;
        var hidden = name[WhiteoutPrefix.Length..];
        if (hidden is "" or "." or "..") throw new DavitException(ErrorKind.InvalidArgument, $"invalid whiteout \"{entry.Name}\"");
        var parent = directories.Get(parentPath, create: true, entry.Name);
        var errno = DirectoryCalls.MakeNode(parent, hidden, FileTypes.CharacterDevice, 0, 0);
        if (errno != Errno.EEXIST)
        {
            Check(errno, "mknod", parentPath + "/" + hidden);
            return;
        }

        // The layer has the name itself: its own entry hides a lower file anyway, and a directory must not merge with a lower one.
        Check(DirectoryCalls.Stat(parent, hidden, out var stat), "stat", hidden);
        if (stat.IsDirectory) Check(MarkOpaque(parent, hidden), "setxattr", hidden);
    }

    private void FinishDirectory(string path, TarEntry entry)
    {
        directories.BeginEntry();
        int fd;
        Errno errno;
        if (path.Length == 0)
        {
            fd = DirectoryCalls.Open(directories.Root, ".", OpenHow.Directory, 0, out errno);
        }
        else
        {
            var (parentPath, name) = EntryPath.Split(path);
            int parent;
            try
            {
                parent = directories.Get(parentPath, create: false, entry.Name);
            }
            catch (DavitException e) when (e.Kind is ErrorKind.InvalidArgument or ErrorKind.Internal)
            {
                // a later entry replaced a directory above
                return;
            }

            fd = DirectoryCalls.Open(parent, name, OpenHow.Directory | OpenHow.NoFollow, 0, out errno);
        }

        if (fd < 0)
        {
            if (errno is Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP) return;
            throw UnpackErrors.From(errno, "open", path);
        }

        try
        {
            var (uid, gid) = policy.Owner ?? (entry.Uid, entry.Gid);
            if (!(policy.Layer && _root && uid == 0 && gid == 0)) Check(DirectoryCalls.ChangeOwner(fd, "", uid, gid), "chown", path);
            Check(DirectoryCalls.ChangeMode(fd, entry.Mode), "chmod", path);
            foreach (var xattr in entry.Xattrs)
            {
                if (!IsOverlayAttribute(xattr.Name)) CheckXattr(ExtendedAttributes.Set(fd, xattr.Name, xattr.Value), path, xattr.Name);
            }

            Check(DirectoryCalls.SetTimes(fd, "", entry.ModifiedSeconds, entry.ModifiedNanoseconds), "utimensat", path);
        }
        finally
        {
            FileIo.Close(fd);
        }
    }

    private void Dress(int parent, string name, string path, TarEntry entry)
    {
        var (uid, gid) = policy.Owner ?? (entry.Uid, entry.Gid);
        if (!(policy.Layer && _root && uid == 0 && gid == 0)) Check(DirectoryCalls.ChangeOwner(parent, name, uid, gid), "chown", path);
        if (entry.Kind != TarEntryKind.SymbolicLink) Check(DirectoryCalls.ChangeMode(parent, name, entry.Mode), "chmod", path);
        foreach (var xattr in entry.Xattrs)
        {
            if (!IsOverlayAttribute(xattr.Name)) CheckXattr(ExtendedAttributes.Set(parent, name, xattr.Name, xattr.Value), path, xattr.Name);
        }

        Check(DirectoryCalls.SetTimes(parent, name, entry.ModifiedSeconds, entry.ModifiedNanoseconds), "utimensat", path);
    }

    private void Retry(int parent, string name, string path, string call, Func<Errno> make)
    {
        var errno = make();
        if (errno == Errno.EEXIST)
        {
            RefuseDirectory(parent, name, path, null);
            RemoveExisting(parent, name, path);
            errno = make();
        }

        if (errno is Errno.ENAMETOOLONG or Errno.EINVAL) throw new DavitException(ErrorKind.InvalidArgument, $"\"{path}\": {errno.Text()}");

        // symlink(2) says ENOENT for an empty target
        if (errno == Errno.ENOENT) throw new DavitException(ErrorKind.InvalidArgument, $"\"{path}\" is a link without a target");
        Check(errno, call, path);
    }

    private void RefuseDirectory(int parent, string name, string path, TarEntry? entry)
    {
        if (!policy.NoOverwriteDirNonDir) return;
        if (DirectoryCalls.Stat(parent, name, out var stat) == Errno.None && stat.IsDirectory)
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"cannot overwrite directory \"{path}\" with non-directory \"{entry?.Name ?? path}\"");
        }
    }

    private void RemoveExisting(int parent, string name, string path)
    {
        directories.Invalidate();
        recipe?.Spoil();
        Check(DirectoryListing.RemoveTree(parent, name), "remove", path);
    }

    private Errno MarkOpaque(int parent, string name) => ExtendedAttributes.Set(parent, name, policy.OpaqueAttribute, "y"u8);

    private static bool SameFile(int leftParent, string left, int rightParent, string right) =>
        DirectoryCalls.Stat(leftParent, left, out var a) == Errno.None && DirectoryCalls.Stat(rightParent, right, out var b) == Errno.None
        && a.Inode == b.Inode && a.FileSystemMajor == b.FileSystemMajor && a.FileSystemMinor == b.FileSystemMinor;

    // What steers overlayfs is never taken from an archive: a redirect could show what the layer does not have.
    private static bool IsOverlayAttribute(string name) =>
        name.StartsWith("trusted.overlay.", StringComparison.Ordinal) || name.StartsWith("user.overlay.", StringComparison.Ordinal);

    private static void CheckXattr(Errno errno, string path, string name)
    {
        // as Docker: an attribute that the file system cannot keep is dropped
        if (errno != Errno.EOPNOTSUPP) Check(errno, $"setxattr {name}", path);
    }

    private static void Check(Errno errno, string call, string path)
    {
        if (errno != Errno.None) throw UnpackErrors.From(errno, call, path);
    }

    private static uint ReadUmask()
    {
        foreach (var line in File.ReadLines("/proc/self/status"))
        {
            if (line.StartsWith("Umask:", StringComparison.Ordinal)) return Convert.ToUInt32(line[6..].Trim(), 8);
        }

        return 0x1FF;
    }
}

using System.Buffers;
using Davit.Linux;
using Davit.Linux.Directories;
using Davit.Primitives;

namespace Davit.Build.Execute;

/// <summary>
/// A root file system being changed by the builder itself. Every path is walked by openat2 inside of it. Directories that only took up a new name keep their
/// time, so that a layer depends on its inputs alone.
/// </summary>
internal sealed class TargetTree : IDisposable
{
    private const int MaxLinks = 40;
    private readonly Dictionary<string, (long Seconds, uint Nanoseconds)> _times = new(StringComparer.Ordinal);
    private readonly (uint Uid, uint Gid)? _owner;
    private readonly int _root;

    /// <param name="path">Where the file system is mounted.</param>
    /// <param name="owner">Owner of directories made on the way, or null for root.</param>
    public TargetTree(string path, (uint Uid, uint Gid)? owner = null)
    {
        _owner = owner;
        _root = DirectoryCalls.Open(DirectoryCalls.WorkingDirectory, path, OpenHow.Path | OpenHow.Directory, 0, out var errno);
        if (_root < 0) throw new LinuxException(errno, "open", path);
    }

    public int Open(string path, OpenHow how, out Errno errno) =>
        DirectoryCalls.Open(_root, path.Length == 0 ? "." : path, how, 0, ResolveHow.InRoot | ResolveHow.NoMagicLinks, out errno);

    /// <summary>What is at a path, links followed; null when nothing is.</summary>
    public FileStat? Stat(string path)
    {
        var fd = Open(path, OpenHow.Path, out _);
        if (fd < 0) return null;
        var errno = DirectoryCalls.Stat(fd, "", out var stat);
        FileIo.Close(fd);
        return errno == Errno.None ? stat : null;
    }

    /// <summary>Makes a directory and those above it; nothing happens to those that are there.</summary>
    public void MakeDirectories(string path)
    {
        var made = "";
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var parent = made;
            made = made.Length == 0 ? part : made + "/" + part;
            if (Stat(made) is { } stat)
            {
                if (!stat.IsDirectory) throw new DavitException(ErrorKind.InvalidArgument, $"cannot create directory /{path}: /{made} is not a directory");
                continue;
            }

            InParent(parent, made, (directory, name) =>
            {
                // EEXIST: a link that leads nowhere
                var errno = DirectoryCalls.MakeDirectory(directory, name, 0x1ED);
                if (errno == Errno.EEXIST) throw new DavitException(ErrorKind.InvalidArgument, $"cannot create directory /{path}: /{made} is a symbolic link that leads nowhere");
                Check(errno, "mkdir", made);
                Check(DirectoryCalls.ChangeMode(directory, name, 0x1ED), "chmod", made);
                if (_owner is { } owner) Check(DirectoryCalls.ChangeOwner(directory, name, owner.Uid, owner.Gid), "chown", made);
            });
            _times[made] = (Timestamps.Fixed, 0);
        }
    }

    /// <summary>Makes a copied directory when it is not there, or refuses what is there.</summary>
    /// <returns>True when it was made.</returns>
    public bool MakeDirectory(string path)
    {
        var isNew = false;
        var (parent, _) = Trees.SourceTree.Split(path);
        InParent(parent, path, (directory, name) =>
        {
            var errno = DirectoryCalls.MakeDirectory(directory, name, 0x1ED);
            isNew = errno == Errno.None;
            if (isNew) return;
            Check(errno == Errno.EEXIST ? Errno.None : errno, "mkdir", path);
            if (Stat(path) is not { IsDirectory: true }) throw new DavitException(ErrorKind.InvalidArgument, $"cannot copy directory over non-directory: /{path}");
        });
        return isNew;
    }

    /// <summary>Removes what a file is about to replace; a directory is refused.</summary>
    public void Clear(string path)
    {
        var (parent, _) = Trees.SourceTree.Split(path);
        InParent(parent, path, (directory, name) =>
        {
            var errno = DirectoryCalls.Remove(directory, name, isDirectory: false);
            if (errno is Errno.EISDIR or Errno.EPERM) throw new DavitException(ErrorKind.InvalidArgument, $"cannot copy file over directory: /{path}");
            if (errno is not (Errno.None or Errno.ENOENT)) throw new LinuxException(errno, "unlink", path);
        });
    }

    /// <summary>Makes a file that is not there and hands out its descriptor.</summary>
    public void CreateFile(string path, Action<int> fill)
    {
        var (parent, _) = Trees.SourceTree.Split(path);
        InParent(parent, path, (directory, name) =>
        {
            var fd = DirectoryCalls.Open(directory, name, OpenHow.Write | OpenHow.Create | OpenHow.Exclusive | OpenHow.NoFollow, 0x180, out var errno);
            Check(fd < 0 ? errno : Errno.None, "create", path);
            try
            {
                fill(fd);
            }
            finally
            {
                FileIo.Close(fd);
            }
        });
    }

    /// <summary>Gives a file of this tree a second name, which is not there yet.</summary>
    /// <returns>False when the first name is gone: a later copy replaced it.</returns>
    public bool TryLink(string existing, string path)
    {
        var (from, name) = Trees.SourceTree.Split(existing);
        var fd = Open(from, OpenHow.Path | OpenHow.Directory, out var errno);
        if (fd < 0) return false;
        try
        {
            InParent(Trees.SourceTree.Split(path).Parent, path, (directory, newName) => errno = DirectoryCalls.MakeHardLink(fd, name, directory, newName));
            if (errno == Errno.ENOENT) return false;
            Check(errno, "link", path);
            return true;
        }
        finally
        {
            FileIo.Close(fd);
        }
    }

    /// <summary>Sets the permissions of a directory.</summary>
    public void ChangeMode(string path, uint mode)
    {
        var (parent, _) = Trees.SourceTree.Split(path);
        InParent(parent, path, (directory, name) => Check(DirectoryCalls.ChangeMode(directory, name.Length == 0 ? "." : name, mode), "chmod", path));
    }

    /// <summary>Where a file ends up that is written to a path: links lead on, inside the tree, also to what is not there yet.</summary>
    public string Follow(string path)
    {
        for (var step = 0; step < MaxLinks; step++)
        {
            var (parent, name) = Trees.SourceTree.Split(path);
            var fd = Open(parent, OpenHow.Path | OpenHow.Directory, out _);
            if (fd < 0) return path;
            try
            {
                if (DirectoryCalls.ReadLink(fd, name, out _) is not { } link) return path;
                path = Trees.Selector.Clean(link.StartsWith('/') ? link : $"{PathOf(fd)[PathOf(_root).Length..]}/{link}");
            }
            finally
            {
                FileIo.Close(fd);
            }
        }

        throw new DavitException(ErrorKind.InvalidArgument, $"/{path}: too many levels of symbolic links");
    }

    /// <summary>Calls with the open parent directory and the last name; remembers the parent's time.</summary>
    public void InParent(string parent, string path, Action<int, string> action)
    {
        var fd = Open(parent, OpenHow.Directory, out var errno);
        Check(fd < 0 ? errno : Errno.None, "open", parent);
        try
        {
            Touch(parent, fd);
            action(fd, Trees.SourceTree.Split(path).Name);
        }
        finally
        {
            FileIo.Close(fd);
        }
    }

    /// <summary>Remembers the time that a directory has now, to give it back at the end.</summary>
    public void KeepTime(string path)
    {
        var fd = Open(path, OpenHow.Directory, out var errno);
        Check(fd < 0 ? errno : Errno.None, "open", path);
        Touch(path, fd);
        FileIo.Close(fd);
    }

    /// <summary>Sets the time that a directory has at the end.</summary>
    public void SetTime(string path, long seconds, uint nanoseconds) => _times[path] = (seconds, nanoseconds);

    /// <summary>Gives all directories their times; the last thing to do.</summary>
    public void Finish()
    {
        foreach (var (path, time) in _times.OrderByDescending(t => t.Key.Length))
        {
            var fd = Open(path, OpenHow.Directory, out var errno);
            if (errno is Errno.ENOENT or Errno.ENOTDIR) continue;
            Check(fd < 0 ? errno : Errno.None, "open", path);
            errno = DirectoryCalls.SetTimes(fd, "", time.Seconds, time.Nanoseconds);
            FileIo.Close(fd);
            Check(errno, "utimens", path);
        }
    }

    /// <summary>Copies the bytes of one open file to another.</summary>
    public static void CopyBytes(int from, int to, CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(256 << 10);
        try
        {
            while (true)
            {
                cancellation.ThrowIfCancellationRequested();
                var read = FileIo.Read(from, buffer, out var errno);
                Check(read < 0 ? errno : Errno.None, "read", "");
                if (read == 0) return;
                Check(FileIo.WriteAll(to, buffer.AsSpan(0, read)), "write", "");
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public void Dispose() => FileIo.Close(_root);

    internal static void Check(Errno errno, string call, string path)
    {
        if (errno != Errno.None) throw new LinuxException(errno, call, path);
    }

    private static string PathOf(int fd)
    {
        var path = DirectoryCalls.ReadLink(DirectoryCalls.WorkingDirectory, $"/proc/self/fd/{fd}", out var errno);
        return path ?? throw new LinuxException(errno, "readlink", $"/proc/self/fd/{fd}");
    }

    private void Touch(string path, int fd)
    {
        if (_times.ContainsKey(path)) return;
        Check(DirectoryCalls.Stat(fd, "", out var stat), "stat", path);
        _times[path] = (stat.ModifiedSeconds, stat.ModifiedNanoseconds);
    }
}

using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using Davit.Dockerfile.Ignore;
using Davit.Linux;
using Davit.Linux.Directories;
using Davit.Primitives;

namespace Davit.Build.Trees;

/// <summary>A tree that copies read from: the build context, or the root of a stage or image. Everything is found by openat2 inside of it.</summary>
internal sealed class SourceTree : IDisposable
{
    private readonly ConcurrentDictionary<string, byte[]> _contentHashes = new(StringComparer.Ordinal);
    private readonly IDisposable? _owned;
    private readonly int _root;

    /// <param name="path">Directory on this machine.</param>
    /// <param name="keepOwner">Owners and attributes count; else everything belongs to root.</param>
    /// <param name="owned">Disposed with the tree, for example its mount.</param>
    public SourceTree(string path, bool keepOwner, IDisposable? owned = null)
    {
        HostPath = path;
        KeepOwner = keepOwner;
        _owned = owned;
        _root = DirectoryCalls.Open(DirectoryCalls.WorkingDirectory, path, OpenHow.Path | OpenHow.Directory, 0, out var errno);
        if (_root < 0) throw new LinuxException(errno, "open", path);
    }

    public string HostPath { get; }

    public bool KeepOwner { get; }

    /// <summary>Opens for reading, following links inside the tree.</summary>
    /// <returns>A raw descriptor, or -1 with the error number.</returns>
    public int Open(string path, OpenHow how, out Errno errno) =>
        DirectoryCalls.Open(_root, path.Length == 0 ? "." : path, how, 0, ResolveHow.InRoot | ResolveHow.NoMagicLinks, out errno);

    /// <summary>What is at a path, links followed; null when nothing is.</summary>
    public FileStat? Stat(string path)
    {
        var fd = Open(path, OpenHow.Path, out var errno);
        if (fd < 0) return errno is Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP or Errno.EACCES ? null : throw new LinuxException(errno, "open", path);
        try
        {
            return DirectoryCalls.Stat(fd, "", out var stat) is var failure and not Errno.None ? throw new LinuxException(failure, "stat", path) : stat;
        }
        finally
        {
            FileIo.Close(fd);
        }
    }

    /// <summary>Reads a small file; null when it is not there.</summary>
    public byte[]? ReadFile(string path, int limit)
    {
        var fd = Open(path, OpenHow.Read | OpenHow.NonBlocking, out var errno);
        if (fd < 0) return errno is Errno.ENOENT or Errno.ENOTDIR ? null : throw new LinuxException(errno, "open", path).ToDavitException("can't read a file of the context");
        try
        {
            if (DirectoryCalls.Stat(fd, "", out var stat) != Errno.None || !stat.IsRegular) throw new DavitException(ErrorKind.InvalidArgument, $"{path} is not a regular file");
            if (stat.Size > limit) throw new DavitException(ErrorKind.InvalidArgument, $"{path} has {stat.Size} bytes, more than the limit of {limit}");
            var content = new byte[stat.Size];
            var done = 0;
            while (done < content.Length)
            {
                var read = FileIo.Read(fd, content.AsSpan(done), out errno);
                if (read < 0) throw new LinuxException(errno, "read", path);
                if (read == 0) break;
                done += read;
            }

            return content[..done];
        }
        finally
        {
            FileIo.Close(fd);
        }
    }

    /// <summary>Names in a directory, in the order of their bytes.</summary>
    public List<string> List(string path)
    {
        var fd = Open(path, OpenHow.Directory, out var errno);
        if (fd < 0) throw new LinuxException(errno, "open", path);
        try
        {
            var names = new List<string>();
            errno = DirectoryListing.Read(fd, names);
            if (errno != Errno.None) throw new LinuxException(errno, "readdir", path);
            names.Sort(FileName.Compare);
            return names;
        }
        finally
        {
            FileIo.Close(fd);
        }
    }

    /// <summary>Everything below a directory, parents before children, links not followed, in the order of names.</summary>
    public IEnumerable<TreeEntry> Walk(string directory, IgnoreFile? exclude = null, string excludeBase = "")
    {
        foreach (var (entry, excluded) in WalkAll(directory, exclude, excludeBase))
        {
            if (!excluded) yield return entry;
        }
    }

    /// <summary>Digest of a file's content; each file is read once.</summary>
    public byte[] ContentHash(string path) => _contentHashes.GetOrAdd(path, Hash);

    /// <summary>Target of a symbolic link.</summary>
    public string ReadLink(string path)
    {
        var (parent, name) = Split(path);
        var fd = Open(parent, OpenHow.Path | OpenHow.Directory, out var errno);
        if (fd < 0) throw new LinuxException(errno, "open", parent);
        try
        {
            return DirectoryCalls.ReadLink(fd, name, out errno) ?? throw new LinuxException(errno, "readlink", path);
        }
        finally
        {
            FileIo.Close(fd);
        }
    }

    /// <summary>Extended attributes that belong to the file and not to the store that it is in.</summary>
    public IReadOnlyList<(string Name, byte[] Value)> Attributes(string path)
    {
        if (!KeepOwner) return [];
        var (parent, name) = Split(path);
        var fd = Open(parent, OpenHow.Path | OpenHow.Directory, out _);
        if (fd < 0) return [];
        try
        {
            var result = new List<(string, byte[])>();
            foreach (var attribute in ExtendedAttributes.List(fd, name.Length == 0 ? "." : name, out _).Order(StringComparer.Ordinal))
            {
                if (attribute.StartsWith("trusted.", StringComparison.Ordinal) || attribute.StartsWith("system.", StringComparison.Ordinal)) continue;
                if (ExtendedAttributes.Get(fd, name.Length == 0 ? "." : name, attribute, out _) is { } value) result.Add((attribute, value));
            }

            return result;
        }
        finally
        {
            FileIo.Close(fd);
        }
    }

    public void Dispose()
    {
        FileIo.Close(_root);
        _owned?.Dispose();
    }

    internal static (string Parent, string Name) Split(string path)
    {
        var slash = path.LastIndexOf('/');
        return slash < 0 ? ("", path) : (path[..slash], path[(slash + 1)..]);
    }

    private IEnumerable<(TreeEntry Entry, bool Excluded)> WalkAll(string directory, IgnoreFile? exclude, string excludeBase)
    {
        var pending = new Stack<IEnumerator<TreeEntry>>();
        pending.Push(Children(directory).GetEnumerator());
        while (pending.Count > 0)
        {
            var level = pending.Peek();
            if (!level.MoveNext())
            {
                pending.Pop().Dispose();
                continue;
            }

            var entry = level.Current;
            var excluded = exclude?.Ignores(excludeBase.Length == 0 ? entry.Path : entry.Path[(excludeBase.Length + 1)..]) ?? false;
            yield return (entry, excluded);

            // an excluded directory may still have children that an exception brings back
            if (entry.Stat.IsDirectory && (!excluded || exclude!.HasExceptions)) pending.Push(Children(entry.Path).GetEnumerator());
        }
    }

    private List<TreeEntry> Children(string directory)
    {
        var fd = Open(directory, OpenHow.Directory, out var errno);
        if (fd < 0) throw new LinuxException(errno, "open", directory);
        try
        {
            var names = new List<string>();
            errno = DirectoryListing.Read(fd, names);
            if (errno != Errno.None) throw new LinuxException(errno, "readdir", directory);
            names.Sort(FileName.Compare);
            var entries = new List<TreeEntry>(names.Count);
            foreach (var name in names)
            {
                errno = DirectoryCalls.Stat(fd, name, out var stat);
                if (errno != Errno.None) throw new LinuxException(errno, "stat", name);
                entries.Add(new TreeEntry(directory.Length == 0 ? name : directory + "/" + name, stat));
            }

            return entries;
        }
        finally
        {
            FileIo.Close(fd);
        }
    }

    private byte[] Hash(string path)
    {
        var fd = Open(path, OpenHow.Read, out var errno);
        if (fd < 0) throw new LinuxException(errno, "open", path);
        var buffer = ArrayPool<byte>.Shared.Rent(128 << 10);
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            while (true)
            {
                var read = FileIo.Read(fd, buffer, out errno);
                if (read < 0) throw new LinuxException(errno, "read", path);
                if (read == 0) return hash.GetHashAndReset();
                hash.AppendData(buffer.AsSpan(0, read));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            FileIo.Close(fd);
        }
    }
}

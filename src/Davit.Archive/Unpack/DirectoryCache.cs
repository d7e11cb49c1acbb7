using Davit.Linux.Directories;

namespace Davit.Archive.Unpack;

/// <summary>Descriptors of the directories that an archive's entries go to: consecutive entries share theirs, so most cost no walk at all.</summary>
internal abstract class DirectoryCache(int root) : IDisposable
{
    private const int Most = 96;
    private readonly Dictionary<string, int> _open = new(StringComparer.Ordinal);
    private bool _stale;

    internal int Root { get; } = root;

    /// <summary>Descriptor of a directory; valid until <see cref="BeginEntry"/>.</summary>
    /// <param name="path">Clean path below the root; empty for the root.</param>
    /// <param name="create">Make what is missing.</param>
    /// <param name="entry">The entry that wants it, for the error.</param>
    internal int Get(string path, bool create, string entry)
    {
        if (path.Length == 0) return Root;
        if (_open.TryGetValue(path, out var fd)) return fd;
        fd = Open(path, create, entry);
        _open[path] = fd;
        return fd;
    }

    /// <summary>Lets go of descriptors: only between two entries, as an entry may hold two.</summary>
    internal void BeginEntry()
    {
        if (!_stale && _open.Count < Most) return;
        Clear();
        _stale = false;
    }

    /// <summary>A directory was removed or replaced: what is known below it holds no longer after this entry.</summary>
    internal void Invalidate() => _stale = true;

    public virtual void Dispose() => Clear();

    /// <summary>Opens a directory that is not at hand, as an <c>O_PATH</c> descriptor.</summary>
    protected abstract int Open(string path, bool create, string entry);

    private void Clear()
    {
        foreach (var fd in _open.Values) FileIo.Close(fd);
        _open.Clear();
    }
}

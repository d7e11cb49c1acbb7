using Davit.Oci;
using Davit.Primitives;

namespace Davit.Images.Archives;

/// <summary>What an archive holds: small files in memory, larger ones as blobs, links as they are.</summary>
internal sealed class ArchiveContents
{
    private const int MostLinks = 8;
    private readonly Dictionary<string, ArchiveFile> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _links = new(StringComparer.Ordinal);

    /// <summary>Blobs that were written while reading.</summary>
    internal HashSet<Digest> Spooled { get; } = [];

    internal void Add(string path, ArchiveFile file)
    {
        _links.Remove(path);
        _files[path] = file;
    }

    internal void AddLink(string path, string target) => _links[path] = target;

    internal ArchiveFile? Find(string path)
    {
        var at = Clean(path);
        for (var i = 0; i < MostLinks && _links.TryGetValue(at, out var target); i++)
        {
            // a symbolic link is relative to its folder, a hard link to the archive
            var slash = at.LastIndexOf('/');
            var relative = Clean(slash < 0 ? target : $"{at[..slash]}/{target}");
            at = _files.ContainsKey(relative) || _links.ContainsKey(relative) ? relative : Clean(target);
        }

        return _files.GetValueOrDefault(at);
    }

    internal ArchiveFile Require(string path) => Find(path) ?? throw new DavitException(ErrorKind.InvalidArgument, $"invalid archive: it names \"{path}\", which is not in it");

    internal ArchiveFile? FindBlob(Digest digest) => Find($"blobs/{digest.Algorithm}/{digest.Hex}");

    /// <summary>A path without <c>.</c> and <c>..</c>; it never leaves the archive.</summary>
    internal static string Clean(string path)
    {
        var parts = new List<string>();
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".." && parts.Count > 0) parts.RemoveAt(parts.Count - 1);
            else if (part is not ("." or "..")) parts.Add(part);
        }

        return string.Join('/', parts);
    }
}

/// <summary>A file of an archive.</summary>
/// <param name="Bytes">Its content when it is small.</param>
/// <param name="Digest">Digest of its content.</param>
/// <param name="Size">Bytes.</param>
internal sealed record ArchiveFile(byte[]? Bytes, Digest Digest, long Size);

using Davit.Primitives;

namespace Davit.Archive.Unpack;

/// <summary>Names of entries as paths below a root.</summary>
internal static class EntryPath
{
    /// <summary>The path without empty and dot components and without slashes at its ends; empty for the root itself. An absolute name means the root's.</summary>
    /// <exception cref="DavitException">InvalidArgument: the name climbs above the root, or is too deep.</exception>
    internal static string Clean(string name, int maxDepth, string entry)
    {
        if (IsClean(name, maxDepth)) return name;
        var parts = new List<string>();
        foreach (var part in name.Split('/'))
        {
            switch (part)
            {
                case "" or ".":
                    break;
                case ".." when parts.Count == 0:
                    throw new DavitException(ErrorKind.InvalidArgument, entry == name
                        ? $"\"{name}\" is outside of the archive's root: an entry must not climb out with \"..\""
                        : $"\"{entry}\" links to \"{name}\" outside of the archive's root: an entry must not climb out with \"..\"");
                case "..":
                    parts.RemoveAt(parts.Count - 1);
                    break;
                default:
                    parts.Add(part);
                    break;
            }
        }

        if (parts.Count > maxDepth) throw new DavitException(ErrorKind.InvalidArgument, $"\"{entry[..Math.Min(entry.Length, 64)]}…\" is {parts.Count} directories deep, at most {maxDepth} are taken");
        return string.Join('/', parts);
    }

    internal static (string Parent, string Name) Split(string path)
    {
        var slash = path.LastIndexOf('/');
        return slash < 0 ? ("", path) : (path[..slash], path[(slash + 1)..]);
    }

    private static bool IsClean(string name, int maxDepth)
    {
        if (name.Length == 0 || name[^1] == '/') return false;
        var depth = 1;
        var start = 0;
        for (var i = 0; i <= name.Length; i++)
        {
            if (i < name.Length && name[i] != '/') continue;
            var length = i - start;
            if (length == 0 || (length <= 2 && name[start] == '.' && name[i - 1] == '.')) return false;
            start = i + 1;
            depth++;
        }

        return depth - 1 <= maxDepth;
    }
}

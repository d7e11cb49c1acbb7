using Davit.Dockerfile.Ignore;
using Davit.Primitives;

namespace Davit.Build.Trees;

/// <summary>Finds what the source paths of a copy mean in a tree.</summary>
internal static class Selector
{
    /// <summary>Resolves paths and wildcards.</summary>
    /// <param name="tree">Where to look.</param>
    /// <param name="paths">As in the instruction, variables expanded.</param>
    /// <param name="parents">Keep directories: names become paths, from the pivot <c>/./</c> on.</param>
    /// <param name="instruction"><c>COPY</c> or <c>ADD</c>, for messages.</param>
    /// <param name="context">True when the tree is the build context.</param>
    /// <param name="ignore">Rules that took files out of the context, to name the one at fault.</param>
    /// <exception cref="DavitException">NotFound, with Docker's texts.</exception>
    public static List<Selection> Select(SourceTree tree, IReadOnlyList<string> paths, bool parents, string instruction, bool context, IgnoreFile? ignore = null)
    {
        var result = new List<Selection>();
        foreach (var path in paths)
        {
            if (context && Escapes(path)) throw new DavitException(ErrorKind.InvalidArgument, $"{instruction} failed: forbidden path outside the build context: {path} ()", "a build sees only the files of its context: copy them there, or build from a directory above");
            var pivot = parents ? path.IndexOf("/./", StringComparison.Ordinal) : -1;
            var prefix = pivot < 0 ? "" : Clean(path[..pivot]);
            var clean = Clean(path);
            if (clean.Length == 0)
            {
                result.Add(new Selection(tree, "", true, ""));
                continue;
            }

            var before = result.Count;
            if (!PathPattern.HasWildcards(clean))
            {
                Add(clean, clean);
            }
            else
            {
                // a pattern may match nothing: package.json yarn.lock*
                foreach (var match in Expand(tree, clean)) Add(match, match);
                continue;
            }

            if (result.Count == before)
            {
                throw new DavitException(ErrorKind.NotFound, context ? $"{instruction} failed: file not found in build context or excluded by .dockerignore: stat {path}: file does not exist{(ignore?.RuleFor(clean) is { } rule ? $": the line \"{rule}\" of .dockerignore excludes it" : "")}"
                    : $"{instruction} failed: stat {path}: file does not exist");
            }

            void Add(string found, string asWritten)
            {
                if (tree.Stat(found) is not { } stat) return;
                var name = parents ? (prefix.Length > 0 && asWritten.StartsWith(prefix + "/", StringComparison.Ordinal) ? asWritten[(prefix.Length + 1)..] : asWritten) : SourceTree.Split(found).Name;
                result.Add(new Selection(tree, found, stat.IsDirectory, name));
            }
        }

        return result;
    }

    /// <summary>Path components without empty ones, <c>.</c> and <c>..</c>; <c>..</c> stops at the root.</summary>
    public static string Clean(string path)
    {
        var parts = new List<string>();
        foreach (var part in path.Split('/'))
        {
            if (part.Length == 0 || part == ".") continue;
            if (part != "..") parts.Add(part);
            else if (parts.Count > 0) parts.RemoveAt(parts.Count - 1);
        }

        return string.Join('/', parts);
    }

    private static bool Escapes(string path)
    {
        var depth = 0;
        foreach (var part in path.Split('/'))
        {
            if (part.Length == 0 || part == ".") continue;
            depth += part == ".." ? -1 : 1;
            if (depth < 0) return true;
        }

        return false;
    }

    private static List<string> Expand(SourceTree tree, string pattern)
    {
        // directories before the first wildcard need no walk
        var parts = pattern.Split('/');
        var plain = parts.TakeWhile(p => !PathPattern.HasWildcards(p)).ToArray();
        var start = string.Join('/', plain);
        if (start.Length > 0 && tree.Stat(start) is not { IsDirectory: true }) return [];
        var matches = new List<string>();
        if (!pattern.Contains("**", StringComparison.Ordinal))
        {
            Descend(start, plain.Length);
            return matches;
        }

        var whole = new PathPattern(pattern);
        matches.AddRange(tree.Walk(start).Where(e => whole.IsMatch(e.Path)).Select(e => e.Path));
        return matches;

        void Descend(string directory, int depth)
        {
            var component = new PathPattern(parts[depth]);
            foreach (var name in tree.List(directory))
            {
                if (!component.IsMatch(name)) continue;
                var path = directory.Length == 0 ? name : directory + "/" + name;
                if (depth == parts.Length - 1) matches.Add(path);
                else if (tree.Stat(path) is { IsDirectory: true }) Descend(path, depth + 1);
            }
        }
    }
}

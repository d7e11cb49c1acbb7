using System.Text;
using System.Text.RegularExpressions;

namespace Davit.Cli.Commands.Image;

/// <summary>.dockerignore: patterns from the context's root, the last one that matches decides, <c>!</c> takes back.</summary>
internal sealed class IgnoreFile(IReadOnlyList<(Regex Pattern, bool Keep)> rules, IReadOnlyList<string> always)
{
    internal static IgnoreFile Load(string root, string dockerfile, bool dockerfileInside)
    {
        var own = Path.Combine(root, dockerfile + ".dockerignore");
        var path = File.Exists(own) ? own : Path.Combine(root, ".dockerignore");
        var rules = new List<(Regex, bool)>();
        foreach (var raw in File.Exists(path) ? File.ReadLines(path) : [])
        {
            var line = raw.Trim();
            if (line.Length == 0 || line[0] == '#') continue;
            var keep = line[0] == '!';
            var pattern = (keep ? line[1..].Trim() : line).Trim('/');
            while (pattern.StartsWith("./", StringComparison.Ordinal)) pattern = pattern[2..];
            if (pattern.Length > 0) rules.Add((Compile(pattern), keep));
        }

        // the Dockerfile and the ignore file travel in any case: the builder leaves them out of COPY by itself
        return new IgnoreFile(rules, dockerfileInside ? [dockerfile, ".dockerignore"] : [".dockerignore"]);
    }

    /// <summary>True when a path (and, for a directory, everything below it) stays behind.</summary>
    internal bool Excludes(string path, bool isDirectory)
    {
        if (rules.Count == 0 || always.Contains(path)) return false;
        if (isDirectory && (rules.Any(r => r.Keep) || always.Any(a => a.StartsWith(path + "/", StringComparison.Ordinal)))) return false;
        var excluded = false;
        foreach (var (pattern, keep) in rules)
        {
            if (excluded == keep && Matches(pattern, path)) excluded = !keep;
        }

        return excluded;
    }

    private static bool Matches(Regex pattern, string path)
    {
        for (var part = path; part.Length > 0; part = part.LastIndexOf('/') is var slash and >= 0 ? part[..slash] : "")
        {
            if (pattern.IsMatch(part)) return true;
        }

        return false;
    }

    private static Regex Compile(string pattern)
    {
        var text = new StringBuilder("^");
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            if (c == '*' && i + 1 < pattern.Length && pattern[i + 1] == '*')
            {
                i++;
                if (i + 1 < pattern.Length && pattern[i + 1] == '/')
                {
                    i++;
                    text.Append("(.*/)?");
                }
                else text.Append(".*");
            }
            else if (c == '*') text.Append("[^/]*");
            else if (c == '?') text.Append("[^/]");
            else if (c == '[' && pattern.IndexOf(']', i) is var end and > 0)
            {
                text.Append(pattern, i, end - i + 1);
                i = end;
            }
            else if (c == '\\' && i + 1 < pattern.Length) text.Append(Regex.Escape(pattern[++i].ToString()));
            else text.Append(Regex.Escape(c.ToString()));
        }

        return new Regex(text.Append('$').ToString(), RegexOptions.CultureInvariant);
    }
}

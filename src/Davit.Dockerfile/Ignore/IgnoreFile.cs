using System.Text;
using System.Text.RegularExpressions;
using Davit.Primitives;

namespace Davit.Dockerfile.Ignore;

/// <summary>Rules of a <c>.dockerignore</c> file, and of <c>COPY --exclude</c>: Go's path patterns with <c>**</c>, <c>!</c> for exceptions, the last match decides.</summary>
public sealed class IgnoreFile
{
    private readonly List<(Regex Pattern, bool Negated, string Line)> _rules = [];

    private IgnoreFile()
    {
    }

    /// <summary>True when nothing is ignored.</summary>
    public bool IsEmpty => _rules.Count == 0;

    /// <summary>True when a rule brings back what an earlier one ignores, so that ignored directories must be looked into.</summary>
    public bool HasExceptions => _rules.Any(r => r.Negated);

    /// <summary>Reads the text of a file.</summary>
    /// <exception cref="DavitException">InvalidArgument: a pattern is broken; the message names it.</exception>
    public static IgnoreFile Parse(string text)
    {
        var content = text.StartsWith('\uFEFF') ? text[1..] : text;
        return FromPatterns(content.Split('\n').Select(l => l.TrimEnd('\r')).Where(l => !l.StartsWith('#')));
    }

    /// <summary>Takes patterns, one each.</summary>
    /// <exception cref="DavitException">InvalidArgument.</exception>
    public static IgnoreFile FromPatterns(IEnumerable<string> patterns)
    {
        var file = new IgnoreFile();
        foreach (var line in patterns)
        {
            var pattern = line.Trim();
            if (pattern.Length == 0) continue;
            var negated = pattern[0] == '!';
            if (negated)
            {
                pattern = pattern[1..].Trim();
                if (pattern.Length == 0) throw new DavitException(ErrorKind.InvalidArgument, "illegal exclusion pattern: \"!\"");
            }

            var clean = Clean(pattern);
            if (clean.Length == 0) clean = ".";
            file._rules.Add((ToRegex(clean, line), negated, line.Trim()));
        }

        return file;
    }

    /// <summary>True when a path is ignored: it or a directory above it matches, and no later exception does.</summary>
    /// <param name="path">Relative path with slashes.</param>
    public bool Ignores(string path)
    {
        var ignored = false;
        foreach (var (pattern, negated, _) in _rules)
        {
            if (negated == ignored && MatchesWithParents(pattern, path)) ignored = !negated;
        }

        return ignored;
    }

    /// <summary>The line that decides that a path is ignored; null when it is not.</summary>
    /// <param name="path">Relative path with slashes.</param>
    public string? RuleFor(string path)
    {
        string? rule = null;
        foreach (var (pattern, negated, line) in _rules)
        {
            if (negated == (rule is not null) && MatchesWithParents(pattern, path)) rule = negated ? null : line;
        }

        return rule;
    }

    /// <summary>True when the first rule matches the path itself, its directories apart.</summary>
    internal bool MatchesExactly(string path) => _rules.Count > 0 && _rules[0].Pattern.IsMatch(path);

    private static bool MatchesWithParents(Regex pattern, string path)
    {
        if (pattern.IsMatch(path)) return true;
        for (var slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1))
        {
            if (pattern.IsMatch(path[..slash])) return true;
        }

        return false;
    }

    /// <summary>Lexical clean-up: no empty, <c>.</c> or <c>..</c> components, no leading slash.</summary>
    private static string Clean(string pattern)
    {
        var parts = new List<string>();
        foreach (var part in pattern.Split('/'))
        {
            if (part.Length == 0 || part == ".") continue;
            if (part == "..")
            {
                if (parts.Count > 0) parts.RemoveAt(parts.Count - 1);
                continue;
            }

            parts.Add(part);
        }

        return string.Join('/', parts);
    }

    private static Regex ToRegex(string pattern, string original)
    {
        var text = new StringBuilder("^");
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            switch (c)
            {
                case '*' when i + 1 < pattern.Length && pattern[i + 1] == '*':
                    i++;
                    if (i + 1 < pattern.Length && pattern[i + 1] == '/')
                    {
                        i++;
                        text.Append("(.*/)?");
                    }
                    else
                    {
                        text.Append(".*");
                    }

                    break;
                case '*':
                    text.Append("[^/]*");
                    break;
                case '?':
                    text.Append("[^/]");
                    break;
                case '[':
                    i = AppendClass(text, pattern, i, original);
                    break;
                case '\\':
                    if (++i == pattern.Length) throw Broken(original);
                    text.Append(Regex.Escape(pattern[i].ToString()));
                    break;
                default:
                    text.Append(Regex.Escape(c.ToString()));
                    break;
            }
        }

        try
        {
            // strangers write patterns: without backtracking no pattern takes more than linear time
            return new Regex(text.Append('$').ToString(), RegexOptions.CultureInvariant | RegexOptions.Singleline | RegexOptions.NonBacktracking);
        }
        catch (RegexParseException)
        {
            throw Broken(original); // [z-a]
        }
        catch (NotSupportedException problem)
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"pattern too long: \"{original.Trim()}\"", "a pattern has at most some thousand wildcards; write several shorter ones", problem);
        }
    }

    private static int AppendClass(StringBuilder text, string pattern, int start, string original)
    {
        var at = start + 1;
        text.Append('[');
        if (at < pattern.Length && pattern[at] == '^')
        {
            text.Append('^');
            at++;
        }

        var first = at;
        for (; at < pattern.Length && (pattern[at] != ']' || at == first); at++)
        {
            var quoted = pattern[at] == '\\';
            if (quoted && ++at == pattern.Length) break;
            // a hyphen that stands for itself: quoted, or at an end of the class
            var hyphen = pattern[at] == '-' && (quoted || at == first || (at + 1 < pattern.Length && pattern[at + 1] == ']'));
            if (hyphen || pattern[at] is '[' or ']' or '\\' or '^') text.Append('\\');
            text.Append(pattern[at]);
        }

        if (at >= pattern.Length || at == first) throw Broken(original);
        text.Append("-[/]]"); // whatever the class says, it matches no slash
        return at;
    }

    private static DavitException Broken(string pattern) => new(ErrorKind.InvalidArgument, $"syntax error in pattern: \"{pattern.Trim()}\"", "a pattern has closed brackets, and something after each backslash");
}

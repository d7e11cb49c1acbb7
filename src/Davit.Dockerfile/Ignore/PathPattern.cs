using Davit.Primitives;

namespace Davit.Dockerfile.Ignore;

/// <summary>A wildcard of a COPY or ADD source: <c>*</c>, <c>?</c>, <c>[a-z]</c> within a name, <c>**</c> across directories.</summary>
public sealed class PathPattern
{
    private readonly IgnoreFile _rule;

    /// <summary>Reads a pattern.</summary>
    /// <exception cref="DavitException">InvalidArgument.</exception>
    public PathPattern(string pattern) => _rule = IgnoreFile.FromPatterns([pattern.StartsWith('!') ? "\\" + pattern : pattern]);

    /// <summary>True when text has wildcards.</summary>
    public static bool HasWildcards(string path) => path.AsSpan().ContainsAny("*?[");

    /// <summary>True when a relative path matches as a whole.</summary>
    public bool IsMatch(string path) => _rule.MatchesExactly(path);
}

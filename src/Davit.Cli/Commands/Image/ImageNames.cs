using System.Text.RegularExpressions;
using Davit.Primitives;

namespace Davit.Cli.Commands.Image;

/// <summary>Refuses names of images that no registry takes, before anything is sent.</summary>
internal static partial class ImageNames
{
    private const int MaxLength = 255;

    /// <summary>Checks a name with or without registry, tag and digest; an id is a name too.</summary>
    /// <exception cref="DavitException">InvalidArgument: <c>invalid reference format</c>, with the reason where there is a plain one.</exception>
    internal static void Check(string name)
    {
        var rest = name;
        if (rest.IndexOf('@', StringComparison.Ordinal) is var at and >= 0)
        {
            if (!Digest().IsMatch(rest[(at + 1)..])) throw Wrong("", name);
            rest = rest[..at];
        }

        var colon = rest.LastIndexOf(':');
        if (colon > rest.LastIndexOf('/'))
        {
            if (!Tag().IsMatch(rest[(colon + 1)..])) throw Wrong("", name);
            rest = rest[..colon];
        }

        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var domain = slash > 0 && (rest.AsSpan(0, slash).ContainsAny('.', ':') || rest[..slash] == "localhost") ? rest[..slash] : null;
        var path = domain is null ? rest : rest[(slash + 1)..];
        if (path.Any(char.IsAsciiLetterUpper)) throw Wrong($": repository name ({(domain is null && slash < 0 ? "library/" : "")}{path}) must be lowercase", name);
        if (!Repository().IsMatch(path)) throw Wrong("", name);
        if (path.Length > MaxLength) throw Wrong($": repository name must not be more than {MaxLength} characters", name);
    }

    private static DavitException Wrong(string reason, string name) => new(ErrorKind.InvalidArgument, "invalid reference format" + reason, $"\"{name}\" is not of the form [registry/]name[:tag][@sha256:…]");

    [GeneratedRegex("^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$")]
    private static partial Regex Repository();

    [GeneratedRegex(@"^\w[\w.-]{0,127}$")]
    private static partial Regex Tag();

    [GeneratedRegex("^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[0-9a-fA-F]{32,}$")]
    private static partial Regex Digest();
}

using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Davit.Primitives;

namespace Davit.Oci;

/// <summary>
/// A normalized image reference: registry, repository, and a tag, a digest, or both. <c>busybox</c> becomes
/// <c>docker.io/library/busybox:latest</c>, as the docker client normalizes (distribution/reference).
/// </summary>
public sealed partial record Reference
{
    /// <summary>The registry that names without one mean.</summary>
    public const string DefaultRegistry = "docker.io";

    private Reference(string registry, string repository, string? tag, Digest? digest) =>
        (Registry, Repository, Tag, Digest) = (registry, repository, tag, digest);

    /// <summary>Host and optional port, for example <c>docker.io</c> or <c>127.0.0.1:5000</c>.</summary>
    public string Registry { get; }

    /// <summary>The path under the registry, for example <c>library/busybox</c>.</summary>
    public string Repository { get; }

    /// <summary>The tag, or null when the reference has only a digest.</summary>
    public string? Tag { get; }

    /// <summary>The digest, or null.</summary>
    public Digest? Digest { get; }

    /// <summary>Registry and repository: <c>docker.io/library/busybox</c>.</summary>
    public string Name => $"{Registry}/{Repository}";

    /// <summary>The name as people write it: without <c>docker.io/</c> and <c>library/</c>.</summary>
    public string FamiliarName => Registry != DefaultRegistry ? Name
        : Repository.StartsWith("library/", StringComparison.Ordinal) && Repository.IndexOf('/', 8) < 0 ? Repository[8..] : Repository;

    /// <summary>The whole reference as people write it: <c>busybox:latest</c>.</summary>
    public string Familiar => FamiliarName + Suffix;

    private string Suffix => (Tag is null ? "" : ":" + Tag) + (Digest is { } d ? "@" + d : "");

    /// <summary>Reads a reference; without tag and digest the tag is <c>latest</c>.</summary>
    /// <exception cref="DavitException">InvalidArgument: <c>invalid reference format</c>.</exception>
    public static Reference Parse(string text) => TryParse(text, out var reference, out var problem)
        ? reference : throw new DavitException(ErrorKind.InvalidArgument, problem);

    /// <summary>Reads a reference if the text is one.</summary>
    /// <param name="text">What the user wrote.</param>
    /// <param name="reference">The reference, or null.</param>
    /// <param name="problem">Docker's text of what is wrong, or empty.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out Reference? reference, out string problem)
    {
        reference = null;
        problem = "invalid reference format";
        Digest? digest = null;
        var rest = text;
        var at = rest.IndexOf('@', StringComparison.Ordinal);
        if (at >= 0)
        {
            if (!Oci.Digest.TryParse(rest[(at + 1)..], out var parsed)) return false;
            digest = parsed;
            rest = rest[..at];
        }

        string? tag = null;
        var colon = rest.LastIndexOf(':');
        if (colon > rest.LastIndexOf('/'))
        {
            tag = rest[(colon + 1)..];
            rest = rest[..colon];
            if (!TagPattern().IsMatch(tag)) return false;
        }

        var registry = DefaultRegistry;
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        if (slash > 0)
        {
            var first = rest[..slash];
            if (first.AsSpan().ContainsAny('.', ':') || first == "localhost" || first.Any(char.IsUpper))
            {
                if (!RegistryPattern().IsMatch(first)) return false;
                registry = first is "index.docker.io" ? DefaultRegistry : first;
                rest = rest[(slash + 1)..];
            }
        }

        if (rest.Any(char.IsUpper))
        {
            problem = $"invalid reference format: repository name ({(registry == DefaultRegistry && !rest.Contains('/', StringComparison.Ordinal) ? "library/" : "")}{rest}) must be lowercase";
            return false;
        }

        if (!RepositoryPattern().IsMatch(rest) || rest.Length > 255) return false;
        if (registry == DefaultRegistry && !rest.Contains('/', StringComparison.Ordinal)) rest = "library/" + rest;
        reference = new Reference(registry, rest, tag ?? (digest is null ? "latest" : null), digest);
        problem = "";
        return true;
    }

    /// <summary>The same name with another tag and no digest.</summary>
    public Reference WithTag(string tag) => new(Registry, Repository, tag, null);

    /// <summary>The same name pinned by digest, without a tag.</summary>
    public Reference WithDigest(Digest digest) => new(Registry, Repository, null, digest);

    /// <inheritdoc/>
    public override string ToString() => Name + Suffix;

    [GeneratedRegex("^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$")]
    private static partial Regex TagPattern();

    [GeneratedRegex(@"^(([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(\.([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*|\[[a-fA-F0-9:]+\])(:[0-9]+)?$")]
    private static partial Regex RegistryPattern();

    [GeneratedRegex("^[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*$")]
    private static partial Regex RepositoryPattern();
}

using Davit.Primitives;

namespace Davit.Engine.Containers.Create;

/// <summary>A link to another container: <c>NAME[:ALIAS]</c>.</summary>
/// <param name="Target">Name or id of the other container.</param>
/// <param name="Alias">Name that it has inside.</param>
internal readonly record struct ContainerLink(string Target, string Alias)
{
    /// <exception cref="DavitException">InvalidArgument, with Docker's texts.</exception>
    public static ContainerLink Parse(string text)
    {
        if (text.Length == 0) throw new DavitException(ErrorKind.InvalidArgument, "empty string specified for links");
        var parts = text.Split(':');
        if (parts.Length > 2) throw new DavitException(ErrorKind.InvalidArgument, $"bad format for links: {text}");
        if (parts.Length == 1 || parts[1].Length == 0) return new(parts[0], parts[0]);

        // what inspect shows is taken back in: /name:/self/alias
        return parts[1].StartsWith('/') ? new(parts[0].TrimStart('/'), parts[1][(parts[1].LastIndexOf('/') + 1)..]) : new(parts[0], parts[1]);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Target}:{Alias}";
}

using System.Globalization;
using Davit.Primitives;

namespace Davit.Engine.Logs.Drivers;

/// <summary>Where logs go: <c>proto://host:port</c> or <c>unix:///path</c>.</summary>
/// <param name="Scheme">In lower case; empty when the text has none.</param>
/// <param name="Host">Name or address without brackets.</param>
/// <param name="Port">0 when none is given.</param>
/// <param name="Path">What follows the first slash, with it.</param>
internal sealed record LogAddress(string Scheme, string Host, int Port, string Path)
{
    /// <summary>As errors name it.</summary>
    public string Text => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    /// <exception cref="DavitException">InvalidArgument: a port that is no number, in the words of Go's parser.</exception>
    public static LogAddress Parse(string text)
    {
        var split = text.IndexOf("://", StringComparison.Ordinal);
        if (split < 0) return new LogAddress("", "", 0, text);
        var authority = text[(split + 3)..];
        var slash = authority.IndexOf('/', StringComparison.Ordinal);
        var path = slash < 0 ? "" : authority[slash..];
        if (slash >= 0) authority = authority[..slash];
        var (host, port) = Split(authority, text);
        return new LogAddress(text[..split].ToLowerInvariant(), host, port, path);
    }

    private static (string Host, int Port) Split(string authority, string whole)
    {
        var bracket = authority.LastIndexOf(']');
        var colon = authority.IndexOf(':', Math.Max(bracket, 0));
        var host = colon < 0 ? authority : authority[..colon];
        if (colon < 0) return (host.Trim('[', ']'), 0);
        var last = authority.LastIndexOf(':');
        var digits = authority[(last + 1)..];
        if (digits.Length == 0) return (host.Trim('[', ']'), 0);
        if (last != colon || !int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port > 65535)
        {
            throw GoText.Invalid($"parse \"{whole}\": invalid port \":{digits}\" after host");
        }

        return (host.Trim('[', ']'), port);
    }
}

using System.Text.Json.Nodes;
using Davit.Primitives;

namespace Davit.Cli.Commands;

/// <summary><c>os[/arch[/variant]]</c> as some routes want it: a JSON object.</summary>
internal static class Platforms
{
    /// <summary>The object's text; null stays null.</summary>
    /// <exception cref="DavitException">InvalidArgument: no platform has that form.</exception>
    internal static string? ToApi(string? text)
    {
        if (text is null) return null;
        var parts = text.Split('/');
        if (parts.Length is 0 or > 3 || parts.Any(p => p.Length == 0) || parts.Length == 1 && parts[0] is not ("linux" or "windows" or "darwin" or "freebsd")) throw new DavitException(ErrorKind.InvalidArgument, $"invalid platform: \"{text}\": unknown operating system or architecture: invalid argument", "write for example linux/amd64");
        var platform = new JsonObject { ["os"] = parts[0] };
        if (parts.Length > 1) platform["architecture"] = parts[1];
        if (parts.Length > 2) platform["variant"] = parts[2];
        return platform.ToJsonString();
    }
}

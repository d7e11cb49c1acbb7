using System.Globalization;
using Davit.Primitives;

namespace Davit.Build.Conversion;

/// <summary>Ports of EXPOSE: <c>80</c>, <c>53/udp</c>, <c>7000-7010/tcp</c>; of <c>host:container</c> only the container's part counts.</summary>
internal static class PortList
{
    /// <summary>Ports as the configuration names them, <c>80/tcp</c>.</summary>
    /// <exception cref="DavitException">InvalidArgument, with Docker's text.</exception>
    public static IEnumerable<string> Parse(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var protocol = slash < 0 ? "tcp" : text[(slash + 1)..].ToLowerInvariant();
        if (protocol is not ("tcp" or "udp" or "sctp")) throw new DavitException(ErrorKind.InvalidArgument, $"invalid proto: {protocol}");
        var ports = slash < 0 ? text : text[..slash];
        ports = ports[(ports.LastIndexOf(':') + 1)..];
        var dash = ports.IndexOf('-', StringComparison.Ordinal);
        var first = Number(dash < 0 ? ports : ports[..dash], text);
        var last = dash < 0 ? first : Number(ports[(dash + 1)..], text);
        if (last < first) throw new DavitException(ErrorKind.InvalidArgument, $"invalid containerPort: {text}: invalid range specified for port: {ports}");
        for (var port = first; port <= last; port++) yield return $"{port}/{protocol}";
    }

    private static int Number(string text, string whole) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 0 and <= 65535 ? port
            : throw new DavitException(ErrorKind.InvalidArgument, $"invalid containerPort: {whole}", "a port is a number up to 65535, with /tcp or /udp when wanted");
}

using System.Globalization;
using System.Net;
using Davit.DockerApi.Containers;
using Davit.Primitives;

namespace Davit.Cli.Options;

/// <summary><c>-p [ip:][hostPort[-end]:]containerPort[-end][/proto]</c> and <c>--expose</c>.</summary>
internal static class PortFlags
{
    internal static (Dictionary<string, IReadOnlyList<PortBinding>?> Bindings, List<string> Exposed) Parse(IReadOnlyList<string> published, IReadOnlyList<string> exposed)
    {
        var bindings = new Dictionary<string, List<PortBinding>>(StringComparer.Ordinal);
        var ports = new List<string>();
        foreach (var text in published)
        {
            var (address, host, container, protocol) = Split(text);
            var (first, last) = Range(container, text);
            var (hostFirst, hostLast) = host.Length == 0 ? (0, 0) : Range(host, text);
            if (host.Length > 0 && hostLast - hostFirst != last - first && first != last) throw Invalid(text, "invalid ranges specified for container and host Ports");
            for (var port = first; port <= last; port++)
            {
                var key = $"{port}/{protocol}";
                if (!bindings.TryGetValue(key, out var list)) bindings[key] = list = [];
                var hostPort = host.Length == 0 ? "" : first == last && hostFirst != hostLast ? $"{hostFirst}-{hostLast}" : (hostFirst + port - first).ToString(CultureInfo.InvariantCulture);
                list.Add(new PortBinding { HostIp = address, HostPort = hostPort });
                ports.Add(key);
            }
        }

        foreach (var text in exposed)
        {
            var parts = text.Split('/', 2);
            var (first, last) = Range(parts[0], text);
            for (var port = first; port <= last; port++) ports.Add($"{port}/{(parts.Length > 1 ? Protocol(parts[1], text) : "tcp")}");
        }

        return (bindings.ToDictionary(b => b.Key, b => (IReadOnlyList<PortBinding>?)b.Value, StringComparer.Ordinal), ports.Distinct().ToList());
    }

    private static (string Address, string Host, string Container, string Protocol) Split(string text)
    {
        if (text.Contains('=', StringComparison.Ordinal)) return Long(text);
        var slash = text.LastIndexOf('/');
        var protocol = slash < 0 ? "tcp" : Protocol(text[(slash + 1)..], text);
        var rest = slash < 0 ? text : text[..slash];
        var address = "";
        if (rest.StartsWith('['))
        {
            var end = rest.IndexOf(']', StringComparison.Ordinal);
            if (end < 0) throw Invalid(text, "invalid IP address");
            address = rest[1..end];
            rest = rest[(end + 1)..].TrimStart(':');
        }

        var parts = rest.Split(':');
        if (address.Length == 0 && parts.Length > 2)
        {
            address = string.Join(':', parts[..^2]);
            parts = parts[^2..];
        }

        if (address.Length > 0 && !IPAddress.TryParse(address, out _)) throw Invalid(text, $"invalid IP address: {address}");
        if (parts[^1].Length == 0) throw Invalid(text, "no port specified");
        return (address, parts.Length > 1 ? parts[^2] : "", parts[^1], protocol);
    }

    private static (string, string, string, string) Long(string text)
    {
        var fields = text.Split(',').Select(f => f.Split('=', 2)).ToDictionary(f => f[0].ToLowerInvariant(), f => f.Length > 1 ? f[1] : "", StringComparer.Ordinal);
        return ("", fields.GetValueOrDefault("published", ""), fields.GetValueOrDefault("target") ?? throw Invalid(text, "missing target port"), Protocol(fields.GetValueOrDefault("protocol", "tcp"), text));
    }

    private static string Protocol(string protocol, string text) =>
        protocol.ToLowerInvariant() is "tcp" or "udp" or "sctp" ? protocol.ToLowerInvariant() : throw Invalid(text, $"invalid proto: {protocol}");

    private static (int First, int Last) Range(string text, string whole)
    {
        var parts = text.Split('-');
        if (parts.Length > 2 || parts.Any(p => !ushort.TryParse(p, out _))) throw Invalid(whole, $"invalid containerPort: {text}");
        var (first, last) = (int.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[^1], CultureInfo.InvariantCulture));
        return first <= last ? (first, last) : throw Invalid(whole, $"invalid range specified for port: {text}");
    }

    private static DavitException Invalid(string text, string reason) => new(ErrorKind.InvalidArgument, $"{char.ToUpperInvariant(reason[0])}{reason[1..]}", $"\"{text}\": write [ip:][hostPort:]containerPort[/tcp|udp]");
}

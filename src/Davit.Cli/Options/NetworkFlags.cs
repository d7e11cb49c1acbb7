using Davit.Cli.Parsing;
using Davit.DockerApi.Containers;
using Davit.Primitives;

namespace Davit.Cli.Options;

/// <summary><c>--network</c>, simple or as key=value fields, and the flags that refine the first one.</summary>
internal static class NetworkFlags
{
    internal static Dictionary<string, EndpointSettings?> Parse(Arguments arguments, out string mode)
    {
        List<string> networks = [.. arguments.List("network"), .. arguments.List("net")];
        var endpoints = new Dictionary<string, EndpointSettings?>(StringComparer.Ordinal);
        foreach (var text in networks)
        {
            var (name, endpoint) = text.Contains('=', StringComparison.Ordinal) ? Fields(text) : (text, new EndpointSettings());
            if (!endpoints.TryAdd(name, endpoint)) throw Wrong($"network \"{name}\" is specified multiple times");
        }

        mode = networks.Count == 0 ? "default" : endpoints.Keys.First();
        var aliases = arguments.List("network-alias").Concat(arguments.List("net-alias")).ToList();
        if (endpoints.Count == 0)
        {
            if (aliases.Count == 0 && !arguments.Has("ip") && !arguments.Has("ip6") && !arguments.Has("mac-address")) return endpoints;
            endpoints["default"] = new EndpointSettings();
        }

        var first = endpoints.Values.First()!;
        if (aliases.Count > 0) first.Aliases = [.. first.Aliases ?? [], .. aliases];
        if (arguments.Value("ip") is { } ip) first.IPAMConfig = (first.IPAMConfig ?? new()) with { IPv4Address = ip };
        if (arguments.Value("ip6") is { } ip6) first.IPAMConfig = (first.IPAMConfig ?? new()) with { IPv6Address = ip6 };
        if (arguments.Has("link-local-ip")) first.IPAMConfig = (first.IPAMConfig ?? new()) with { LinkLocalIPs = [.. arguments.List("link-local-ip")] };
        if (arguments.Value("mac-address") is { } mac) first.MacAddress = mac;
        if (arguments.Has("link")) first.Links = [.. arguments.List("link")];
        return endpoints;
    }

    /// <summary>Reads a value for its errors alone.</summary>
    /// <exception cref="DavitException">InvalidArgument.</exception>
    internal static void Check(string text)
    {
        if (text.Contains('=', StringComparison.Ordinal)) Fields(text);
    }

    private static (string Name, EndpointSettings Endpoint) Fields(string text)
    {
        string? name = null;
        var endpoint = new EndpointSettings();
        var aliases = new List<string>();
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var field in MountFlags.Fields(text))
        {
            var pair = field.Split('=', 2);
            if (pair.Length != 2) throw Wrong($"invalid field {field}");
            switch (pair[0].ToLowerInvariant())
            {
                case "name": name = pair[1]; break;
                case "alias": aliases.Add(pair[1]); break;
                case "ip": endpoint.IPAMConfig = (endpoint.IPAMConfig ?? new()) with { IPv4Address = pair[1] }; break;
                case "ip6": endpoint.IPAMConfig = (endpoint.IPAMConfig ?? new()) with { IPv6Address = pair[1] }; break;
                case "link-local-ip": endpoint.IPAMConfig = (endpoint.IPAMConfig ?? new()) with { LinkLocalIPs = [.. endpoint.IPAMConfig?.LinkLocalIPs ?? [], pair[1]] }; break;
                case "mac-address": endpoint.MacAddress = pair[1]; break;
                case "gw-priority": endpoint.GwPriority = int.Parse(pair[1], System.Globalization.CultureInfo.InvariantCulture); break;
                case "driver-opt": options[pair[1].Split('=', 2)[0]] = pair[1].Contains('=', StringComparison.Ordinal) ? pair[1].Split('=', 2)[1] : ""; break;
                default: throw Wrong($"invalid field key {pair[0]}");
            }
        }

        if (string.IsNullOrEmpty(name)) throw Wrong($"network name/id is not specified");
        if (aliases.Count > 0) endpoint.Aliases = aliases;
        if (options.Count > 0) endpoint.DriverOpts = options;
        return (name, endpoint);
    }

    private static DavitException Wrong(string problem) => new(ErrorKind.InvalidArgument, problem, "write a name, or name=NAME,alias=ALIAS,ip=ADDRESS");
}

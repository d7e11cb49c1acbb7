using System.Net;
using System.Text;

namespace Davit.Network.Files;

/// <summary>A container's /etc/resolv.conf, and where names that are not ours are asked for.</summary>
/// <param name="Text">Content of the file.</param>
/// <param name="UsesResolver">Whether it names 127.0.0.11, where the container's monitor must answer.</param>
/// <param name="Upstreams">Servers that the monitor forwards to, from the host's network namespace.</param>
public sealed record ResolvConf(string Text, bool UsesResolver, IReadOnlyList<string> Upstreams)
{
    private const string Resolver = SandboxOptions.ResolverAddress;
    private const string SystemdStub = "127.0.0.53";

    /// <summary>The host's resolv.conf; behind systemd's stub, the one with the real servers.</summary>
    /// <param name="path">The host's file.</param>
    /// <param name="systemdPath">Where systemd-resolved keeps the real servers.</param>
    public static string ReadHost(string path = "/etc/resolv.conf", string systemdPath = "/run/systemd/resolve/resolv.conf")
    {
        var text = File.Exists(path) ? File.ReadAllText(path) : "";
        return Values(text, "nameserver") is [SystemdStub] && File.Exists(systemdPath) ? File.ReadAllText(systemdPath) : text;
    }

    /// <summary>Makes the file.</summary>
    public static ResolvConf Compose(ResolvConfOptions options)
    {
        var host = Values(options.HostFile, "nameserver");
        var servers = options.Servers.Count > 0 ? options.Servers : host;
        var search = options.Search.Count > 0 ? options.Search.Where(domain => domain != ".").ToList() : LastLine(options.HostFile, "search");
        var settings = options.Options.Count > 0 ? options.Options : LastLine(options.HostFile, "options");
        if (options.HostNetwork)
        {
            return new ResolvConf(Write(servers, search, settings), false, []);
        }

        // A loopback resolver of the host is out of the container's reach, but not out of the monitor's.
        var reachable = options.Servers.Count > 0 ? servers : servers.Where(server => IsReachable(server, options.IPv6)).ToList();
        if (!options.UserDefinedNetwork && (reachable.Count > 0 || servers.Count == 0))
        {
            return new ResolvConf(Write(reachable, search, settings), false, []);
        }

        if (options.UserDefinedNetwork && !settings.Any(setting => setting.StartsWith("ndots:", StringComparison.Ordinal)))
        {
            settings = [.. settings, "ndots:0"];
        }

        return new ResolvConf(Write([Resolver], search, settings), true, [.. servers]);
    }

    private static bool IsReachable(string server, bool ipv6) =>
        IPAddress.TryParse(server, out var address) && !IPAddress.IsLoopback(address)
        && (ipv6 || address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork);

    private static string Write(IReadOnlyCollection<string> servers, IReadOnlyCollection<string> search, IReadOnlyCollection<string> settings)
    {
        var text = new StringBuilder("# Written by Davit when the container started.\n");
        foreach (var server in servers)
        {
            text.Append("nameserver ").Append(server).Append('\n');
        }

        if (search.Count > 0)
        {
            text.Append("search ").AppendJoin(' ', search).Append('\n');
        }

        if (settings.Count > 0)
        {
            text.Append("options ").AppendJoin(' ', settings).Append('\n');
        }

        return text.ToString();
    }

    private static List<string> Values(string text, string keyword) => [.. Lines(text, keyword).Where(words => words.Count > 0).Select(words => words[0])];

    private static List<string> LastLine(string text, string keyword) => Lines(text, keyword).LastOrDefault() ?? [];

    /// <summary>The words after a keyword, line by line; comments begin with # or ; at the start of a line or of a word.</summary>
    private static IEnumerable<List<string>> Lines(string text, string keyword)
    {
        foreach (var line in text.Split('\n'))
        {
            var words = line.Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 0 && words[0] == keyword)
            {
                yield return [.. words.Skip(1).TakeWhile(word => word[0] is not ('#' or ';'))];
            }
        }
    }
}

using System.Net;

namespace Davit.RegistryClient.Endpoints;

/// <summary>Which hosts may be spoken to without a proof of who they are.</summary>
internal sealed class HostRules
{
    private readonly HashSet<string> _hosts = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<IPNetwork> _networks = [];

    internal HostRules(IEnumerable<string> insecure)
    {
        foreach (var entry in insecure)
        {
            if (IPNetwork.TryParse(entry, out var network)) _networks.Add(network);
            else _hosts.Add(entry);
        }
    }

    internal static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    internal bool IsInsecure(string host, int port) =>
        IsLoopback(host) || _hosts.Contains(host) || _hosts.Contains($"{host}:{port}") || (IPAddress.TryParse(host, out var address) && _networks.Any(n => n.Contains(address)));
}

using Davit.Oci;

namespace Davit.RegistryClient.Endpoints;

/// <summary>Where a registry is asked: its mirrors, then the registry itself.</summary>
internal sealed class EndpointResolver(RegistryOptions options, HostRules rules)
{
    private const string DockerHubHost = "registry-1.docker.io";

    internal IReadOnlyList<RegistryEndpoint> ForPull(string registry)
    {
        var all = new List<RegistryEndpoint>();
        if (options.Mirrors.TryGetValue(registry, out var mirrors)) all.AddRange(mirrors.Select(m => new RegistryEndpoint([WithSlash(m)], IsMirror: true)));
        all.Add(Of(registry));
        return all;
    }

    internal RegistryEndpoint Of(string registry)
    {
        var authority = registry == Reference.DefaultRegistry ? DockerHubHost : registry;
        var secure = new Uri($"https://{authority}/");
        return rules.IsInsecure(secure.IdnHost, secure.Port) ? new([secure, new Uri($"http://{authority}/")], IsMirror: false) : new([secure], IsMirror: false);
    }

    private static Uri WithSlash(Uri address) => address.AbsoluteUri.EndsWith('/') ? address : new(address.AbsoluteUri + "/");
}

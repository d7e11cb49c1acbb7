using System.Net;

namespace Davit.RegistryClient;

/// <summary>How registries are reached.</summary>
public sealed record RegistryOptions
{
    /// <summary>Mirrors by registry (<c>docker.io</c>, <c>gcr.io</c>): base addresses that are asked first when pulling, in this order.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<Uri>> Mirrors { get; init; } = new Dictionary<string, IReadOnlyList<Uri>>();

    /// <summary>Hosts (<c>registry.lan:5000</c>) or networks (<c>10.0.0.0/8</c>) whose certificate is not checked and which may speak plain HTTP. Loopback always belongs to them.</summary>
    public IReadOnlyList<string> Insecure { get; init; } = [];

    /// <summary>Folders with a folder per registry (<c>HOST[:PORT]/*.crt</c> authorities, <c>*.cert</c> and <c>*.key</c> of the client).</summary>
    public IReadOnlyList<string> CertificateDirectories { get; init; } = ["/etc/davit/certs.d", "/etc/docker/certs.d"];

    /// <summary>Proxy; null takes the environment's HTTP_PROXY, HTTPS_PROXY and NO_PROXY. Loopback never goes through a proxy.</summary>
    public IWebProxy? Proxy { get; init; }

    /// <summary>What the client calls itself.</summary>
    public string UserAgent { get; init; } = "davit/0.1";

    /// <summary>How often an idempotent request is tried in all.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>Wait before the second attempt; doubles with each, plus or minus a fifth.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>A request or a body without any progress for so long has failed.</summary>
    public TimeSpan Stall { get; init; } = TimeSpan.FromSeconds(60);
}

namespace Davit.Build;

/// <summary>Settings of the builder.</summary>
public sealed record BuilderOptions
{
    /// <summary>Steps that run at a time, over all builds.</summary>
    public int ParallelSteps { get; init; } = Math.Max(4, Environment.ProcessorCount * 2);

    /// <summary>Largest file that <c>ADD URL</c> takes.</summary>
    public long MaxRemoteFileBytes { get; init; } = 16L << 30;

    /// <summary>Name servers of RUN; empty for the host's.</summary>
    public IReadOnlyList<string> Dns { get; init; } = [];

    /// <summary>Name of the loaded AppArmor profile that confines every RUN, or null where the kernel has no AppArmor.</summary>
    public string? AppArmorProfile { get; init; }

    /// <summary>Environment of every RUN that the cache does not see: the daemon's proxy settings.</summary>
    public IReadOnlyDictionary<string, string> Proxies { get; init; } = new Dictionary<string, string>();

    /// <summary>Makes the HTTP client of <c>ADD URL</c>.</summary>
    public Func<HttpMessageHandler> HttpHandler { get; init; } = () => new SocketsHttpHandler { MaxAutomaticRedirections = 10, PooledConnectionLifetime = TimeSpan.FromMinutes(2) };
}

namespace Davit.Engine.Host;

/// <summary>Settings of the daemon that <c>info</c> shows.</summary>
public sealed record DaemonFacts
{
    /// <summary>Identity, kept with the state.</summary>
    public required string Id { get; init; }

    /// <summary>Labels of the daemon.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>Debug log.</summary>
    public bool Debug { get; init; }

    /// <summary>Runtimes by name.</summary>
    public IReadOnlyDictionary<string, string> Runtimes { get; init; } = new Dictionary<string, string>();

    /// <summary>The one used without asking.</summary>
    public string DefaultRuntime { get; init; } = "davit";

    /// <summary>Mirrors of the default registry.</summary>
    public IReadOnlyList<string> Mirrors { get; init; } = [];

    /// <summary>Hosts and networks without checked TLS.</summary>
    public IReadOnlyList<string> InsecureRegistries { get; init; } = [];

    /// <summary>Pools of subnets that were configured: prefix and bits.</summary>
    public IReadOnlyList<(string Base, int Size)> AddressPools { get; init; } = [];

    /// <summary>Proxy variables of the daemon: http, https, none.</summary>
    public (string Http, string Https, string None) Proxy { get; init; } = ("", "", "");

    /// <summary>API versions, highest and lowest.</summary>
    public required (string Highest, string Lowest) Api { get; init; }
}

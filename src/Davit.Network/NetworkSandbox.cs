namespace Davit.Network;

/// <summary>A prepared network namespace.</summary>
public sealed record NetworkSandbox
{
    /// <summary>64 hexadecimal digits (<c>SandboxID</c>).</summary>
    public string Id { get; init; } = "";

    /// <summary>Path to join, for example <c>/run/davit/netns/ID</c>.</summary>
    public required string NamespacePath { get; init; }

    /// <summary>Endpoints by network name.</summary>
    public IReadOnlyDictionary<string, EndpointModel> Endpoints { get; init; } = new Dictionary<string, EndpointModel>();

    /// <summary>Published ports with the host ports chosen.</summary>
    public IReadOnlyList<PortBinding> Ports { get; init; } = [];

    /// <summary>Names files for the resolver: one per user-defined network.</summary>
    public IReadOnlyList<string> NamesFiles { get; init; } = [];
}

namespace Davit.Network;

/// <summary>The network side of a container to be started.</summary>
public sealed record SandboxOptions
{
    /// <summary>Full id.</summary>
    public required string ContainerId { get; init; }

    /// <summary>Name without the slash, for error texts; the id when empty.</summary>
    public string ContainerName { get; init; } = "";

    /// <summary>Networks to be on; the first one has the default route. Empty for a namespace with nothing but <c>lo</c>, as is the network <c>none</c>.</summary>
    public required IReadOnlyList<EndpointOptions> Endpoints { get; init; }

    /// <summary>Ports to publish.</summary>
    public IReadOnlyList<PortBinding> Ports { get; init; } = [];
}

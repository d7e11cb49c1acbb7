namespace Davit.Network;

/// <summary>The network side of a container to be started.</summary>
public sealed record SandboxOptions
{
    /// <summary>Where a container on a user-defined network asks for names.</summary>
    public const string ResolverAddress = "127.0.0.11";

    /// <summary>The port it asks at.</summary>
    public const ushort StandardResolverPort = 53;

    /// <summary>The port that the resolver takes in a container which serves DNS itself; questions to the standard one are led there.</summary>
    public const ushort OtherResolverPort = 49053;

    /// <summary>Full id.</summary>
    public required string ContainerId { get; init; }

    /// <summary>Name without the slash, for error texts; the id when empty.</summary>
    public string ContainerName { get; init; } = "";

    /// <summary>Networks to be on; the first one has the default route. Empty for a namespace with nothing but <c>lo</c>, as is the network <c>none</c>.</summary>
    public required IReadOnlyList<EndpointOptions> Endpoints { get; init; }

    /// <summary>Port of <see cref="ResolverAddress"/> where the resolver will listen.</summary>
    public ushort ResolverPort { get; init; } = StandardResolverPort;

    /// <summary>Ports to publish.</summary>
    public IReadOnlyList<PortBinding> Ports { get; init; } = [];
}

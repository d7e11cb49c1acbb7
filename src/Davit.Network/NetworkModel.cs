namespace Davit.Network;

/// <summary>A network. Immutable; a change makes a new model.</summary>
public sealed record NetworkModel
{
    /// <summary>64 hexadecimal digits.</summary>
    public required string Id { get; init; }

    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary><c>bridge</c>, <c>host</c> or <c>null</c>.</summary>
    public required string Driver { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>No way out of the host.</summary>
    public bool Internal { get; init; }

    /// <summary>Made with <c>--attachable</c>; without effect on one host.</summary>
    public bool Attachable { get; init; }

    /// <summary>True for <c>bridge</c>, <c>host</c> and <c>none</c>, which can't be removed.</summary>
    public bool Predefined { get; init; }

    /// <summary>Driver of address management, <c>default</c>.</summary>
    public string IpamDriver { get; init; } = "default";

    /// <summary>Options of address management, or null when none were given (as the API tells the two apart).</summary>
    public IReadOnlyDictionary<string, string>? IpamOptions { get; init; }

    /// <summary>IPv6 is on.</summary>
    public bool EnableIPv6 { get; init; }

    /// <summary>Subnets.</summary>
    public IReadOnlyList<SubnetModel> Subnets { get; init; } = [];

    /// <summary>Driver options.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();

    /// <summary>Labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Endpoints of running containers, by container id.</summary>
    public IReadOnlyDictionary<string, EndpointModel> Endpoints { get; init; } = new Dictionary<string, EndpointModel>();
}

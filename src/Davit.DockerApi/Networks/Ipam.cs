namespace Davit.DockerApi.Networks;

/// <summary>Address management.</summary>
public sealed record Ipam
{
    /// <summary>Driver.</summary>
    public string Driver { get; set; } = "default";

    /// <summary>Options.</summary>
    public IReadOnlyDictionary<string, string>? Options { get; set; }

    /// <summary>Subnets.</summary>
    public IReadOnlyList<IpamPool>? Config { get; set; }
}

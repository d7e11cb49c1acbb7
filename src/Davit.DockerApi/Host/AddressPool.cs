namespace Davit.DockerApi.Host;

/// <summary>A pool of subnets.</summary>
public sealed record AddressPool
{
    /// <summary>Prefix.</summary>
    public string Base { get; set; } = "";

    /// <summary>Bits of each subnet.</summary>
    public int Size { get; set; }
}

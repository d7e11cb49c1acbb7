namespace Davit.DockerApi.Containers;

/// <summary>A further address.</summary>
public sealed record Address
{
    /// <summary>Address.</summary>
    public string Addr { get; set; } = "";

    /// <summary>Bits.</summary>
    public int PrefixLen { get; set; }
}

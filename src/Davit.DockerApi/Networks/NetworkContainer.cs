namespace Davit.DockerApi.Networks;

/// <summary>A container on a network.</summary>
public sealed record NetworkContainer
{
    /// <summary>Name.</summary>
    public string Name { get; set; } = "";

    /// <summary>Endpoint.</summary>
    public string EndpointID { get; set; } = "";

    /// <summary>Hardware address.</summary>
    public string MacAddress { get; set; } = "";

    /// <summary>Address and bits.</summary>
    public string IPv4Address { get; set; } = "";

    /// <summary>Address and bits.</summary>
    public string IPv6Address { get; set; } = "";
}

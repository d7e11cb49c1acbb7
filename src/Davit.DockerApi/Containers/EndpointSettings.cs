namespace Davit.DockerApi.Containers;

/// <summary>A container on a network.</summary>
public sealed record EndpointSettings
{
    /// <summary>Wanted addresses.</summary>
    public EndpointIpamConfig? IPAMConfig { get; set; }

    /// <summary>Legacy links.</summary>
    public IReadOnlyList<string>? Links { get; set; }

    /// <summary>Further names.</summary>
    public IReadOnlyList<string>? Aliases { get; set; }

    /// <summary>Hardware address.</summary>
    public string MacAddress { get; set; } = "";

    /// <summary>Options.</summary>
    public IReadOnlyDictionary<string, string>? DriverOpts { get; set; }

    /// <summary>The highest has the default route.</summary>
    public int GwPriority { get; set; }

    /// <summary>Network.</summary>
    public string NetworkID { get; set; } = "";

    /// <summary>Endpoint.</summary>
    public string EndpointID { get; set; } = "";

    /// <summary>Gateway.</summary>
    public string Gateway { get; set; } = "";

    /// <summary>Address.</summary>
    public string IPAddress { get; set; } = "";

    /// <summary>Bits.</summary>
    public int IPPrefixLen { get; set; }

    /// <summary>Gateway.</summary>
    public string IPv6Gateway { get; set; } = "";

    /// <summary>Address.</summary>
    public string GlobalIPv6Address { get; set; } = "";

    /// <summary>Bits.</summary>
    public int GlobalIPv6PrefixLen { get; set; }

    /// <summary>All names it has there.</summary>
    public IReadOnlyList<string>? DNSNames { get; set; }
}

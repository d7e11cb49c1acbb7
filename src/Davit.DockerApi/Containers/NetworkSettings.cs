namespace Davit.DockerApi.Containers;

/// <summary>Network of a container.</summary>
public sealed record NetworkSettings
{
    /// <summary>Always empty.</summary>
    public string Bridge { get; set; } = "";

    /// <summary>Sandbox.</summary>
    public string SandboxID { get; set; } = "";

    /// <summary>Path of the network namespace.</summary>
    public string SandboxKey { get; set; } = "";

    /// <summary>Published ports; null where only exposed.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<PortBinding>?>? Ports { get; set; }

    /// <summary>Always false.</summary>
    public bool HairpinMode { get; set; }

    /// <summary>Always empty.</summary>
    public string LinkLocalIPv6Address { get; set; } = "";

    /// <summary>Always 0.</summary>
    public int LinkLocalIPv6PrefixLen { get; set; }

    /// <summary>Always null.</summary>
    public IReadOnlyList<Address>? SecondaryIPAddresses { get; set; }

    /// <summary>Always null.</summary>
    public IReadOnlyList<Address>? SecondaryIPv6Addresses { get; set; }

    /// <summary>Of the default bridge.</summary>
    public string EndpointID { get; set; } = "";

    /// <summary>Of the default bridge.</summary>
    public string Gateway { get; set; } = "";

    /// <summary>Of the default bridge.</summary>
    public string GlobalIPv6Address { get; set; } = "";

    /// <summary>Of the default bridge.</summary>
    public int GlobalIPv6PrefixLen { get; set; }

    /// <summary>Of the default bridge.</summary>
    public string IPAddress { get; set; } = "";

    /// <summary>Of the default bridge.</summary>
    public int IPPrefixLen { get; set; }

    /// <summary>Of the default bridge.</summary>
    public string IPv6Gateway { get; set; } = "";

    /// <summary>Of the default bridge.</summary>
    public string MacAddress { get; set; } = "";

    /// <summary>By name.</summary>
    public IReadOnlyDictionary<string, EndpointSettings>? Networks { get; set; }
}

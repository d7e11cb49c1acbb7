namespace Davit.DockerApi.Networks;

/// <summary>A network.</summary>
public sealed record NetworkInspect
{
    /// <summary>Name.</summary>
    public string Name { get; set; } = "";

    /// <summary>Full id.</summary>
    public string Id { get; set; } = "";

    /// <summary>When.</summary>
    public string Created { get; set; } = "";

    /// <summary><c>local</c>.</summary>
    public string Scope { get; set; } = "local";

    /// <summary>Driver.</summary>
    public string Driver { get; set; } = "";

    /// <summary>IPv4.</summary>
    public bool EnableIPv4 { get; set; } = true;

    /// <summary>IPv6.</summary>
    public bool EnableIPv6 { get; set; }

    /// <summary>Address management.</summary>
    public Ipam IPAM { get; set; } = new();

    /// <summary>No way out.</summary>
    public bool Internal { get; set; }

    /// <summary>Without effect on one host.</summary>
    public bool Attachable { get; set; }

    /// <summary>Never.</summary>
    public bool Ingress { get; set; }

    /// <summary>Never.</summary>
    public ConfigReference ConfigFrom { get; set; } = new();

    /// <summary>Never.</summary>
    public bool ConfigOnly { get; set; }

    /// <summary>By container id.</summary>
    public IReadOnlyDictionary<string, NetworkContainer>? Containers { get; set; }

    /// <summary>Options of the driver.</summary>
    public IReadOnlyDictionary<string, string>? Options { get; set; }

    /// <summary>Labels.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; set; }
}

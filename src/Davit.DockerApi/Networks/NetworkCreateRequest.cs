using System.Text.Json.Serialization;

namespace Davit.DockerApi.Networks;

/// <summary>Body of <c>POST /networks/create</c>.</summary>
public sealed record NetworkCreateRequest
{
    /// <summary>Name.</summary>
    public string Name { get; set; } = "";

    /// <summary>Names are always unique.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? CheckDuplicate { get; set; }

    /// <summary>Driver.</summary>
    public string Driver { get; set; } = "";

    /// <summary>Scope.</summary>
    public string Scope { get; set; } = "";

    /// <summary>IPv4.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? EnableIPv4 { get; set; }

    /// <summary>IPv6.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? EnableIPv6 { get; set; }

    /// <summary>Address management.</summary>
    public Ipam? IPAM { get; set; }

    /// <summary>No way out.</summary>
    public bool Internal { get; set; }

    /// <summary>Without effect on one host.</summary>
    public bool Attachable { get; set; }

    /// <summary>Swarm only.</summary>
    public bool Ingress { get; set; }

    /// <summary>Swarm only.</summary>
    public bool ConfigOnly { get; set; }

    /// <summary>Swarm only.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ConfigReference? ConfigFrom { get; set; }

    /// <summary>Options of the driver.</summary>
    public IReadOnlyDictionary<string, string>? Options { get; set; }

    /// <summary>Labels.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; set; }
}

using System.Text.Json.Serialization;

namespace Davit.DockerApi.Containers;

/// <summary>Wanted addresses.</summary>
public sealed record EndpointIpamConfig
{
    /// <summary>Address.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? IPv4Address { get; set; }

    /// <summary>Address.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? IPv6Address { get; set; }

    /// <summary>Further addresses.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? LinkLocalIPs { get; set; }
}

using System.Text.Json.Serialization;
using Davit.DockerApi.Containers;

namespace Davit.DockerApi.Networks;

/// <summary>Body of connect.</summary>
public sealed record NetworkConnectRequest
{
    /// <summary>Name or id.</summary>
    public string Container { get; set; } = "";

    /// <summary>How.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public EndpointSettings? EndpointConfig { get; set; }
}

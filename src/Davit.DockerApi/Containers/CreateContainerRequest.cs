using System.Text.Json.Serialization;

namespace Davit.DockerApi.Containers;

/// <summary>Body of <c>POST /containers/create</c>.</summary>
public sealed record CreateContainerRequest : ContainerConfig
{
    /// <summary>What the host gives.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public HostConfig? HostConfig { get; set; }

    /// <summary>Networks.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public NetworkingConfig? NetworkingConfig { get; set; }
}

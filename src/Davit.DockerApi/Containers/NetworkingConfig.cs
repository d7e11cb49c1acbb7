namespace Davit.DockerApi.Containers;

/// <summary>Networks of a new container.</summary>
public sealed record NetworkingConfig
{
    /// <summary>By name.</summary>
    public IReadOnlyDictionary<string, EndpointSettings?>? EndpointsConfig { get; set; }
}

namespace Davit.DockerApi.Networks;

/// <summary>Body of disconnect.</summary>
public sealed record NetworkDisconnectRequest
{
    /// <summary>Name or id.</summary>
    public string Container { get; set; } = "";

    /// <summary>Also when the container is not there.</summary>
    public bool Force { get; set; }
}

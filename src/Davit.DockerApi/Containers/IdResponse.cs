namespace Davit.DockerApi.Containers;

/// <summary>Answer with an id.</summary>
public sealed record IdResponse
{
    /// <summary>Id.</summary>
    public string Id { get; set; } = "";
}

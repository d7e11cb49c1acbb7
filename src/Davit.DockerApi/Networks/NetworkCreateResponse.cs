namespace Davit.DockerApi.Networks;

/// <summary>Answer to create.</summary>
public sealed record NetworkCreateResponse
{
    /// <summary>Full id.</summary>
    public string Id { get; set; } = "";

    /// <summary>Warning.</summary>
    public string Warning { get; set; } = "";
}

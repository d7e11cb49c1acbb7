namespace Davit.DockerApi.Containers;

/// <summary>Answer to create.</summary>
public sealed record CreateContainerResponse
{
    /// <summary>Full id.</summary>
    public string Id { get; set; } = "";

    /// <summary>What is not as asked.</summary>
    public IReadOnlyList<string> Warnings { get; set; } = [];
}

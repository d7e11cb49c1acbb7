namespace Davit.DockerApi.Containers;

/// <summary>Answer to update.</summary>
public sealed record ContainerUpdateResponse
{
    /// <summary>What is not as asked.</summary>
    public IReadOnlyList<string>? Warnings { get; set; }
}

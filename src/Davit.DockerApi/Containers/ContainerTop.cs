namespace Davit.DockerApi.Containers;

/// <summary>Answer to <c>top</c>.</summary>
public sealed record ContainerTop
{
    /// <summary>Rows.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Processes { get; set; } = [];

    /// <summary>Columns.</summary>
    public IReadOnlyList<string> Titles { get; set; } = [];
}

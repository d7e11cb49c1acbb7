using Davit.DockerApi.Containers;

namespace Davit.Engine.Commit;

/// <summary>What a commit makes of a container.</summary>
public sealed record CommitOptions
{
    /// <summary>The container.</summary>
    public required string Container { get; init; }

    /// <summary>Repository of the new image, or null for none.</summary>
    public string? Repository { get; init; }

    /// <summary>Tag, or null for <c>latest</c>.</summary>
    public string? Tag { get; init; }

    /// <summary>Comment in the history.</summary>
    public string? Comment { get; init; }

    /// <summary>Author.</summary>
    public string? Author { get; init; }

    /// <summary>Pause it meanwhile.</summary>
    public bool Pause { get; init; } = true;

    /// <summary>Dockerfile instructions that change its configuration.</summary>
    public IReadOnlyList<string> Changes { get; init; } = [];

    /// <summary>Configuration that replaces the container's where it says something, or null.</summary>
    public ContainerConfig? Config { get; init; }
}

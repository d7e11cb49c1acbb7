namespace Davit.DockerApi.Containers;

/// <summary>Answer to prune.</summary>
public sealed record ContainerPruneReport
{
    /// <summary>Ids.</summary>
    public IReadOnlyList<string>? ContainersDeleted { get; set; }

    /// <summary>Bytes.</summary>
    public long SpaceReclaimed { get; set; }
}

namespace Davit.DockerApi.Images;

/// <summary>Answer to prune.</summary>
public sealed record ImagePruneReport
{
    /// <summary>What went.</summary>
    public IReadOnlyList<ImageRemovalItem>? ImagesDeleted { get; set; }

    /// <summary>Bytes.</summary>
    public long SpaceReclaimed { get; set; }
}

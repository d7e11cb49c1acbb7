namespace Davit.DockerApi.Images;

/// <summary>Answer to the prune of the build cache.</summary>
public sealed record BuildCachePruneReport
{
    /// <summary>Records.</summary>
    public IReadOnlyList<string>? CachesDeleted { get; set; }

    /// <summary>Bytes.</summary>
    public long SpaceReclaimed { get; set; }
}

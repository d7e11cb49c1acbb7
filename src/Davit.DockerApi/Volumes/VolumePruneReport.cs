namespace Davit.DockerApi.Volumes;

/// <summary>Answer to prune.</summary>
public sealed record VolumePruneReport
{
    /// <summary>Names.</summary>
    public IReadOnlyList<string>? VolumesDeleted { get; set; }

    /// <summary>Bytes.</summary>
    public long SpaceReclaimed { get; set; }
}

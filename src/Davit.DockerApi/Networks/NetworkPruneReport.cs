namespace Davit.DockerApi.Networks;

/// <summary>Answer to prune.</summary>
public sealed record NetworkPruneReport
{
    /// <summary>Names.</summary>
    public IReadOnlyList<string>? NetworksDeleted { get; set; }
}

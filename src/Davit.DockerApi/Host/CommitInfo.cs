namespace Davit.DockerApi.Host;

/// <summary>Version of a helper.</summary>
public sealed record CommitInfo
{
    /// <summary>Commit.</summary>
    public string ID { get; set; } = "";
}

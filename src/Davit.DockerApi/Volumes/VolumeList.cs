namespace Davit.DockerApi.Volumes;

/// <summary>Answer to <c>GET /volumes</c>.</summary>
public sealed record VolumeList
{
    /// <summary>Volumes.</summary>
    public IReadOnlyList<Volume>? Volumes { get; set; }

    /// <summary>Warnings.</summary>
    public IReadOnlyList<string>? Warnings { get; set; }
}

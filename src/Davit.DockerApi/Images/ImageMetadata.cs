namespace Davit.DockerApi.Images;

/// <summary>What is known here only.</summary>
public sealed record ImageMetadata
{
    /// <summary>When it was named last.</summary>
    public string LastTagTime { get; set; } = "0001-01-01T00:00:00Z";
}

namespace Davit.Oci.Image;

/// <summary>A typed pointer to content (image-spec, descriptor.md).</summary>
public sealed record Descriptor
{
    /// <summary>Type of the content.</summary>
    public string MediaType { get; init; } = "";

    /// <summary>Digest of the content.</summary>
    public Digest Digest { get; init; }

    /// <summary>Size of the content in bytes.</summary>
    public long Size { get; init; }

    /// <summary>Places where the content may also be had, or null.</summary>
    public IReadOnlyList<string>? Urls { get; init; }

    /// <summary>Annotations, or null.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>Platform, in an index; or null.</summary>
    public Platform? Platform { get; init; }

    /// <summary>Type of the artifact, or null.</summary>
    public string? ArtifactType { get; init; }
}

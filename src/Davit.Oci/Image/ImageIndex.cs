namespace Davit.Oci.Image;

/// <summary>An image index or Docker manifest list (image-spec, image-index.md).</summary>
public sealed record ImageIndex
{
    /// <summary>Always 2.</summary>
    public int SchemaVersion { get; init; } = 2;

    /// <summary>Media type of this document, or null.</summary>
    public string? MediaType { get; init; }

    /// <summary>The manifests, in order of preference.</summary>
    public IReadOnlyList<Descriptor> Manifests { get; init; } = [];

    /// <summary>Annotations, or null.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
}

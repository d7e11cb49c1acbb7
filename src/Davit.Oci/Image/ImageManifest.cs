namespace Davit.Oci.Image;

/// <summary>The manifest of one image (image-spec, manifest.md).</summary>
public sealed record ImageManifest
{
    /// <summary>Always 2.</summary>
    public int SchemaVersion { get; init; } = 2;

    /// <summary>Media type of this document, or null in some OCI manifests.</summary>
    public string? MediaType { get; init; }

    /// <summary>Type of the artifact, or null.</summary>
    public string? ArtifactType { get; init; }

    /// <summary>The configuration.</summary>
    public Descriptor Config { get; init; } = new();

    /// <summary>The layers, base first.</summary>
    public IReadOnlyList<Descriptor> Layers { get; init; } = [];

    /// <summary>The manifest that this one refers to, or null.</summary>
    public Descriptor? Subject { get; init; }

    /// <summary>Annotations, or null.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
}

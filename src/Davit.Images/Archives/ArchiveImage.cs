using Davit.Oci;
using Davit.Oci.Image;

namespace Davit.Images.Archives;

/// <summary>One image of an archive, before it is unpacked.</summary>
internal sealed record ArchiveImage
{
    public required ArchiveFile ConfigFile { get; init; }

    public required byte[] ConfigBytes { get; init; }

    public required ImageConfig Config { get; init; }

    /// <summary>Files of the layers, base first.</summary>
    public required IReadOnlyList<ArchiveFile> Layers { get; init; }

    public IReadOnlyList<Reference> Tags { get; init; } = [];

    /// <summary>Its manifest in the archive, when there is one.</summary>
    public ImageManifest? Manifest { get; init; }

    public ArchiveFile? ManifestFile { get; init; }
}

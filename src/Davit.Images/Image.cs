using Davit.Oci;
using Davit.Oci.Image;

namespace Davit.Images;

/// <summary>An image of this machine's platform. Immutable; a change makes a new record.</summary>
public sealed record Image
{
    /// <summary>Digest of the configuration: the image id.</summary>
    public required Digest Id { get; init; }

    /// <summary>The configuration.</summary>
    public required ImageConfig Config { get; init; }

    /// <summary>Its exact bytes.</summary>
    public required ReadOnlyMemory<byte> ConfigBytes { get; init; }

    /// <summary>Tags that name it, <c>name:tag</c> in normalized form.</summary>
    public IReadOnlyList<Reference> Tags { get; init; } = [];

    /// <summary>Names with the digest under which a registry serves it.</summary>
    public IReadOnlyList<Reference> RepoDigests { get; init; } = [];

    /// <summary>Manifest of this image, when one is recorded.</summary>
    public Digest? Manifest { get; init; }

    /// <summary>Index out of which the manifest was taken, kept whole; or null.</summary>
    public Digest? Index { get; init; }

    /// <summary>Bytes of all layers unpacked.</summary>
    public long Size { get; init; }

    /// <summary>Id of the image it was made from here, or null.</summary>
    public Digest? Parent { get; init; }

    /// <summary>When the last name was put on it.</summary>
    public DateTimeOffset LastTagged { get; init; }
}

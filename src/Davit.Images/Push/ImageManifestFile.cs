using Davit.Oci;
using Davit.Oci.Image;

namespace Davit.Images.Push;

/// <summary>A manifest of an image, its exact bytes, and its layers' DiffIDs in the same order.</summary>
internal sealed record ImageManifestFile(string MediaType, ReadOnlyMemory<byte> Bytes, Digest Digest, ImageManifest Manifest, IReadOnlyList<Digest> DiffIds);

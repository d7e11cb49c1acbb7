using Davit.Oci;
using Davit.Oci.Image;

namespace Davit.Images.Pull;

/// <summary>What a reference turned out to be.</summary>
/// <param name="TopDigest">Digest of the document that the reference names: index or manifest.</param>
/// <param name="Index">Digest of the index, or null.</param>
/// <param name="ManifestDigest">Digest of the platform's manifest.</param>
/// <param name="Manifest">The manifest.</param>
/// <param name="Documents">Every document on the way, exact bytes.</param>
internal sealed record ResolvedImage(Digest TopDigest, Digest? Index, Digest ManifestDigest, ImageManifest Manifest, IReadOnlyList<KeyValuePair<Digest, ReadOnlyMemory<byte>>> Documents);

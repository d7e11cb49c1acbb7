using Davit.Oci;

namespace Davit.Images.Catalog;

/// <summary>The document of a layer's blobs (collection <c>layer-blobs</c>, key: its DiffID).</summary>
internal sealed record LayerBlobRecord(IReadOnlyList<LayerBlob> Blobs);

/// <summary>One form in which a layer is kept.</summary>
/// <param name="Digest">Digest of the blob.</param>
/// <param name="Size">Bytes.</param>
/// <param name="MediaType">Its type.</param>
/// <param name="Sources">Repositories (<c>registry/path</c>) that have it, last seen first.</param>
internal sealed record LayerBlob(Digest Digest, long Size, string MediaType, IReadOnlyList<string> Sources);

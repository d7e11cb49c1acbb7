using Davit.Oci;

namespace Davit.Images.Catalog;

/// <summary>The document of a pull under way (collection <c>pulls</c>, key: digest of the manifest).</summary>
/// <param name="Parts">Blobs and chain ids that it brings.</param>
/// <param name="Begun">When its latest attempt began.</param>
internal sealed record PullRecord(IReadOnlyList<Digest> Parts, DateTimeOffset Begun);

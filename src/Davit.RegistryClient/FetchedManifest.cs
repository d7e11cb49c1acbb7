using Davit.Oci;

namespace Davit.RegistryClient;

/// <summary>A manifest or index as it came, verified.</summary>
/// <param name="Digest">Digest of the bytes.</param>
/// <param name="MediaType">What the registry says it is.</param>
/// <param name="Bytes">Its exact bytes.</param>
public sealed record FetchedManifest(Digest Digest, string MediaType, ReadOnlyMemory<byte> Bytes);

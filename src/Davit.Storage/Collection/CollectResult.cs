using Davit.Oci;

namespace Davit.Storage.Collection;

/// <summary>What a collection removed.</summary>
/// <param name="Blobs">Blobs.</param>
/// <param name="Layers">Chain ids of layers.</param>
/// <param name="BytesFreed">Bytes of blobs and of the layers' file content, and of interrupted writes when they were asked for.</param>
public sealed record CollectResult(IReadOnlyList<Digest> Blobs, IReadOnlyList<Digest> Layers, long BytesFreed);

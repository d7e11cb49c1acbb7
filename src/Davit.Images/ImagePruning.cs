namespace Davit.Images;

/// <summary>Outcome of a prune.</summary>
/// <param name="Removed">Names and ids that went.</param>
/// <param name="BytesFreed">Bytes of file content of the layers, and of the blobs, that went with them.</param>
public sealed record ImagePruning(IReadOnlyList<ImageRemoval> Removed, long BytesFreed);

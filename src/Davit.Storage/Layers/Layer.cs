using Davit.Oci;

namespace Davit.Storage.Layers;

/// <summary>A layer on disk.</summary>
/// <param name="ChainId">Key: digest over this and all lower DiffIDs (image-spec, config.md, "Layer ChainID").</param>
/// <param name="DiffId">Digest of the uncompressed tar.</param>
/// <param name="Directory">Where its files are, in overlay form (whiteouts as 0:0 devices, opaque directories by xattr).</param>
/// <param name="Size">Bytes of file content, recorded when it was unpacked.</param>
public sealed record Layer(Digest ChainId, Digest DiffId, string Directory, long Size);

using Davit.Oci;

namespace Davit.Archive;

/// <summary>What came of a layer's tar.</summary>
/// <param name="DiffId">Digest of the tar.</param>
/// <param name="TarBytes">Its length.</param>
/// <param name="ContentBytes">Bytes of file content.</param>
/// <param name="Entries">Entries.</param>
/// <param name="RootOpaque">The layer hides everything below it.</param>
/// <param name="ImplicitDirectories">Directories that entries needed and the tar does not have: made 0755 root, to take the attributes of the lower layers' directories.</param>
public sealed record AppliedLayer(Digest DiffId, long TarBytes, long ContentBytes, int Entries, bool RootOpaque, IReadOnlyList<string> ImplicitDirectories);

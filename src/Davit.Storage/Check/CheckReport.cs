namespace Davit.Storage.Check;

/// <summary>What a check of the store found.</summary>
/// <param name="Blobs">Blobs looked at.</param>
/// <param name="BlobBytes">Their bytes, all read.</param>
/// <param name="Layers">Layers looked at.</param>
/// <param name="LayerBytes">Bytes of their files, all read.</param>
/// <param name="RootFs">Root file systems looked at.</param>
/// <param name="Findings">What is wrong; empty when all is well.</param>
public sealed record CheckReport(int Blobs, long BlobBytes, int Layers, long LayerBytes, int RootFs, IReadOnlyList<CheckFinding> Findings);

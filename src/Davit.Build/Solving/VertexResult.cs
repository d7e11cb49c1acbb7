namespace Davit.Build.Solving;

/// <summary>What a vertex came to.</summary>
/// <param name="Snapshot">Its file system; empty for sources that are no image.</param>
/// <param name="Changed">It added a layer.</param>
/// <param name="Cached">Nothing was carried out.</param>
/// <param name="Created">When it was carried out.</param>
/// <param name="Summary">Checksum of what was copied, as the history shows it; null for other operations.</param>
internal sealed record VertexResult(Snapshot Snapshot, bool Changed, bool Cached, DateTimeOffset Created, string? Summary);

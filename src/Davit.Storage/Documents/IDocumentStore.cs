namespace Davit.Storage.Documents;

/// <summary>
/// Durable JSON documents in named collections (<c>containers</c>, <c>images</c>, <c>networks</c>, <c>volumes</c>, <c>layers</c>, <c>build-cache</c> …), in SQLite:
/// WAL, synchronous=FULL, one writer thread with group commit. Reads come from the owners' in-memory models, filled once at start.
/// </summary>
public interface IDocumentStore
{
    /// <summary>Every document of a collection; the caller keeps its own model from then on.</summary>
    IReadOnlyDictionary<string, byte[]> LoadAll(string collection);

    /// <summary>Makes all the changes, or none; returns when they are on disk.</summary>
    /// <exception cref="Davit.Primitives.DavitException">Internal: the disk is full or failing; nothing changed.</exception>
    Task WriteAsync(IReadOnlyList<DocumentChange> changes, CancellationToken cancellation);
}

using Davit.Oci;

namespace Davit.Storage.Content;

/// <summary>Blobs by digest. A blob is visible only when whole, verified and synced; everything else is an ingest.</summary>
public interface IContentStore
{
    /// <summary>True when the whole blob is there.</summary>
    bool Contains(Digest digest);

    /// <summary>Size in bytes, or null when the blob is not there.</summary>
    long? SizeOf(Digest digest);

    /// <summary>Opens a blob for reading.</summary>
    /// <exception cref="Davit.Primitives.DavitException">NotFound.</exception>
    Stream OpenRead(Digest digest);

    /// <summary>Path of a blob, for sendfile and hard links; the file must not be changed.</summary>
    string PathOf(Digest digest);

    /// <summary>Starts or resumes writing a blob.</summary>
    /// <param name="expected">The digest it must have, or null to take what comes. When the blob is there already, the writer's offset is its size and its commit does nothing.</param>
    /// <param name="cancellation">Gives up waiting for another writer of the same digest.</param>
    Task<IContentWriter> BeginWriteAsync(Digest? expected, CancellationToken cancellation);

    /// <summary>Removes a blob, or what an interrupted write left of it; nothing happens when neither is there. A write that goes on is left alone.</summary>
    void Delete(Digest digest);

    /// <summary>All whole blobs with their sizes.</summary>
    IEnumerable<KeyValuePair<Digest, long>> List();
}

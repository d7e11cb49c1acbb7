using Davit.Oci;

namespace Davit.Storage.Content;

/// <summary>A blob being written. Disposing without commit keeps what arrived of an expected digest, so that a later write resumes.</summary>
public interface IContentWriter : IAsyncDisposable
{
    /// <summary>Bytes already there: where to continue.</summary>
    long Offset { get; }

    /// <summary>Appends and hashes.</summary>
    ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation);

    /// <summary>Throws away what is there, to start again at 0.</summary>
    void Restart();

    /// <summary>Verifies, syncs and publishes the blob.</summary>
    /// <exception cref="Davit.Primitives.DavitException">DataLoss: the content has another digest; the ingest is gone.</exception>
    Task<Digest> CommitAsync(CancellationToken cancellation);
}

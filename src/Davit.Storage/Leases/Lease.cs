using Davit.Oci;

namespace Davit.Storage.Leases;

/// <summary>Keeps blobs and layers from being collected while an operation runs; see <see cref="LeaseBook"/>.</summary>
public sealed class Lease : IDisposable
{
    private readonly LeaseBook _book;
    private readonly long _start;
    private readonly List<Digest> _held = [];
    private readonly Lock _gate = new();
    private bool _ended;

    internal Lease(LeaseBook book, long start) => (_book, _start) = (book, start);

    /// <summary>Protects a blob (by digest) or a layer (by chain id) that was there before the lease began.</summary>
    public void Hold(Digest digest)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_ended, this);
            _held.Add(digest);
            _book.Hold(digest);
        }
    }

    /// <summary>What was held so far.</summary>
    public IReadOnlyList<Digest> Held
    {
        get
        {
            lock (_gate) return [.. _held];
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_ended) return;
            _ended = true;
            _book.End(_start, _held);
        }
    }
}

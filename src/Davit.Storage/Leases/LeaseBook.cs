using Davit.Oci;

namespace Davit.Storage.Leases;

/// <summary>
/// What running operations need. A lease protects what it holds by name and, as an operation learns only bit by bit what it will need, everything that was
/// made or asked for since the lease began. Leases live in memory: an operation does not outlive its daemon.
/// </summary>
public sealed class LeaseBook
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Digest, long> _touched = [];
    private readonly Dictionary<Digest, int> _held = [];
    private readonly SortedSet<long> _starts = [];
    private long _clock;

    /// <summary>Begins a lease; dispose it when the operation has recorded what it made.</summary>
    public Lease Begin()
    {
        lock (_gate)
        {
            _starts.Add(++_clock);
            return new Lease(this, _clock);
        }
    }

    /// <summary>True when a running operation may need the blob or layer.</summary>
    public bool Protects(Digest digest)
    {
        lock (_gate) return IsProtected(digest);
    }

    /// <summary>Removes something unless a running operation may need it; no operation can come to need it meanwhile.</summary>
    internal bool RunUnlessProtected(Digest digest, Action remove)
    {
        lock (_gate)
        {
            if (IsProtected(digest)) return false;
            remove();
            return true;
        }
    }

    /// <summary>Notes that something was made or asked for.</summary>
    internal void Touch(Digest digest)
    {
        lock (_gate)
        {
            if (_starts.Count > 0) _touched[digest] = ++_clock;
        }
    }

    internal void Hold(Digest digest)
    {
        lock (_gate) _held[digest] = _held.GetValueOrDefault(digest) + 1;
    }

    internal void End(long start, IEnumerable<Digest> held)
    {
        lock (_gate)
        {
            _starts.Remove(start);
            if (_starts.Count == 0) _touched.Clear();
            foreach (var digest in held)
            {
                if (--_held[digest] == 0) _held.Remove(digest);
            }
        }
    }

    private bool IsProtected(Digest digest) => _held.ContainsKey(digest) || (_starts.Count > 0 && _touched.TryGetValue(digest, out var when) && when > _starts.Min);
}

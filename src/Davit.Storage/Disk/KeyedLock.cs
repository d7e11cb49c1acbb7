namespace Davit.Storage.Disk;

/// <summary>One holder per key; others wait their turn.</summary>
internal sealed class KeyedLock<TKey>
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TKey, Entry> _entries = [];

    internal async Task<Holder> EnterAsync(TKey key, CancellationToken cancellation)
    {
        Entry? entry;
        lock (_gate)
        {
            if (!_entries.TryGetValue(key, out entry)) _entries[key] = entry = new();
            entry.Users++;
        }

        try
        {
            await entry.Turn.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch
        {
            Leave(key, entry, release: false);
            throw;
        }

        return new Holder(this, key, entry);
    }

    private void Leave(TKey key, Entry entry, bool release)
    {
        lock (_gate)
        {
            if (release) entry.Turn.Release();
            if (--entry.Users == 0) _entries.Remove(key);
        }
    }

    internal sealed class Entry
    {
        internal SemaphoreSlim Turn { get; } = new(1);

        internal int Users { get; set; }
    }

    internal sealed class Holder(KeyedLock<TKey> owner, TKey key, Entry entry) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0) owner.Leave(key, entry, release: true);
        }
    }
}

using System.Text.Json;
using Davit.Oci;
using Davit.Storage.Documents;
using Davit.Storage.Layers;

namespace Davit.Build.Cache;

/// <summary>
/// Results of steps by the digest of everything they depend on. Survives restarts; a record counts only while its layer is there. Builds pin the layers that
/// they rely on, so that a prune never takes them away.
/// </summary>
internal sealed class BuildCache
{
    private const string Collection = "build-cache";

    private readonly IDocumentStore _documents;
    private readonly ILayerStore _layers;
    private readonly Lock _gate = new();
    private readonly Dictionary<Digest, CacheRecord> _records = [];
    private readonly Dictionary<Digest, int> _pins = [];

    public BuildCache(IDocumentStore documents, ILayerStore layers)
    {
        (_documents, _layers) = (documents, layers);
        foreach (var (key, value) in documents.LoadAll(Collection))
        {
            if (Digest.TryParse(key, out var digest) && TryRead(value) is { } record) _records[digest] = record;
        }
    }

    /// <summary>A record whose layer is there; the layer is pinned for the build.</summary>
    public CacheRecord? Find(Digest key, PinSet pins)
    {
        lock (_gate)
        {
            if (!_records.TryGetValue(key, out var record)) return null;
            if (record.ChainId is not { } chain) return record;
            if (_layers.Find(chain) is null) return null;
            Pin(chain, pins);
            return record;
        }
    }

    /// <summary>Pins a layer that a build has just made or begins on.</summary>
    public void Hold(Digest chain, PinSet pins)
    {
        lock (_gate) Pin(chain, pins);
    }

    /// <summary>Ends the pins of a build.</summary>
    public void Release(PinSet pins)
    {
        lock (_gate)
        {
            foreach (var chain in pins.Chains)
            {
                if (--_pins[chain] == 0) _pins.Remove(chain);
            }

            pins.Chains.Clear();
        }
    }

    /// <summary>Keeps records; returns when they are on disk.</summary>
    public async Task PutAsync(IReadOnlyList<KeyValuePair<Digest, CacheRecord>> records, CancellationToken cancellation)
    {
        if (records.Count == 0) return;
        await _documents.WriteAsync(
            [.. records.Select(r => new DocumentChange(Collection, r.Key.ToString(), JsonSerializer.SerializeToUtf8Bytes(r.Value, CacheJson.Default.CacheRecord)))], cancellation).ConfigureAwait(false);
        lock (_gate)
        {
            foreach (var (key, record) in records) _records[key] = record;
        }
    }

    /// <summary>Chain ids that removing an image must leave.</summary>
    public IReadOnlyList<Digest> Chains()
    {
        lock (_gate) return [.. _records.Values.Where(r => r.Chain is not null).Select(r => r.ChainId!.Value).Concat(_pins.Keys).Distinct()];
    }

    /// <summary>Bytes of layers that no image has, and the number of records with a layer.</summary>
    public (long Bytes, int Records) Usage(IReadOnlySet<Digest> imageChains)
    {
        lock (_gate)
        {
            var chains = _records.Values.Where(r => r.Chain is not null).DistinctBy(r => r.Chain).ToList();
            return (chains.Where(r => !imageChains.Contains(r.ChainId!.Value) && _layers.Find(r.ChainId.Value) is not null).Sum(r => r.Size), chains.Count);
        }
    }

    /// <summary>Forgets records, and removes their layers unless an image or a running build has them.</summary>
    /// <returns>Bytes freed.</returns>
    public async Task<long> PruneAsync(bool all, IReadOnlySet<Digest> imageChains, CancellationToken cancellation)
    {
        var keys = new List<Digest>();
        var freed = new Dictionary<Digest, long>();
        lock (_gate)
        {
            foreach (var (key, record) in _records)
            {
                var chain = record.ChainId;
                if (chain is { } pinned && _pins.ContainsKey(pinned)) continue;
                var shared = chain is null || imageChains.Contains(chain.Value);
                if (shared && !all) continue;
                keys.Add(key);
                if (chain is { } own && !shared && _layers.Find(own) is not null) freed[own] = record.Size;
            }

            foreach (var key in keys) _records.Remove(key);
        }

        if (keys.Count > 0) await _documents.WriteAsync([.. keys.Select(k => new DocumentChange(Collection, k.ToString(), null))], cancellation).ConfigureAwait(false);
        foreach (var chain in freed.Keys) await _layers.RemoveAsync(chain, cancellation).ConfigureAwait(false);
        return freed.Values.Sum();
    }

    private static CacheRecord? TryRead(byte[] json)
    {
        try
        {
            var record = JsonSerializer.Deserialize(json, CacheJson.Default.CacheRecord);
            return record is { Chain: null } || Digest.TryParse(record?.Chain, out _) ? record : null;
        }
        catch (JsonException)
        {
            // a record that cannot be read is a step to carry out again
            return null;
        }
    }

    private void Pin(Digest chain, PinSet pins)
    {
        if (!pins.Chains.Add(chain)) return;
        _pins[chain] = _pins.GetValueOrDefault(chain) + 1;
    }
}

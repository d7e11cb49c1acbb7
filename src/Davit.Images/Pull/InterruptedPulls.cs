using System.Collections.Concurrent;
using System.Text.Json;
using Davit.Images.Catalog;
using Davit.Oci;
using Davit.Storage.Documents;

namespace Davit.Images.Pull;

/// <summary>
/// Pulls that have begun and not ended, also across restarts: what has arrived of them stays for a day, so that the next attempt fetches only the rest. Written
/// behind the pull's back: a note that a crash takes costs another download, nothing else.
/// </summary>
internal sealed class InterruptedPulls
{
    private const string Collection = "pulls";
    private static readonly TimeSpan Life = TimeSpan.FromDays(1);
    private readonly IDocumentStore _documents;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<Digest, PullRecord> _known = new();
    private readonly ConcurrentDictionary<Digest, int> _running = new();

    internal InterruptedPulls(IDocumentStore documents, TimeProvider time)
    {
        (_documents, _time) = (documents, time);
        foreach (var (key, json) in documents.LoadAll(Collection))
        {
            if (JsonSerializer.Deserialize(json, CatalogJson.Default.PullRecord) is { } record && time.GetUtcNow() - record.Begun < Life) _known[Digest.Parse(key)] = record;
            else Write(Digest.Parse(key), null);
        }
    }

    /// <summary>Blobs and chain ids of all of them.</summary>
    internal IEnumerable<Digest> Parts() => _known.Values.SelectMany(record => record.Parts);

    /// <summary>Notes that a pull begins.</summary>
    internal void Begin(Digest manifest, IReadOnlyList<Digest> parts)
    {
        _running.AddOrUpdate(manifest, 1, static (_, count) => count + 1);
        var record = new PullRecord(parts, _time.GetUtcNow());
        _known[manifest] = record;
        Write(manifest, record);
    }

    /// <summary>Notes that a pull is over.</summary>
    /// <param name="manifest">What was pulled.</param>
    /// <param name="resumable">It failed in a way after which the next attempt may go on.</param>
    internal void End(Digest manifest, bool resumable)
    {
        if (_running.AddOrUpdate(manifest, 0, static (_, count) => count - 1) > 0) return;
        _running.TryRemove(new(manifest, 0));
        if (!resumable) Forget(manifest);
    }

    /// <summary>Gives up all that no pull is at work on.</summary>
    /// <returns>Their blobs and chain ids.</returns>
    internal IReadOnlyList<Digest> ForgetAll()
    {
        var parts = new List<Digest>();
        foreach (var (manifest, record) in _known)
        {
            if (_running.ContainsKey(manifest)) continue;
            parts.AddRange(record.Parts);
            Forget(manifest);
        }

        return parts;
    }

    private void Forget(Digest manifest)
    {
        if (_known.TryRemove(manifest, out _)) Write(manifest, null);
    }

    private void Write(Digest manifest, PullRecord? record)
    {
        var json = record is null ? null : JsonSerializer.SerializeToUtf8Bytes(record, CatalogJson.Default.PullRecord);
        _ = _documents.WriteAsync([new(Collection, manifest.ToString(), json)], CancellationToken.None).ContinueWith(static done => _ = done.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
    }
}

using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text.Json;
using Davit.Archive;
using Davit.Images.Catalog;
using Davit.Oci;
using Davit.Oci.Image;
using Davit.Primitives;
using Davit.Storage.Content;
using Davit.Storage.Documents;
using Davit.Storage.Layers;

namespace Davit.Images.Layers;

/// <summary>Which blobs hold which layer. Blobs are kept as they came; a layer made here gets one when somebody wants it.</summary>
internal sealed class LayerBlobs : IDisposable
{
    private const string Collection = "layer-blobs";
    private const int MostSources = 8;
    private readonly IDocumentStore _documents;
    private readonly IContentStore _content;
    private readonly ILayerStore _layers;
    private readonly ConcurrentDictionary<Digest, LayerBlobRecord> _known = new();
    private readonly ConcurrentDictionary<Digest, Task<LayerBlob>> _making = new();
    private readonly SemaphoreSlim _turn = new(1);

    internal LayerBlobs(IDocumentStore documents, IContentStore content, ILayerStore layers)
    {
        (_documents, _content, _layers) = (documents, content, layers);
        foreach (var (key, json) in documents.LoadAll(Collection))
        {
            if (JsonSerializer.Deserialize(json, CatalogJson.Default.LayerBlobRecord) is { } record) _known[Digest.Parse(key)] = record;
        }
    }

    public void Dispose() => _turn.Dispose();

    /// <summary>Blobs of a layer that are here.</summary>
    internal IEnumerable<LayerBlob> Present(Digest diffId) => Known(diffId).Where(b => _content.Contains(b.Digest));

    /// <summary>All blobs ever seen of a layer.</summary>
    internal IReadOnlyList<LayerBlob> Known(Digest diffId) => _known.TryGetValue(diffId, out var record) ? record.Blobs : [];

    /// <summary>Notes that a blob holds a layer, and where it may be had.</summary>
    internal async Task RecordAsync(IReadOnlyList<(Digest DiffId, Descriptor Blob)> layers, string? source, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            var changes = new Dictionary<Digest, LayerBlobRecord>();
            foreach (var (diffId, descriptor) in layers)
            {
                var blobs = changes.TryGetValue(diffId, out var record) || _known.TryGetValue(diffId, out record) ? record.Blobs : [];
                var old = blobs.FirstOrDefault(b => b.Digest == descriptor.Digest);
                string[] sources = source is null ? [] : [source];
                if (old is not null && (source is null || (old.Sources.Count > 0 && old.Sources[0] == source))) continue;
                var blob = new LayerBlob(descriptor.Digest, descriptor.Size, descriptor.MediaType, [.. sources.Concat(old?.Sources ?? []).Distinct().Take(MostSources)]);
                changes[diffId] = new([.. blobs.Where(b => b.Digest != descriptor.Digest), blob]);
            }

            if (changes.Count == 0) return;
            await _documents.WriteAsync([.. changes.Select(c => new DocumentChange(Collection, c.Key.ToString(), JsonSerializer.SerializeToUtf8Bytes(c.Value, CatalogJson.Default.LayerBlobRecord)))], cancellation).ConfigureAwait(false);
            foreach (var (diffId, record) in changes) _known[diffId] = record;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Forgets layers that are gone.</summary>
    internal async Task ForgetAsync(IReadOnlyCollection<Digest> diffIds)
    {
        var gone = diffIds.Where(_known.ContainsKey).ToList();
        if (gone.Count == 0) return;
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            await _documents.WriteAsync([.. gone.Select(d => new DocumentChange(Collection, d.ToString(), null))], CancellationToken.None).ConfigureAwait(false);
            foreach (var diffId in gone) _known.TryRemove(diffId, out _);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>A compressed blob of an unpacked layer: one that is here, else made now and kept.</summary>
    internal async Task<LayerBlob> CompressedAsync(Layer layer, CancellationToken cancellation)
    {
        if (Present(layer.DiffId).FirstOrDefault(b => IsCompressed(b.MediaType)) is { } here) return here;
        var task = _making.GetOrAdd(layer.DiffId, static (_, made) => made.Self.MakeAsync(made.Layer), (Self: this, Layer: layer));
        try
        {
            return await task.WaitAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            if (task.IsCompleted) _making.TryRemove(new(layer.DiffId, task));
        }
    }

    /// <summary>Writes the plain tar of a layer: out of a blob when there is one, else made again of the files.</summary>
    internal async Task WriteTarAsync(Layer layer, Stream destination, CancellationToken cancellation)
    {
        if (Present(layer.DiffId).FirstOrDefault() is not { } blob)
        {
            await _layers.WriteTarAsync(layer, destination, cancellation).ConfigureAwait(false);
            return;
        }

        var (plain, _) = await Decompression.OpenAsync(_content.OpenRead(blob.Digest), leaveOpen: false, cancellation).ConfigureAwait(false);
        await using (plain.ConfigureAwait(false)) await plain.CopyToAsync(destination, 256 << 10, cancellation).ConfigureAwait(false);
    }

    internal static bool IsCompressed(string mediaType) => mediaType.EndsWith("gzip", StringComparison.Ordinal) || mediaType.EndsWith("zstd", StringComparison.Ordinal);

    private async Task<LayerBlob> MakeAsync(Layer layer)
    {
        var writer = await _content.BeginWriteAsync(null, CancellationToken.None).ConfigureAwait(false);
        await using (writer.ConfigureAwait(false))
        {
            var gzip = new ParallelGzipStream(new ContentWriterStream(writer), CompressionLevel.Fastest, leaveOpen: true);
            await using (gzip.ConfigureAwait(false))
            {
                using var hash = new HashingStream(gzip);
                await WriteTarAsync(layer, hash, CancellationToken.None).ConfigureAwait(false);
                if (hash.Current() != layer.DiffId) throw new DavitException(ErrorKind.DataLoss, $"layer {layer.DiffId}: what is kept of it has digest {hash.Current()}");
            }

            var size = writer.Offset;
            var digest = await writer.CommitAsync(CancellationToken.None).ConfigureAwait(false);
            await RecordAsync([(layer.DiffId, new() { MediaType = MediaTypes.DockerLayerGzip, Digest = digest, Size = size })], null, CancellationToken.None).ConfigureAwait(false);
            return Known(layer.DiffId).First(b => b.Digest == digest);
        }
    }
}

using System.Text.Json;
using Davit.Oci;
using Davit.Oci.Image;
using Davit.Primitives;
using Davit.Storage.Content;
using Davit.Storage.Documents;

namespace Davit.Images.Catalog;

/// <summary>The model of all images: read without a lock, changed one at a time, on disk before it is seen.</summary>
internal sealed class ImageCatalog : IDisposable
{
    private const string Collection = "images";
    private readonly IDocumentStore _documents;
    private readonly SemaphoreSlim _turn = new(1);
    private volatile CatalogState _state = CatalogState.Empty;

    internal ImageCatalog(IDocumentStore documents, IContentStore content)
    {
        _documents = documents;
        foreach (var (key, json) in documents.LoadAll(Collection)) Load(Digest.Parse(key), json, content);
    }

    internal CatalogState State => _state;

    public void Dispose() => _turn.Dispose();

    /// <summary>Applies a change; what it throws leaves everything as it was.</summary>
    internal async Task<CatalogState> ChangeAsync(Func<CatalogState, CatalogState> change, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            var (before, after) = (_state, change(_state));
            var changes = new List<DocumentChange>();
            foreach (var (id, image) in after.Images)
            {
                if (before.Images.TryGetValue(id, out var old) && ReferenceEquals(old, image)) continue;
                changes.Add(new(Collection, id.ToString(), JsonSerializer.SerializeToUtf8Bytes(ImageRecord.Of(image), CatalogJson.Default.ImageRecord)));
            }

            foreach (var id in before.Images.Keys)
            {
                if (!after.Images.ContainsKey(id)) changes.Add(new(Collection, id.ToString(), null));
            }

            if (changes.Count > 0) await _documents.WriteAsync(changes, cancellation).ConfigureAwait(false);
            return _state = after;
        }
        finally
        {
            _turn.Release();
        }
    }

    private void Load(Digest id, byte[] json, IContentStore content)
    {
        var record = JsonSerializer.Deserialize(json, CatalogJson.Default.ImageRecord) ?? throw new DavitException(ErrorKind.DataLoss, $"the record of image {id} is damaged");

        // an image whose configuration is gone cannot be used nor shown: 'system check' reports it
        if (content.SizeOf(id) is not { } size) return;
        var bytes = new byte[size];
        using (var blob = content.OpenRead(id)) blob.ReadExactly(bytes);
        var config = JsonSerializer.Deserialize(bytes, ImageJson.Default.ImageConfig) ?? new();
        _state = _state.With(new()
        {
            Id = id,
            Config = config with { History = config.History ?? [], RootFs = config.RootFs ?? new() },
            ConfigBytes = bytes,
            Tags = [.. record.Tags.Select(Reference.Parse)],
            RepoDigests = [.. record.RepoDigests.Select(Reference.Parse)],
            Manifest = record.Manifest,
            Index = record.Index,
            Parent = record.Parent,
            Size = record.Size,
            LastTagged = record.LastTagged,
        });
    }
}

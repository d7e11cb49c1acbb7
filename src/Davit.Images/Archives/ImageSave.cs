using System.Text.Json;
using Davit.Archive;
using Davit.Archive.Tar;
using Davit.Images.Catalog;
using Davit.Images.Layers;
using Davit.Images.Push;
using Davit.Oci;
using Davit.Oci.Image;
using Davit.Primitives;
using Davit.Storage.Content;
using Davit.Storage.Layers;
using Davit.Storage.Leases;

namespace Davit.Images.Archives;

/// <summary>Writes images as one tar that a docker-archive reader and an OCI layout reader both understand. The same images give the same bytes.</summary>
internal sealed class ImageSave(ImageCatalog catalog, LayerBlobs layerBlobs, IContentStore content, ILayerStore layers, LeaseBook leases)
{
    internal async Task RunAsync(IReadOnlyList<string> names, Platform? platform, Stream destination, CancellationToken cancellation)
    {
        using var lease = leases.Begin();
        var images = Choose(names, platform);
        foreach (var (image, _) in images)
        {
            lease.Hold(image.Id);
            if (image.Manifest is { } manifest) lease.Hold(manifest);
            foreach (var chain in ChainId.All(image.Config.RootFs.DiffIds)) lease.Hold(chain);
            foreach (var blob in image.Config.RootFs.DiffIds.SelectMany(layerBlobs.Known)) lease.Hold(blob.Digest);
        }

        var tar = new TarWriter(destination);
        await using (tar.ConfigureAwait(false)) await WriteAsync(tar, images, cancellation).ConfigureAwait(false);
    }

    private List<(Image Image, List<Reference> Tags)> Choose(IReadOnlyList<string> names, Platform? platform)
    {
        if (names.Count == 0) throw new DavitException(ErrorKind.InvalidArgument, "no image is named to be saved");
        var state = catalog.State;
        var chosen = new List<(Image Image, List<Reference> Tags)>();
        foreach (var name in names)
        {
            var all = AllTagsOf(state, name);
            if (all.Count == 0 && ImageLookup.Find(state, name) is null) throw ImageLookup.Missing(name);
            foreach (var (image, tag) in all.Count > 0 ? all : [One(state, name)])
            {
                if (platform is not null && !platform.Accepts(new() { Os = image.Config.Os, Architecture = image.Config.Architecture, Variant = image.Config.Variant }))
                {
                    throw new DavitException(ErrorKind.NotFound, $"image with reference {name} was found but does not match the specified platform: wanted {platform}, actual: {image.Config.Os}/{image.Config.Architecture}");
                }

                var entry = chosen.FirstOrDefault(c => c.Image.Id == image.Id);
                if (entry.Image is null) chosen.Add(entry = (image, []));
                if (tag is not null && !entry.Tags.Contains(tag)) entry.Tags.Add(tag);
            }
        }

        return chosen;
    }

    /// <summary>A bare repository stands for all its tags, as Docker's save has it.</summary>
    private static List<(Image Image, Reference? Tag)> AllTagsOf(CatalogState state, string name)
    {
        if (!Reference.TryParse(name, out var reference, out _) || reference.Digest is not null || name.EndsWith($":{reference.Tag}", StringComparison.Ordinal)) return [];
        return [.. state.Tags.Where(t => t.Key.Name == reference.Name).OrderBy(t => t.Key.Tag, StringComparer.Ordinal).Select(t => (state.Images[t.Value], (Reference?)t.Key))];
    }

    private static (Image Image, Reference? Tag) One(CatalogState state, string name)
    {
        var image = ImageLookup.Require(state, name);
        var tag = ImageLookup.IsName(state, name) && Reference.Parse(name) is { Digest: null } reference ? reference : null;
        return (image, tag);
    }

    private async Task WriteAsync(TarWriter tar, IReadOnlyList<(Image Image, List<Reference> Tags)> images, CancellationToken cancellation)
    {
        var written = new HashSet<Digest>();
        var entries = new List<ArchiveManifest>();
        var index = new List<Descriptor>();
        var repositories = new SortedDictionary<string, SortedDictionary<string, string>>(StringComparer.Ordinal);
        await DirectoryAsync(tar, "blobs/", cancellation).ConfigureAwait(false);
        await DirectoryAsync(tar, "blobs/sha256/", cancellation).ConfigureAwait(false);
        foreach (var (image, tags) in images)
        {
            var file = await WriteImageAsync(tar, image, written, cancellation).ConfigureAwait(false);
            entries.Add(new()
            {
                Config = BlobPath(image.Id),
                RepoTags = tags.Count == 0 ? null : [.. tags.Select(t => t.Familiar)],
                Layers = [.. file.Manifest.Layers.Select(l => BlobPath(l.Digest))],
            });
            index.AddRange(Describe(image, tags, file));
            foreach (var tag in tags)
            {
                if (!repositories.TryGetValue(tag.FamiliarName, out var byTag)) repositories[tag.FamiliarName] = byTag = new(StringComparer.Ordinal);
                byTag[tag.Tag!] = file.Manifest.Layers.Count == 0 ? image.Id.Hex : file.Manifest.Layers[^1].Digest.Hex;
            }
        }

        await FileAsync(tar, "index.json", JsonSerializer.SerializeToUtf8Bytes(new() { MediaType = MediaTypes.OciIndex, Manifests = index }, ImageJson.Default.ImageIndex), cancellation).ConfigureAwait(false);
        await FileAsync(tar, "manifest.json", JsonSerializer.SerializeToUtf8Bytes(entries, ArchiveJson.Default.ListArchiveManifest), cancellation).ConfigureAwait(false);
        await FileAsync(tar, "oci-layout", JsonSerializer.SerializeToUtf8Bytes(new("1.0.0"), ArchiveJson.Default.OciLayout), cancellation).ConfigureAwait(false);
        if (repositories.Count > 0) await FileAsync(tar, "repositories", JsonSerializer.SerializeToUtf8Bytes(repositories, ArchiveJson.Default.SortedDictionaryStringSortedDictionaryStringString), cancellation).ConfigureAwait(false);
        await tar.FinishAsync(cancellation).ConfigureAwait(false);
    }

    private static IEnumerable<Descriptor> Describe(Image image, List<Reference> tags, ImageManifestFile file)
    {
        var plain = new Descriptor
        {
            MediaType = file.MediaType, Digest = file.Digest, Size = file.Bytes.Length,
            Platform = new() { Os = image.Config.Os, Architecture = image.Config.Architecture, Variant = image.Config.Variant },
        };
        if (tags.Count == 0) return [plain];
        return tags.Select(t => plain with { Annotations = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["io.containerd.image.name"] = t.ToString(), ["org.opencontainers.image.ref.name"] = t.Tag! } });
    }

    private async Task<ImageManifestFile> WriteImageAsync(TarWriter tar, Image image, HashSet<Digest> written, CancellationToken cancellation)
    {
        var file = new ManifestMaker(content).Kept(image);
        if (file is null)
        {
            var chain = ChainId.All(image.Config.RootFs.DiffIds);
            var blobs = new List<LayerBlob>();
            for (var i = 0; i < chain.Count; i++) blobs.Add(await LayerAsync(tar, image, chain[i], image.Config.RootFs.DiffIds[i], written, cancellation).ConfigureAwait(false));
            file = ManifestMaker.Make(image, blobs, oci: true);
        }
        else
        {
            foreach (var layer in file.Manifest.Layers) await BlobAsync(tar, layer.Digest, layer.Size, written, cancellation).ConfigureAwait(false);
        }

        if (written.Add(image.Id)) await FileAsync(tar, BlobPath(image.Id), image.ConfigBytes, cancellation).ConfigureAwait(false);
        if (written.Add(file.Digest)) await FileAsync(tar, BlobPath(file.Digest), file.Bytes, cancellation).ConfigureAwait(false);
        return file;
    }

    /// <summary>A layer without a manifest: a blob of it that is here, else its plain tar, whose digest is its DiffID.</summary>
    private async Task<LayerBlob> LayerAsync(TarWriter tar, Image image, Digest chainId, Digest diffId, HashSet<Digest> written, CancellationToken cancellation)
    {
        if (layerBlobs.Present(diffId).FirstOrDefault() is { } here)
        {
            await BlobAsync(tar, here.Digest, here.Size, written, cancellation).ConfigureAwait(false);
            return here;
        }

        var layer = layers.Find(chainId) ?? throw new DavitException(ErrorKind.DataLoss, $"layer {diffId} of image {image.Id.Short} is missing", "pull or build the image again");
        long size;
        using (var count = new HashingStream(null))
        {
            // a tar entry says its size before its content
            await layers.WriteTarAsync(layer, count, cancellation).ConfigureAwait(false);
            size = count.Written;
        }

        if (written.Add(diffId))
        {
            await tar.BeginAsync(Entry(BlobPath(diffId), size), cancellation).ConfigureAwait(false);
            await layers.WriteTarAsync(layer, new TarContentWriteStream(tar), cancellation).ConfigureAwait(false);
        }

        return new(diffId, size, MediaTypes.OciLayer, []);
    }

    private async Task BlobAsync(TarWriter tar, Digest digest, long size, HashSet<Digest> written, CancellationToken cancellation)
    {
        if (!written.Add(digest)) return;
        var blob = content.OpenRead(digest);
        await using (blob.ConfigureAwait(false)) await tar.WriteAsync(Entry(BlobPath(digest), size), blob, cancellation).ConfigureAwait(false);
    }

    private static async Task FileAsync(TarWriter tar, string name, ReadOnlyMemory<byte> bytes, CancellationToken cancellation) => await tar.WriteAsync(Entry(name, bytes.Length), bytes, cancellation).ConfigureAwait(false);

    private static async Task DirectoryAsync(TarWriter tar, string name, CancellationToken cancellation) => await tar.WriteAsync(new() { Name = name, Kind = TarEntryKind.Directory, Mode = 0x1ED }, ReadOnlyMemory<byte>.Empty, cancellation).ConfigureAwait(false);

    private static TarEntry Entry(string name, long size) => new() { Name = name, Kind = TarEntryKind.File, Mode = 0x1A4, Size = size };

    private static string BlobPath(Digest digest) => $"blobs/{digest.Algorithm}/{digest.Hex}";
}

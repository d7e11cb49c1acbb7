using System.Text.Json;
using Davit.Images.Layers;
using Davit.Images.Manifests;
using Davit.Oci;
using Davit.Oci.Image;
using Davit.Primitives;
using Davit.Storage.Content;

namespace Davit.Images.Archives;

/// <summary>Finds the images of an archive: by <c>manifest.json</c> (docker-archive) or by <c>index.json</c> (OCI layout).</summary>
internal sealed class ArchiveImages(ArchiveContents contents, IContentStore content, Platform platform, bool platformAsked)
{
    private const string ArchiveName = "archive";
    private const int MostLevels = 4;

    internal IReadOnlyList<ArchiveImage> Find()
    {
        var layout = contents.Find("index.json") is { } index ? OfLayout(index) : [];
        if (contents.Find("manifest.json") is not { } list)
        {
            if (contents.Find("index.json") is null) throw new DavitException(ErrorKind.InvalidArgument, "invalid archive: it has neither manifest.json nor index.json", "an archive that 'save' wrote is loaded; a root file system is imported");
            return layout;
        }

        var images = new List<ArchiveImage>();
        foreach (var entry in ReadList(list))
        {
            if (entry.Config is null || entry.Layers is null) throw new DavitException(ErrorKind.InvalidArgument, "invalid archive: an entry of manifest.json has no Config or no Layers");
            var image = Image(contents.Require(entry.Config), [.. entry.Layers.Select(contents.Require)], Tags(entry));
            if (layout.FirstOrDefault(l => l.ConfigFile.Digest == image.ConfigFile.Digest) is { } twin) image = image with { Manifest = twin.Manifest, ManifestFile = twin.ManifestFile };
            if (platformAsked && !platform.Accepts(PlatformOf(image.Config))) continue;
            images.Add(image);
        }

        if (images.Count == 0) throw new DavitException(ErrorKind.NotFound, platformAsked ? $"the archive has no image for {platform}" : "invalid archive: manifest.json names no image");
        return images;
    }

    private static Platform PlatformOf(ImageConfig config) => new() { Os = config.Os, Architecture = config.Architecture, Variant = config.Variant };

    private static List<Reference> Tags(ArchiveManifest entry)
    {
        var tags = new List<Reference>();
        foreach (var text in entry.RepoTags ?? [])
        {
            if (!Reference.TryParse(text, out var tag, out var problem)) throw new DavitException(ErrorKind.InvalidArgument, $"invalid archive: invalid tag \"{text}\": {problem}");
            if (tag.Digest is null) tags.Add(tag);
        }

        return tags;
    }

    private List<ArchiveManifest> ReadList(ArchiveFile file)
    {
        try
        {
            return JsonSerializer.Deserialize(Bytes(file), ArchiveJson.Default.ListArchiveManifest) ?? [];
        }
        catch (JsonException problem)
        {
            throw ManifestReader.Malformed("manifest.json", ArchiveName, problem.Message, problem);
        }
    }

    private List<ArchiveImage> OfLayout(ArchiveFile file)
    {
        var images = new List<ArchiveImage>();
        foreach (var entry in ManifestReader.Index(Bytes(file), ArchiveName).Manifests)
        {
            if (entry.Platform is { Os: "unknown" } || Follow(entry) is not { } found) continue;
            var manifest = ManifestReader.Manifest(found.Bytes, ArchiveName);
            if (contents.FindBlob(manifest.Config.Digest) is not { } config) continue;
            var layers = manifest.Layers.Select(l => contents.FindBlob(l.Digest)).ToList();
            if (layers.Any(l => l is null)) continue;
            var image = Image(config, layers!, LayoutTags(entry));
            var known = images.FindIndex(i => i.ConfigFile.Digest == config.Digest);
            if (known >= 0) images[known] = images[known] with { Tags = [.. images[known].Tags.Concat(image.Tags).Distinct()] };
            else images.Add(image with { Manifest = manifest, ManifestFile = found.File });
        }

        if (images.Count == 0 && contents.Find("manifest.json") is null) throw new DavitException(ErrorKind.NotFound, $"the archive has no whole image for {platform}");
        return images;
    }

    /// <summary>The manifest that an entry leads to, through nested indexes; null when it is not in the archive.</summary>
    private (ArchiveFile File, byte[] Bytes)? Follow(Descriptor entry)
    {
        var at = entry;
        for (var level = 0; level < MostLevels; level++)
        {
            if (contents.FindBlob(at.Digest) is not { } file) return null;
            var bytes = Bytes(file);
            var type = ManifestReader.TypeOf(bytes, at.MediaType, ArchiveName);
            if (MediaTypes.IsManifest(type)) return platformAsked && at.Platform is { } p && !platform.Accepts(p) ? null : (file, bytes);
            at = PlatformChoice.Pick(ManifestReader.Index(bytes, ArchiveName), platform, ArchiveName);
        }

        throw new DavitException(ErrorKind.InvalidArgument, $"invalid archive: indexes are nested deeper than {MostLevels - 1} levels");
    }

    /// <summary>The name of an entry: containerd's annotation has all of it; the standard one may be a whole name or only a tag.</summary>
    private static List<Reference> LayoutTags(Descriptor entry)
    {
        if (entry.Annotations is not { } annotations) return [];
        var text = annotations.TryGetValue("io.containerd.image.name", out var whole) ? whole
            : annotations.TryGetValue("org.opencontainers.image.ref.name", out var name) && name.AsSpan().ContainsAny(':', '/') ? name : null;
        return text is not null && Reference.TryParse(text, out var reference, out _) && reference.Digest is null ? [reference] : [];
    }

    private ArchiveImage Image(ArchiveFile config, IReadOnlyList<ArchiveFile> layers, IReadOnlyList<Reference> tags)
    {
        var bytes = Bytes(config);
        return new() { ConfigFile = config, ConfigBytes = bytes, Config = ManifestReader.Config(bytes, layers.Count, ArchiveName), Layers = layers, Tags = tags };
    }

    private byte[] Bytes(ArchiveFile file)
    {
        if (file.Size > 16 << 20) throw new DavitException(ErrorKind.InvalidArgument, $"invalid archive: a document of {file.Size} bytes");
        return file.Bytes ?? content.ReadAll(file.Digest);
    }
}

using System.Text.Json;
using Davit.Oci;
using Davit.Oci.Image;
using Davit.Primitives;

namespace Davit.Images.Manifests;

/// <summary>Reads documents from strangers: what is missing or malformed is an error that names the document.</summary>
internal static class ManifestReader
{
    private const int MostLayers = 1000;
    private const int MostEntries = 10_000;
    private const long MostConfigBytes = 8 << 20;

    private static readonly string[] ConfigTypes = [MediaTypes.OciConfig, MediaTypes.DockerConfig, "application/octet-stream", ""];

    private static readonly string[] LayerTypes =
    [
        MediaTypes.OciLayer, MediaTypes.OciLayerGzip, MediaTypes.OciLayerZstd, MediaTypes.DockerLayer, MediaTypes.DockerLayerGzip,
        "application/vnd.docker.image.rootfs.diff.tar.zstd", "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", "application/vnd.docker.image.rootfs.foreign.diff.tar",
        "application/vnd.oci.image.layer.nondistributable.v1.tar", "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd",
    ];

    /// <summary>What a document is: its media type as the registry or the document itself says, else by its shape.</summary>
    internal static string TypeOf(ReadOnlySpan<byte> bytes, string? told, string name)
    {
        if (MediaTypes.IsIndex(told) || MediaTypes.IsManifest(told)) return told!;
        var (version, type, hasManifests, hasLayers) = ShapeOf(bytes, told, name);
        if (MediaTypes.IsIndex(type) || MediaTypes.IsManifest(type)) return type!;
        if (version == 1) throw new DavitException(ErrorKind.InvalidArgument, $"{name} is a Docker image of manifest version 2, schema 1, which is no longer supported", "push it anew with a client that writes schema 2 or OCI manifests");
        if (hasManifests && !hasLayers) return MediaTypes.OciIndex;
        if (hasLayers) return MediaTypes.OciManifest;
        throw new DavitException(ErrorKind.InvalidArgument, $"manifest of {name} has the unsupported media type \"{(string.IsNullOrEmpty(type) ? told : type)}\"");
    }

    private static (int Version, string? Type, bool HasManifests, bool HasLayers) ShapeOf(ReadOnlySpan<byte> bytes, string? told, string name)
    {
        try
        {
            return Shape(bytes, name);
        }
        catch (DavitException problem) when (!string.IsNullOrEmpty(told))
        {
            // a page for people in place of a document: what it says it is tells more than where it stops being JSON
            throw new DavitException(problem.Kind, $"{problem.Message} (it came with the media type \"{told}\")", "something other than a registry answered: a proxy, a login page", problem);
        }
    }

    internal static ImageManifest Manifest(ReadOnlySpan<byte> bytes, string name)
    {
        var manifest = Read(bytes, ImageJson.Default.ImageManifest, "manifest", name);
        if (manifest.SchemaVersion != 2) throw Malformed("manifest", name, $"schemaVersion is {manifest.SchemaVersion}, not 2");
        manifest = manifest with { Config = Check(manifest.Config, "config", name) };
        if (!ConfigTypes.Contains(manifest.Config.MediaType)) throw new DavitException(ErrorKind.InvalidArgument, $"{name} is not a container image: its configuration has media type \"{manifest.Config.MediaType}\"", "artifacts are not images and cannot be run");
        if (manifest.Config.Size > MostConfigBytes) throw Malformed("manifest", name, $"the configuration has {manifest.Config.Size} bytes, more than the limit of {MostConfigBytes}");
        if (manifest.Layers is null) throw Malformed("manifest", name, "it has no \"layers\"");
        if (manifest.Layers.Count > MostLayers) throw Malformed("manifest", name, $"it has {manifest.Layers.Count} layers, more than the limit of {MostLayers}");
        manifest = manifest with { Layers = [.. manifest.Layers.Select(l => Check(l, "layer", name))] };
        foreach (var layer in manifest.Layers)
        {
            if (!LayerTypes.Contains(layer.MediaType)) throw new DavitException(ErrorKind.InvalidArgument, $"layer {layer.Digest} of {name} has the unsupported media type \"{layer.MediaType}\"");
        }

        return manifest;
    }

    internal static ImageIndex Index(ReadOnlySpan<byte> bytes, string name)
    {
        var index = Read(bytes, ImageJson.Default.ImageIndex, "index", name);
        if (index.Manifests is null) throw Malformed("index", name, "it has no \"manifests\"");
        if (index.Manifests.Count > MostEntries) throw Malformed("index", name, $"it has {index.Manifests.Count} manifests, more than the limit of {MostEntries}");
        return index with { Manifests = [.. index.Manifests.Select(m => Check(m, "manifest", name))] };
    }

    /// <summary>A configuration whose layers are those of the manifest.</summary>
    internal static ImageConfig Config(ReadOnlySpan<byte> bytes, int layers, string name)
    {
        var config = Config(bytes, name);
        if (config.RootFs.DiffIds.Count != layers)
        {
            throw new DavitException(ErrorKind.DataLoss, $"{name}: layers from manifest don't match image configuration: {layers} layers, {config.RootFs.DiffIds.Count} diff ids");
        }

        return config;
    }

    internal static ImageConfig Config(ReadOnlySpan<byte> bytes, string name)
    {
        var config = Read(bytes, ImageJson.Default.ImageConfig, "configuration", name);
        if (config.RootFs?.DiffIds is null) throw Malformed("configuration", name, "it has no \"rootfs\"");
        if (config.RootFs.Type is not "layers") throw Malformed("configuration", name, $"rootfs type is \"{config.RootFs.Type}\", not \"layers\"");
        if (config.RootFs.DiffIds.Any(d => d.IsEmpty)) throw Malformed("configuration", name, "an empty diff id");
        if (config.History is null) config = config with { History = [] };
        if (!string.IsNullOrEmpty(config.Os) && config.Os != "linux")
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"image operating system \"{config.Os}\" cannot be used on this platform: operating system is not supported");
        }

        return config;
    }

    internal static DavitException Malformed(string what, string name, string why, Exception? cause = null) =>
        new(ErrorKind.DataLoss, $"{what} of {name} is malformed: {why}", "the registry or archive serves damaged content", cause);

    /// <summary>A descriptor that can be used; what it leaves out is empty, not null.</summary>
    private static Descriptor Check(Descriptor? descriptor, string what, string name)
    {
        if (descriptor is null || descriptor.Digest.IsEmpty) throw Malformed("manifest", name, $"a {what} has no digest");
        if (descriptor.Size < 0) throw Malformed("manifest", name, $"{what} {descriptor.Digest} has the size {descriptor.Size}");
        var platform = descriptor.Platform is { } p ? p with { Os = p.Os ?? "", Architecture = p.Architecture ?? "" } : null;
        return descriptor with { MediaType = descriptor.MediaType ?? "", Platform = platform };
    }

    private static T Read<T>(ReadOnlySpan<byte> bytes, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, string what, string name)
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, type) ?? throw Malformed(what, name, "it is null");
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException or FormatException)
        {
            throw Malformed(what, name, problem.Message, problem);
        }
    }

    private static (int Version, string? Type, bool HasManifests, bool HasLayers) Shape(ReadOnlySpan<byte> bytes, string name)
    {
        try
        {
            var reader = new Utf8JsonReader(bytes);
            using var document = JsonDocument.ParseValue(ref reader);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object) throw Malformed("manifest", name, "it is not a JSON object");
            var version = root.TryGetProperty("schemaVersion", out var v) && v.ValueKind == JsonValueKind.Number && v.TryGetInt32(out var number) ? number : 0;
            var type = root.TryGetProperty("mediaType", out var t) && t.ValueKind == JsonValueKind.String ? t.GetString() : null;
            return (version, type, root.TryGetProperty("manifests", out _), root.TryGetProperty("layers", out _));
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string or a name that is not UTF-8
            throw Malformed("manifest", name, problem.Message, problem);
        }
    }
}

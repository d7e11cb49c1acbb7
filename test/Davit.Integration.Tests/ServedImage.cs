using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Davit.Testing.Registry;

namespace Davit.Integration.Tests;

/// <summary>Images that a fake registry serves, good ones and damaged ones.</summary>
internal static class ServedImage
{
    public const string ManifestType = "application/vnd.docker.distribution.manifest.v2+json";
    private const string ConfigType = "application/vnd.docker.container.image.v1+json";
    private const string LayerType = "application/vnd.docker.image.rootfs.diff.tar.gzip";

    /// <summary>Serves an image of plain files, a layer each; returns the digest of its manifest.</summary>
    public static string Serve(FakeRegistry registry, string repository, params byte[][] tars) =>
        Serve(registry, repository, [.. tars.Select(tar => (Gzip(tar), FakeRegistry.DigestOf(tar)))]);

    /// <summary>Serves an image of blobs that need not be what their DiffIDs say.</summary>
    public static string Serve(FakeRegistry registry, string repository, params (byte[] Blob, string DiffId)[] layers)
    {
        var config = Encoding.UTF8.GetBytes($$$"""{"created":"2026-01-01T00:00:00Z","architecture":"amd64","os":"linux","config":{"Cmd":["sh"]},"rootfs":{"type":"layers","diff_ids":[{{{List(layers.Select(l => $"\"{l.DiffId}\""))}}}]}}""");
        return registry.AddManifest(repository, "1", ManifestType, Manifest(registry.AddBlob(repository, config), config.Length, [.. layers.Select(l => (registry.AddBlob(repository, l.Blob), l.Blob.Length))]));
    }

    /// <summary>The text of a manifest.</summary>
    public static string Manifest(string config, int configSize, params (string Digest, int Size)[] layers) =>
        $$"""{"schemaVersion":2,"mediaType":"{{ManifestType}}","config":{"mediaType":"{{ConfigType}}","size":{{configSize}},"digest":"{{config}}"},"layers":[{{List(layers.Select(l => $$"""{"mediaType":"{{LayerType}}","size":{{l.Size}},"digest":"{{l.Digest}}"}"""))}}]}""";

    public static byte[] Gzip(byte[] plain)
    {
        var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionLevel.Fastest)) gzip.Write(plain);
        return stream.ToArray();
    }

    /// <summary>A tar of entries made as they are given.</summary>
    public static byte[] Tar(params TarEntry[] entries)
    {
        using var stream = new MemoryStream();
        using (var writer = new TarWriter(stream, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (var entry in entries) writer.WriteEntry(entry);
        }

        return stream.ToArray();
    }

    public static PaxTarEntry File(string name, string content) => new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)), ModificationTime = DateTimeOffset.UnixEpoch };

    public static PaxTarEntry Link(TarEntryType type, string name, string target) => new(type, name) { LinkName = target };

    private static string List(IEnumerable<string> items) => string.Join(',', items);
}

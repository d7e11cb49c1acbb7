using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text;
using Davit.Archive.Tar;
using Davit.Oci;
using Davit.Primitives;
using Davit.RegistryClient;
using Davit.Storage;
using Davit.Testing.Registry;

namespace Davit.Images.Tests;

/// <summary>A store, a client and an image service of a test's own; gone with the test.</summary>
internal sealed class Fixture : IAsyncDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("davit-images-").FullName;
    private readonly RegistryOptions _options;

    public Fixture(RegistryOptions? options = null)
    {
        _options = options ?? new() { FirstDelay = TimeSpan.FromMilliseconds(5) };
        (Store, Client, Images) = Open();
    }

    public Store Store { get; private set; }

    public DistributionClient Client { get; private set; }

    public ImageService Images { get; private set; }

    public Recorder Progress { get; } = new();

    public static Func<Digest, IReadOnlyList<ImageUser>> Nobody => _ => [];

    /// <summary>A path under /tmp that goes with the test.</summary>
    public string Path(string name) => System.IO.Path.Combine(_root, name);

    public Task<Image> PullAsync(string name, Platform? platform = null) => Images.PullAsync(Reference.Parse(name), platform, null, Progress, CancellationToken.None);

    public Task PushAsync(string name) => Images.PushAsync(Reference.Parse(name), null, null, Progress, CancellationToken.None);

    /// <summary>What another start of the daemon would find.</summary>
    public async Task RestartAsync()
    {
        await CloseAsync();
        (Store, Client, Images) = Open();
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        Linux.Directories.DirectoryListing.RemoveTree(Linux.Directories.DirectoryCalls.WorkingDirectory, _root);
    }

    private (Store Store, DistributionClient Client, ImageService Images) Open()
    {
        var store = Store.Open(new() { Name = "images-test", DataRoot = Path("data"), RunRoot = Path("run") }, TimeProvider.System);
        var client = new DistributionClient(_options, TimeProvider.System);
        return (store, client, new ImageService(store.Content, store.Layers, store.Documents, store.Leases, client, new(), TimeProvider.System));
    }

    private async Task CloseAsync()
    {
        Images.Dispose();
        Client.Dispose();
        await Store.DisposeAsync();
    }
}

/// <summary>Keeps the events of an operation.</summary>
internal sealed class Recorder : IProgress<ProgressEvent>
{
    private readonly ConcurrentQueue<ProgressEvent> _events = new();

    public IReadOnlyList<ProgressEvent> Events => [.. _events];

    /// <summary>Every different status or stream text in order, with its id.</summary>
    public IReadOnlyList<string> Lines => [.. _events.Select(e => (e.Id is null ? "" : e.Id + ": ") + (e.Status ?? e.Stream?.TrimEnd('\n') ?? e.AuxJson)).Distinct()];

    public void Report(ProgressEvent value) => _events.Enqueue(value);

    public void Clear() => _events.Clear();
}

/// <summary>Images made by tests.</summary>
internal static class TestImages
{
    public static Task<byte[]> TarAsync(params (string Name, string Text)[] files) => TarAsync([.. files.Select(f => (f.Name, Encoding.UTF8.GetBytes(f.Text)))]);

    public static async Task<byte[]> TarAsync(params (string Name, byte[] Bytes)[] files)
    {
        var stream = new MemoryStream();
        await using var writer = new TarWriter(stream);
        foreach (var (name, bytes) in files) await writer.WriteAsync(new TarEntry { Name = name, Kind = TarEntryKind.File, Mode = 0x1A4, ModifiedSeconds = 1 }, bytes, CancellationToken.None);
        await writer.FinishAsync(CancellationToken.None);
        return stream.ToArray();
    }

    public static byte[] Gzip(byte[] plain)
    {
        var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionLevel.Fastest)) gzip.Write(plain);
        return stream.ToArray();
    }

    public static string ConfigJson(IEnumerable<string> diffIds, string architecture = "amd64", string os = "linux", string more = "") =>
        $$$"""{"created":"2026-01-01T00:00:00Z","architecture":"{{{architecture}}}","os":"{{{os}}}","config":{"Cmd":["sh"],"Labels":{"a":"b"}},"rootfs":{"type":"layers","diff_ids":[{{{string.Join(',', diffIds.Select(d => $"\"{d}\""))}}}]},"history":[{{{string.Join(',', diffIds.Select(_ => "{\"created_by\":\"a step\"}"))}}},{"created_by":"CMD","empty_layer":true}]{{{more}}}}""";

    /// <summary>Serves an image of gzip layers; returns the digest of its manifest.</summary>
    public static async Task<string> ServeAsync(FakeRegistry registry, string repository, string tag, string type = MediaTypes.DockerManifest, string architecture = "amd64", params string[] texts)
    {
        var (blobs, diffIds) = (new List<(string Digest, int Size)>(), new List<string>());
        foreach (var text in texts)
        {
            var tar = await TarAsync((text, text + " content"), ("same", "of all"));
            var blob = Gzip(tar);
            blobs.Add((registry.AddBlob(repository, blob), blob.Length));
            diffIds.Add(FakeRegistry.DigestOf(tar));
        }

        var config = Encoding.UTF8.GetBytes(ConfigJson(diffIds, architecture));
        return registry.AddManifest(repository, tag, type, ManifestJson(type, registry.AddBlob(repository, config), config.Length, blobs));
    }

    public static string ManifestJson(string type, string config, int configSize, IEnumerable<(string Digest, int Size)> layers)
    {
        var oci = type == MediaTypes.OciManifest;
        return $$"""{"schemaVersion":2,"mediaType":"{{type}}","config":{"mediaType":"{{(oci ? MediaTypes.OciConfig : MediaTypes.DockerConfig)}}","size":{{configSize}},"digest":"{{config}}"},"layers":[{{string.Join(',', layers.Select(l => $$"""{"mediaType":"{{(oci ? MediaTypes.OciLayerGzip : MediaTypes.DockerLayerGzip)}}","size":{{l.Size}},"digest":"{{l.Digest}}"}"""))}}]}""";
    }
}

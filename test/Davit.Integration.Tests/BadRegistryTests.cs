using System.Collections.Concurrent;
using System.Formats.Tar;
using System.Text;
using Davit.Testing;
using Davit.Testing.Registry;

namespace Davit.Integration.Tests;

/// <summary>Registries that lie, break and send nonsense: a clear error, nothing half-made, and the daemon goes on.</summary>
public sealed class BadRegistryTests : IAsyncLifetime
{
    private readonly FakeRegistry _registry = new();
    private TestDaemon _daemon = null!;

    public async ValueTask InitializeAsync() => _daemon = await TestDaemon.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _daemon.DisposeAsync();
        await _registry.DisposeAsync();
    }

    [Fact]
    public async Task Damaged_content_is_named_and_leaves_nothing()
    {
        var good = ServedImage.Tar(ServedImage.File("good", "content"));
        var second = ServedImage.Tar(ServedImage.File("second", "content"));
        ServedImage.Serve(_registry, "good", good);
        var before = await StoreState.OfAsync(_daemon);

        var digest = ServedImage.Serve(_registry, "manifest", good);
        _registry.Manifests["manifest:" + digest] = (ServedImage.ManifestType, [.. _registry.Manifests["manifest:" + digest].Bytes, (byte)' ']);
        await FailsAsync("manifest@" + digest, "manifest verification failed for digest " + digest);

        // the first layer is good: what came of it goes too
        var blob = ServedImage.Gzip(second);
        ServedImage.Serve(_registry, "blob", good, second);
        var layer = FakeRegistry.DigestOf(blob);
        _registry.Blobs[layer] = [.. blob[..^1], (byte)(blob[^1] ^ 1)];
        await FailsAsync("blob:1", "filesystem layer verification failed for digest " + layer);
        _registry.Blobs[layer] = blob;

        var wrong = "sha256:" + new string('1', 64);
        ServedImage.Serve(_registry, "diffid", (ServedImage.Gzip(good), FakeRegistry.DigestOf(good)), (blob, wrong));
        await FailsAsync("diffid:1", "layer verification failed for digest " + wrong);

        var big = ServedImage.Tar(ServedImage.File("big", Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(50_000))));
        ServedImage.Serve(_registry, "cutgzip", (ServedImage.Gzip(big)[..^1000], FakeRegistry.DigestOf(big)));
        await FailsAsync("cutgzip:1", $"unexpected EOF (layer {FakeRegistry.DigestOf(ServedImage.Gzip(big)[..^1000])})");
        ServedImage.Serve(_registry, "cuttar", big[..^20_000]);
        await FailsAsync("cuttar:1", $"unexpected EOF (layer {FakeRegistry.DigestOf(ServedImage.Gzip(big[..^20_000]))})");
        ServedImage.Serve(_registry, "nottar", Encoding.UTF8.GetBytes(new string('x', 2048)));
        await FailsAsync("nottar:1", "tar");

        Assert.Equal(before, await StoreState.OfAsync(_daemon));
        (await _daemon.DockerAsync("pull", "-q", $"{_registry.Host}/good:1")).Succeeded();
    }

    [Theory]
    [InlineData("dots", "../climbs")]
    [InlineData("inner", "a/../../climbs")]
    [InlineData("symlink", "link/climbs")]
    [InlineData("hardlink", "hard")]
    [InlineData("hardlink-through-symlink", "hard")]
    public async Task A_layer_that_climbs_out_is_refused(string kind, string entry)
    {
        var outside = Path.Combine(_daemon.Directory, "outside");
        Directory.CreateDirectory(outside);
        await File.WriteAllTextAsync(outside + "/secret", "secret");
        TarEntry[] entries = kind switch
        {
            "symlink" => [ServedImage.Link(TarEntryType.SymbolicLink, "link", outside), ServedImage.File(entry, "x")],
            "hardlink" => [ServedImage.Link(TarEntryType.HardLink, entry, "../../../../" + outside + "/secret"), ServedImage.File(entry, "overwritten")],
            "hardlink-through-symlink" => [ServedImage.Link(TarEntryType.SymbolicLink, "link", outside), ServedImage.Link(TarEntryType.HardLink, entry, "link/secret")],
            _ => [ServedImage.File(entry, "x")],
        };
        var tar = ServedImage.Tar(entries);
        ServedImage.Serve(_registry, kind, tar);
        var before = await StoreState.OfAsync(_daemon);
        await FailsAsync($"{kind}:1", entry);

        // the same layer in an archive, and as a root file system
        var import = await _daemon.DockerAsync(["import", "-"], tar);
        Assert.NotEqual(0, import.ExitCode);
        Assert.Contains(entry, import.Error, StringComparison.Ordinal);
        var config = $$$"""{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":["{{{FakeRegistry.DigestOf(tar)}}}"]}}""";
        var archive = ServedImage.Tar(
            ServedImage.File("manifest.json", """[{"Config":"c.json","RepoTags":["climbs:1"],"Layers":["l.tar"]}]"""), ServedImage.File("c.json", config),
            new PaxTarEntry(TarEntryType.RegularFile, "l.tar") { DataStream = new MemoryStream(tar) });
        var load = await _daemon.DockerAsync(["load"], archive);
        Assert.NotEqual(0, load.ExitCode);
        Assert.Contains(entry, load.Error, StringComparison.Ordinal);

        Assert.Equal(before, await StoreState.OfAsync(_daemon));
        Assert.Equal("secret", await File.ReadAllTextAsync(outside + "/secret"));
        Assert.Equal([outside + "/secret"], Directory.GetFileSystemEntries(outside));
    }

    [Fact]
    public async Task Nonsense_documents_are_named_and_leave_nothing()
    {
        var tar = ServedImage.Tar(ServedImage.File("good", "content"));
        ServedImage.Serve(_registry, "nonsense", tar);
        var manifest = Encoding.UTF8.GetString(_registry.Manifests["nonsense:1"].Bytes);
        var before = await StoreState.OfAsync(_daemon);
        foreach (var (type, json, text) in ((string, string, string)[])
        [
            (ServedImage.ManifestType, "{\"schemaVersion\":2,", "manifest of"),
            (ServedImage.ManifestType, new string('[', 100_000), "manifest of"),
            (ServedImage.ManifestType, "{\"schemaVersion\":2,\"config\":" + new string('[', 5000) + new string(']', 5000) + "}", "manifest of"),
            (ServedImage.ManifestType, manifest + new string(' ', 5 << 20), "larger than the limit of 4194304 bytes"),
            ("text/html", "<html>log in to the hotel's network</html>", "text/html"),
            ("application/vnd.docker.distribution.manifest.v1+prettyjws", "{\"schemaVersion\":1}", "no longer supported"),
            (ServedImage.ManifestType, manifest.Replace("sha256:", "sha999:", StringComparison.Ordinal), "sha999:"),
            (ServedImage.ManifestType, manifest.Replace("\"size\":", "\"size\":-", StringComparison.Ordinal), "size"),
        ])
        {
            _registry.AddManifest("nonsense", "1", type, json);
            await FailsAsync("nonsense:1", text);
        }

        var config = Encoding.UTF8.GetBytes("{\"rootfs\":");
        var blob = ServedImage.Gzip(tar);
        _registry.AddManifest("nonsense", "1", ServedImage.ManifestType, ServedImage.Manifest(_registry.AddBlob("nonsense", config), config.Length, (_registry.AddBlob("nonsense", blob), blob.Length)));
        await FailsAsync("nonsense:1", "config");
        _registry.Intercept = request => request.Path.EndsWith("/tags/list", StringComparison.Ordinal) ? new(200, "{\"tags\":[1,"u8.ToArray(), "application/json") : null;
        var all = await _daemon.DockerAsync("pull", "-a", $"{_registry.Host}/nonsense");
        Assert.Equal(1, all.ExitCode);
        Assert.Contains("tag list of", all.Error, StringComparison.Ordinal);
        Assert.Equal(before, await StoreState.OfAsync(_daemon));
    }

    [Fact]
    public async Task Registries_that_refuse_stall_and_break_end_in_a_clear_error()
    {
        // each waits between its attempts: all at once
        var tar = ServedImage.Tar(ServedImage.File("good", "content"));
        foreach (var name in (string[])["loop", "busy", "broken"]) ServedImage.Serve(_registry, name, tar);
        var other = ServedImage.Tar(ServedImage.File("other", "content"));
        ServedImage.Serve(_registry, "short", other);
        var blob = FakeRegistry.DigestOf(ServedImage.Gzip(other));
        var size = _registry.Blobs[blob].Length;
        var asked = new ConcurrentDictionary<string, int>();
        _registry.Intercept = request =>
        {
            var name = request.Path.Split('/') is ["", "v2", var repository, ..] ? repository : "";
            var time = asked.AddOrUpdate(request.Path, 1, (_, n) => n + 1);
            return name switch
            {
                "loop" => new(401) { Headers = { ["WWW-Authenticate"] = $"Bearer realm=\"http://{_registry.Host}/token\",service=\"x\"" } },
                "busy" when request.Path.Contains("/manifests/", StringComparison.Ordinal) && time == 1 => new(429) { Headers = { ["Retry-After"] = "1" } },
                "broken" => new(503, "down for repair"u8.ToArray(), "text/plain"),
                "short" when request.Path.EndsWith(blob, StringComparison.Ordinal) => request.Header("Range") is null ? new(200, _registry.Blobs[blob], "application/octet-stream") { CutAfter = 20 } : new(206, []) { Headers = { ["Content-Range"] = $"bytes 20-{size - 1}/{size}" } },
                _ => null,
            };
        };
        var started = System.Diagnostics.Stopwatch.GetTimestamp();
        var pulls = await Task.WhenAll(((string[])["loop", "busy", "broken", "short"]).Select(name => _daemon.DockerAsync("pull", $"{_registry.Host}/{name}:1")));
        Assert.Equal([1, 0, 1, 1], pulls.Select(p => p.ExitCode));
        Assert.Contains("unauthorized: authentication required", pulls[0].Error, StringComparison.Ordinal);
        Assert.True(asked["/v2/loop/manifests/1"] <= 3, "asked without end");
        Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(started) >= TimeSpan.FromSeconds(1), "did not wait as it was asked to");
        Assert.Contains("received unexpected HTTP status: 503", pulls[2].Error, StringComparison.Ordinal);
        Assert.Contains($"blob {blob} ends after 20 of {size} bytes", pulls[3].Error, StringComparison.Ordinal);
        (await _daemon.DockerAsync("rmi", $"{_registry.Host}/busy:1")).Succeeded();
        (await _daemon.DockerAsync("image", "prune", "-f")).Succeeded();
        Assert.Empty(Directory.GetFileSystemEntries(_daemon.DataRoot + "/content/blobs/sha256"));
        Assert.Empty(Directory.GetFileSystemEntries(_daemon.DataRoot + "/content/ingest"));
    }

    [Fact]
    public async Task A_pull_goes_on_where_the_registry_died_also_after_the_daemon_did()
    {
        var tars = new byte[3][];
        for (var i = 0; i < 3; i++) tars[i] = ServedImage.Tar(ServedImage.File($"file{i}", Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(300_000))));
        ServedImage.Serve(_registry, "dies", tars);
        var blobs = tars.Select(tar => FakeRegistry.DigestOf(ServedImage.Gzip(tar))).ToList();
        var images = (await StoreState.OfAsync(_daemon)).Images;
        _registry.Intercept = request => request.Path.EndsWith(blobs[2], StringComparison.Ordinal)
            ? request.Header("Range") is null ? new(200, _registry.Blobs[blobs[2]], "application/octet-stream") { CutAfter = 250_000 } : new(503) : null;
        var pull = await _daemon.DockerAsync("pull", $"{_registry.Host}/dies:1");
        Assert.Equal(1, pull.ExitCode);
        Assert.Contains("503", pull.Error, StringComparison.Ordinal);
        Assert.Equal(images, (await StoreState.OfAsync(_daemon)).Images);

        await _daemon.KillAsync();
        await _daemon.LaunchAsync();
        _registry.Intercept = null;
        var asked = _registry.Requests.Count;
        (await _daemon.DockerAsync("pull", $"{_registry.Host}/dies:1")).Succeeded();
        var fetched = Assert.Single(_registry.Requests.Skip(asked), request => blobs.Any(b => request.Path.EndsWith(b, StringComparison.Ordinal)));
        Assert.Equal("bytes=250000-", fetched.Header("Range"));
    }

    private async Task FailsAsync(string name, string text)
    {
        var pull = await _daemon.DockerAsync("pull", $"{_registry.Host}/{name}");
        Assert.Equal(1, pull.ExitCode);
        Assert.Contains(text, pull.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', pull.Error.Trim());
    }
}

using System.Text;
using Davit.Oci;
using Davit.Primitives;
using Davit.Testing.Registry;

namespace Davit.Images.Tests;

public sealed class PullTests : IAsyncDisposable
{
    private readonly FakeRegistry _registry = new();
    private readonly Fixture _fixture = new();

    public async ValueTask DisposeAsync()
    {
        await _fixture.DisposeAsync();
        await _registry.DisposeAsync();
    }

    [Fact]
    public async Task Image_is_unpacked_recorded_and_reported_in_dockers_words()
    {
        var digest = await TestImages.ServeAsync(_registry, "library/two", "1", texts: ["one", "two"]);
        var name = $"{_registry.Host}/library/two:1";
        var image = await _fixture.PullAsync(name);

        Assert.Equal([name], image.Tags.Select(t => t.Familiar));
        Assert.Equal([$"{_registry.Host}/library/two@{digest}"], image.RepoDigests.Select(t => t.Familiar));
        var chain = await _fixture.Images.EnsureUnpackedAsync(image, CancellationToken.None);
        Assert.Equal("two content", await File.ReadAllTextAsync(Path.Combine(_fixture.Store.Layers.Find(chain[1])!.Directory, "two")));
        Assert.Equal("one contentof all".Length + "two contentof all".Length, image.Size);
        Assert.Equal("1: Pulling from library/two", _fixture.Progress.Lines[0]);
        Assert.Equal([$"Digest: {digest}", $"Status: Downloaded newer image for {name}"], _fixture.Progress.Lines.TakeLast(2));
        foreach (var word in (string[])["Pulling fs layer", "Downloading", "Verifying Checksum", "Download complete", "Extracting", "Pull complete"])
        {
            Assert.Equal(2, _fixture.Progress.Lines.Count(l => l.EndsWith(": " + word, StringComparison.Ordinal)));
        }

        _fixture.Progress.Clear();
        await _fixture.PullAsync(name);
        Assert.Equal(["1: Pulling from library/two", $"Digest: {digest}", $"Status: Image is up to date for {name}"], _fixture.Progress.Lines);
    }

    [Fact]
    public async Task Layer_that_is_here_is_not_fetched_again()
    {
        await TestImages.ServeAsync(_registry, "a", "1", texts: ["base"]);
        await TestImages.ServeAsync(_registry, "b", "1", texts: ["base", "top"]);
        await _fixture.PullAsync($"{_registry.Host}/a:1");
        _fixture.Progress.Clear();
        await _fixture.PullAsync($"{_registry.Host}/b:1");
        Assert.Single(_fixture.Progress.Lines, l => l.EndsWith(": Already exists", StringComparison.Ordinal));
        Assert.Single(_fixture.Progress.Lines, l => l.EndsWith(": Pull complete", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Index_gives_the_platform_and_is_kept_whole()
    {
        var amd = await TestImages.ServeAsync(_registry, "multi", "", MediaTypes.OciManifest, "amd64", "amd");
        var arm = await TestImages.ServeAsync(_registry, "multi", "", MediaTypes.OciManifest, "arm64", "arm");
        var index = _registry.AddManifest("multi", "latest", MediaTypes.OciIndex, $$"""
            {"schemaVersion":2,"mediaType":"{{MediaTypes.OciIndex}}","manifests":[
            {"mediaType":"{{MediaTypes.OciManifest}}","digest":"{{arm}}","size":1,"platform":{"architecture":"unknown","os":"unknown"} },
            {"mediaType":"{{MediaTypes.OciManifest}}","digest":"{{arm}}","size":1,"platform":{"architecture":"arm64","os":"linux","variant":"v8"} },
            {"mediaType":"{{MediaTypes.OciManifest}}","digest":"{{amd}}","size":1,"platform":{"architecture":"amd64","os":"linux"} }]}
            """);
        var name = $"{_registry.Host}/multi";
        var image = await _fixture.PullAsync(name, Platform.Parse("linux/amd64"));
        Assert.Equal("amd64", image.Config.Architecture);
        Assert.Equal((Digest.Parse(amd), (Digest?)Digest.Parse(index)), (image.Manifest!.Value, image.Index));
        Assert.True(_fixture.Store.Content.Contains(Digest.Parse(index)));
        Assert.Equal([$"{name}@{index}"], image.RepoDigests.Select(d => d.Familiar));
        Assert.Equal("arm64", (await _fixture.PullAsync($"{name}@{arm}")).Config.Architecture);

        var missing = await Assert.ThrowsAsync<DavitException>(() => _fixture.PullAsync(name, Platform.Parse("linux/s390x")));
        Assert.Equal((ErrorKind.NotFound, "no matching manifest for linux/s390x in the manifest list entries"), (missing.Kind, missing.Message));
    }

    [Fact]
    public async Task Two_callers_share_one_pull()
    {
        await TestImages.ServeAsync(_registry, "shared", "1", texts: ["one"]);
        var go = new TaskCompletionSource();
        var blobs = 0;
        _registry.Intercept = request =>
        {
            if (request.Path.Contains("/blobs/", StringComparison.Ordinal)) Interlocked.Increment(ref blobs);
            if (request.Path.Contains("/manifests/", StringComparison.Ordinal)) go.Task.GetAwaiter().GetResult();
            return null;
        };
        var other = new Recorder();
        var first = _fixture.PullAsync($"{_registry.Host}/shared:1");
        var second = _fixture.Images.PullAsync(Reference.Parse($"{_registry.Host}/shared:1"), null, null, other, CancellationToken.None);
        go.SetResult();
        Assert.Equal((await first).Id, (await second).Id);
        Assert.Equal(2, blobs);
        Assert.Equal(_fixture.Progress.Lines[^1], other.Lines[^1]);
    }

    [Fact]
    public async Task Interrupted_pull_goes_on_where_it_ended()
    {
        var text = Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(400_000));
        var tar = await TestImages.TarAsync(("big", text));
        var blob = TestImages.Gzip(tar);
        var digest = _registry.AddBlob("big", blob);
        var config = Encoding.UTF8.GetBytes(TestImages.ConfigJson([FakeRegistry.DigestOf(tar)]));
        _registry.AddManifest("big", "1", MediaTypes.DockerManifest, TestImages.ManifestJson(MediaTypes.DockerManifest, _registry.AddBlob("big", config), config.Length, [(digest, blob.Length)]));
        _registry.Intercept = request => request.Path.EndsWith(digest, StringComparison.Ordinal)
            ? request.Header("Range") is null ? new FakeResponse(200, blob, "application/octet-stream") { CutAfter = 200_000 } : FakeResponse.Error(403, "DENIED", "not now") : null;
        await Assert.ThrowsAsync<DavitException>(() => _fixture.PullAsync($"{_registry.Host}/big:1"));
        Assert.Empty(_fixture.Images.List());

        _registry.Intercept = null;
        await _fixture.RestartAsync();
        await _fixture.PullAsync($"{_registry.Host}/big:1");
        var range = _registry.Requests.Last(r => r.Path.EndsWith(digest, StringComparison.Ordinal)).Header("Range")!;
        Assert.StartsWith("bytes=", range);
        Assert.True(int.Parse(range[6..^1]) > 100_000, range);
    }

    [Fact]
    public async Task Damage_ends_in_a_clear_error_and_leaves_no_image()
    {
        var name = $"{_registry.Host}/bad:1";
        await TestImages.ServeAsync(_registry, "bad", "1", texts: ["one"]);
        var manifest = Encoding.UTF8.GetString(_registry.Manifests["bad:1"].Bytes);
        var layer = _registry.Blobs.Keys.Single(k => manifest.LastIndexOf(k, StringComparison.Ordinal) > manifest.IndexOf("layers", StringComparison.Ordinal));
        var good = _registry.Blobs[layer];
        async Task<string> FailAsync() => (await Assert.ThrowsAsync<DavitException>(() => _fixture.PullAsync(name))).Message;

        _registry.Blobs[layer] = [.. good[..^1], (byte)(good[^1] ^ 1)];
        Assert.Equal($"filesystem layer verification failed for digest {layer}", await FailAsync());
        _registry.Blobs[layer] = good[..^7];
        Assert.Contains($"blob {layer} ends after {good.Length - 7} of {good.Length} bytes", await FailAsync());
        _registry.Blobs[layer] = [.. good, 1, 2, 3];
        Assert.Contains($"{layer} is longer than the {good.Length} bytes", await FailAsync());
        _registry.Blobs[layer] = good;

        // a layer that is a good blob but not the layer that the configuration promises
        var config = Encoding.UTF8.GetBytes(TestImages.ConfigJson(["sha256:" + new string('1', 64)]));
        _registry.AddManifest("bad", "1", MediaTypes.DockerManifest, TestImages.ManifestJson(MediaTypes.DockerManifest, _registry.AddBlob("bad", config), config.Length, [(layer, good.Length)]));
        Assert.Contains("layer verification failed for digest sha256:1111", await FailAsync());
        config = Encoding.UTF8.GetBytes(TestImages.ConfigJson(["sha256:" + new string('1', 64), "sha256:" + new string('2', 64)]));
        _registry.AddManifest("bad", "1", MediaTypes.DockerManifest, TestImages.ManifestJson(MediaTypes.DockerManifest, _registry.AddBlob("bad", config), config.Length, [(layer, good.Length)]));
        Assert.Contains("layers from manifest don't match image configuration: 1 layers, 2 diff ids", await FailAsync());

        foreach (var (json, text) in ((string, string)[])
        [
            ("{\"schemaVersion\":2,", "manifest of"),
            ("[]", "is malformed"),
            ("{\"schemaVersion\":2,\"mediaType\":\"\\uDC00\"}", "is malformed"), // half of a surrogate pair
            ("{\"schemaVersion\":2,\"mediaType\":\"" + MediaTypes.OciManifest + "\",\"layers\":[]}", "a config has no digest"),
            ("{\"schemaVersion\":1,\"name\":\"x\",\"fsLayers\":[]}", "schema 1, which is no longer supported"),
            (manifest.Replace(layer, "sha256:zz", StringComparison.Ordinal), "sha256:zz"),
            (manifest.Replace(MediaTypes.DockerLayerGzip, "text/plain", StringComparison.Ordinal), "unsupported media type \"text/plain\""),
            (manifest.Replace(MediaTypes.DockerConfig, "application/vnd.cncf.helm.config.v1+json", StringComparison.Ordinal), "is not a container image"),
        ])
        {
            _registry.AddManifest("bad", "1", "application/json", json);
            Assert.Contains(text, await FailAsync());
        }

        Assert.Empty(_fixture.Images.List());
        Assert.Empty(_fixture.Store.Layers.List());
    }

    [Fact]
    public async Task Index_that_leads_too_deep_is_refused()
    {
        var below = await TestImages.ServeAsync(_registry, "deep", "", texts: ["one"]);
        for (var i = 0; i < 5; i++) below = _registry.AddManifest("deep", "1", MediaTypes.OciIndex, $$"""{"schemaVersion":2,"manifests":[{"mediaType":"{{(i == 0 ? MediaTypes.DockerManifest : MediaTypes.OciIndex)}}","digest":"{{below}}","size":1}]}""");
        Assert.Contains("nested deeper", (await Assert.ThrowsAsync<DavitException>(() => _fixture.PullAsync($"{_registry.Host}/deep:1"))).Message);
    }

    [Fact]
    public async Task Registry_that_dies_in_the_middle_leaves_no_image()
    {
        await TestImages.ServeAsync(_registry, "dies", "1", texts: ["one", "two"]);
        _registry.Intercept = request =>
        {
            if (request.Path.Contains("/blobs/", StringComparison.Ordinal)) _registry.Kill();
            return null;
        };
        var problem = await Assert.ThrowsAsync<DavitException>(() => _fixture.PullAsync($"{_registry.Host}/dies:1"));
        Assert.Contains("connection refused", problem.Message);
        Assert.Empty(_fixture.Images.List());
    }

    [Fact]
    public async Task Cancelled_pull_ends_and_can_be_done_again()
    {
        await TestImages.ServeAsync(_registry, "slow", "1", texts: ["one"]);
        using var cancel = new CancellationTokenSource();
        var asked = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        _registry.Intercept = request =>
        {
            if (!request.Path.Contains("/blobs/", StringComparison.Ordinal)) return null;
            asked.TrySetResult();
            go.Task.GetAwaiter().GetResult();
            return null;
        };
        var pull = _fixture.Images.PullAsync(Reference.Parse($"{_registry.Host}/slow:1"), null, null, _fixture.Progress, cancel.Token);
        await asked.Task;
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pull);
        go.SetResult();
        await _fixture.PullAsync($"{_registry.Host}/slow:1");
        await _fixture.RestartAsync();
        Assert.Single(_fixture.Images.List());
    }
}

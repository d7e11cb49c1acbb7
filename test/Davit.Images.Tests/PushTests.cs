using System.Text;
using System.Text.Json;
using Davit.Oci;
using Davit.Oci.Image;
using Davit.Primitives;
using Davit.Testing.Registry;

namespace Davit.Images.Tests;

public sealed class PushTests : IAsyncDisposable
{
    private readonly FakeRegistry _registry = new();
    private readonly Fixture _fixture = new();

    public async ValueTask DisposeAsync()
    {
        await _fixture.DisposeAsync();
        await _registry.DisposeAsync();
    }

    [Fact]
    public async Task Image_made_here_is_compressed_pushed_and_pulled_back_the_same()
    {
        var name = $"{_registry.Host}/made:1";
        var made = await _fixture.Images.ImportAsync(new MemoryStream(await TestImages.TarAsync(("hello", "world"))), Reference.Parse(name), new() { Cmd = ["sh"] }, null, null, _fixture.Progress, CancellationToken.None);
        Assert.Equal(made.Id.ToString(), _fixture.Progress.Lines.Single());
        _fixture.Progress.Clear();
        await _fixture.PushAsync(name);
        var diff = made.Config.RootFs.DiffIds[0].Short;
        var (type, bytes) = _registry.Manifests["made:1"];
        var digest = FakeRegistry.DigestOf(bytes);
        Assert.Equal(MediaTypes.DockerManifest, type);
        Assert.Equal($"The push refers to repository [{_registry.Host}/made]", _fixture.Progress.Lines[0]);
        Assert.Contains($"{diff}: Preparing", _fixture.Progress.Lines);
        Assert.Contains($"{diff}: Pushed", _fixture.Progress.Lines);
        Assert.Equal($"1: digest: {digest} size: {bytes.Length}", _fixture.Progress.Lines[^2]);
        Assert.Equal($$"""{"Tag":"1","Digest":"{{digest}}","Size":{{bytes.Length}}}""", _fixture.Progress.Events[^1].AuxJson);

        _fixture.Progress.Clear();
        await _fixture.PushAsync(name);
        Assert.Contains($"{diff}: Layer already exists", _fixture.Progress.Lines);
        Assert.Contains(digest, _fixture.Images.Resolve(name).RepoDigests.Single().ToString());

        await using var other = new Fixture();
        var back = await other.PullAsync($"{_registry.Host}/made@{digest}");
        Assert.Equal(made.Id, back.Id);
        var chain = await other.Images.EnsureUnpackedAsync(back, CancellationToken.None);
        Assert.Equal("world", await File.ReadAllTextAsync(Path.Combine(other.Store.Layers.Find(chain[0])!.Directory, "hello")));
    }

    [Fact]
    public async Task Pulled_image_goes_on_under_the_same_digest_with_its_blobs_mounted()
    {
        var digest = await TestImages.ServeAsync(_registry, "from", "1", MediaTypes.OciManifest, "amd64", "one", "two");
        await _fixture.PullAsync($"{_registry.Host}/from:1");
        await _fixture.RestartAsync();
        await _fixture.Images.TagAsync($"{_registry.Host}/from:1", Reference.Parse($"{_registry.Host}/to:2"), CancellationToken.None);
        await _fixture.PushAsync($"{_registry.Host}/to:2");
        Assert.Equal(digest, FakeRegistry.DigestOf(_registry.Manifests["to:2"].Bytes));
        Assert.Equal(2, _fixture.Progress.Lines.Count(l => l.EndsWith(": Mounted from from", StringComparison.Ordinal)));

        await using var elsewhere = new FakeRegistry();
        await _fixture.Images.TagAsync($"{_registry.Host}/from:1", Reference.Parse($"{elsewhere.Host}/to:2"), CancellationToken.None);
        await _fixture.PushAsync($"{elsewhere.Host}/to:2");
        Assert.Equal(digest, FakeRegistry.DigestOf(elsewhere.Manifests["to:2"].Bytes));
        Assert.All(JsonDocument.Parse(elsewhere.Manifests["to:2"].Bytes).RootElement.GetProperty("layers").EnumerateArray(), l => Assert.True(elsewhere.Blobs.ContainsKey(l.GetProperty("digest").GetString()!)));
    }

    [Fact]
    public async Task Image_made_on_a_pulled_one_pushes_the_base_as_it_came()
    {
        await TestImages.ServeAsync(_registry, "base", "1", texts: ["one"]);
        var baseImage = await _fixture.PullAsync($"{_registry.Host}/base:1");
        var chain = await _fixture.Images.EnsureUnpackedAsync(baseImage, CancellationToken.None);
        var layer = await _fixture.Store.Layers.ApplyAsync(chain, null, new MemoryStream(await TestImages.TarAsync(("top", "of it"))), CancellationToken.None);
        var config = baseImage.Config with { RootFs = new() { DiffIds = [.. baseImage.Config.RootFs.DiffIds, layer.DiffId] } };
        var image = await _fixture.Images.CreateAsync(config, [Reference.Parse($"{_registry.Host}/child:1")], baseImage.Id, CancellationToken.None);
        Assert.Equal(baseImage.Id, image.Parent);
        await _fixture.PushAsync($"{_registry.Host}/child:1");
        var layers = JsonSerializer.Deserialize(_registry.Manifests["child:1"].Bytes, ImageJson.Default.ImageManifest)!.Layers;
        Assert.Equal(JsonSerializer.Deserialize(_registry.Manifests["base:1"].Bytes, ImageJson.Default.ImageManifest)!.Layers[0].Digest, layers[0].Digest);
        Assert.Equal(2, layers.Count);
    }

    [Fact]
    public async Task Refusals_are_told_as_docker_tells_them()
    {
        var name = $"{_registry.Host}/none:1";
        Assert.Equal($"An image does not exist locally with the tag: {_registry.Host}/none", (await Assert.ThrowsAsync<DavitException>(() => _fixture.PushAsync(name))).Message);
        await _fixture.Images.ImportAsync(new MemoryStream(await TestImages.TarAsync(("a", "b"))), Reference.Parse(name), new(), null, null, _fixture.Progress, CancellationToken.None);
        _registry.Intercept = request => request.Method == "POST" ? FakeResponse.Error(403, "DENIED", "requested access to the resource is denied") : null;
        Assert.Equal("denied: requested access to the resource is denied", (await Assert.ThrowsAsync<DavitException>(() => _fixture.PushAsync(name))).Message);
        _registry.Intercept = null;
        _registry.Account = "u:p";
        var problem = await Assert.ThrowsAsync<DavitException>(() => _fixture.PushAsync(name));
        Assert.Equal(ErrorKind.Unauthorized, problem.Kind);
        Assert.EndsWith(": no basic auth credentials", problem.Message);
        await _fixture.Images.PushAsync(Reference.Parse(name), null, new("u", "p", null, null), _fixture.Progress, CancellationToken.None);
    }
}

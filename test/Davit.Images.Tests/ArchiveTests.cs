using System.Text;
using Davit.Archive.Tar;
using Davit.Oci;
using Davit.Primitives;
using Davit.Testing.Registry;

namespace Davit.Images.Tests;

public sealed class ArchiveTests : IAsyncDisposable
{
    private readonly FakeRegistry _registry = new();
    private readonly Fixture _fixture = new();

    public async ValueTask DisposeAsync()
    {
        await _fixture.DisposeAsync();
        await _registry.DisposeAsync();
    }

    [Fact]
    public async Task Saved_images_load_elsewhere_with_names_layers_and_digest()
    {
        var digest = await TestImages.ServeAsync(_registry, "pulled", "1", MediaTypes.OciManifest, "amd64", "one", "two");
        var pulled = await _fixture.PullAsync($"{_registry.Host}/pulled:1");
        var made = await ImportAsync("made:1");
        var first = await SaveAsync($"{_registry.Host}/pulled:1", "made:1");
        Assert.Equal(first, await SaveAsync($"{_registry.Host}/pulled:1", "made:1"));

        await using var other = new Fixture();
        await other.Images.LoadAsync(new MemoryStream(TestImages.Gzip(first)), null, false, other.Progress, CancellationToken.None);
        Assert.Equal([$"Loaded image: {_registry.Host}/pulled:1", "Loaded image: made:1"], other.Progress.Events.Where(e => e.Stream is not null).Select(e => e.Stream!.TrimEnd('\n')));
        Assert.Equal((pulled.Id, made.Id), (other.Images.Resolve($"{_registry.Host}/pulled:1").Id, other.Images.Resolve("made:1").Id));
        Assert.Equal(first, await SaveAsync(other, $"{_registry.Host}/pulled:1", "made:1"));
        await using var elsewhere = new FakeRegistry();
        await other.Images.TagAsync($"{_registry.Host}/pulled:1", Reference.Parse($"{elsewhere.Host}/x:1"), CancellationToken.None);
        await other.PushAsync($"{elsewhere.Host}/x:1");
        Assert.Equal(digest, FakeRegistry.DigestOf(elsewhere.Manifests["x:1"].Bytes));
    }

    [Fact]
    public async Task Classic_archive_with_linked_layers_loads_and_moves_the_name()
    {
        var old = await ImportAsync("classic:1");
        var (one, two) = (await TestImages.TarAsync(("one", "1")), await TestImages.TarAsync(("two", "2")));
        var config = Encoding.UTF8.GetBytes(TestImages.ConfigJson([FakeRegistry.DigestOf(one), FakeRegistry.DigestOf(two), FakeRegistry.DigestOf(one)]));
        var tar = await TarAsync(
            (File("abc/layer.tar"), TestImages.Gzip(one)),
            (File("def/layer.tar"), two),
            (Link("ghi/layer.tar", "../abc/layer.tar"), []),
            (File("config.json"), config),
            (File("manifest.json"), """[{"Config":"config.json","RepoTags":["classic:1"],"Layers":["abc/layer.tar","def/layer.tar","ghi/layer.tar"]}]"""u8.ToArray()));
        _fixture.Progress.Clear();
        await _fixture.Images.LoadAsync(new MemoryStream(tar), null, false, _fixture.Progress, CancellationToken.None);
        Assert.Equal([$"The image classic:1 already exists, renaming the old one with ID {old.Id} to empty string", "Loaded image: classic:1"], _fixture.Progress.Events.Where(e => e.Stream is not null).Select(e => e.Stream!.TrimEnd('\n')));
        Assert.Equal(FakeRegistry.DigestOf(config), _fixture.Images.Resolve("classic:1").Id.ToString());
        Assert.Equal(3, (await _fixture.Images.EnsureUnpackedAsync(_fixture.Images.Resolve("classic:1"), CancellationToken.None)).Count);
        Assert.Empty(_fixture.Images.Resolve(old.Id.ToString()).Tags);
    }

    [Fact]
    public async Task Layout_alone_loads_through_a_nested_index()
    {
        var layer = TestImages.Gzip(await TestImages.TarAsync(("f", "x")));
        var config = Encoding.UTF8.GetBytes(TestImages.ConfigJson([FakeRegistry.DigestOf(await TestImages.TarAsync(("f", "x")))]));
        var manifest = Encoding.UTF8.GetBytes(TestImages.ManifestJson(MediaTypes.OciManifest, FakeRegistry.DigestOf(config), config.Length, [(FakeRegistry.DigestOf(layer), layer.Length)]));
        string Entry(string type, byte[] bytes, string more) => $$"""{"schemaVersion":2,"manifests":[{"mediaType":"{{type}}","digest":"{{FakeRegistry.DigestOf(bytes)}}","size":{{bytes.Length}}{{more}}}]}""";
        var nested = Encoding.UTF8.GetBytes(Entry(MediaTypes.OciManifest, manifest, ""));
        var index = Encoding.UTF8.GetBytes(Entry(MediaTypes.OciIndex, nested, ""","annotations":{"org.opencontainers.image.ref.name":"localhost/nested:2"}"""));
        (TarEntry, byte[]) Blob(byte[] bytes) => (File("blobs/sha256/" + FakeRegistry.DigestOf(bytes)[7..]), bytes);
        await _fixture.Images.LoadAsync(new MemoryStream(await TarAsync(Blob(layer), Blob(config), Blob(manifest), Blob(nested), (File("index.json"), index), (File("oci-layout"), "{}"u8.ToArray()))), null, true, _fixture.Progress, CancellationToken.None);
        Assert.Equal(["Loaded image: localhost/nested:2"], _fixture.Progress.Lines);
    }

    [Fact]
    public async Task Bad_archives_are_refused_and_leave_nothing()
    {
        async Task FailAsync(byte[] tar, string text)
        {
            var problem = await Assert.ThrowsAsync<DavitException>(() => _fixture.Images.LoadAsync(new MemoryStream(tar), null, false, _fixture.Progress, CancellationToken.None));
            Assert.Contains(text, problem.Message);
        }

        var layer = await TestImages.TarAsync(("f", new string('x', 3 << 20)));
        var config = Encoding.UTF8.GetBytes(TestImages.ConfigJson(["sha256:" + new string('0', 64)]));
        var list = """[{"Config":"c.json","RepoTags":["x:1"],"Layers":["l.tar"]}]"""u8.ToArray();
        await FailAsync(await TarAsync((File("a"), [1])), "neither manifest.json nor index.json");
        await FailAsync(await TarAsync((File("manifest.json"), "[{"u8.ToArray())), "manifest.json of archive is malformed");
        await FailAsync(await TarAsync((File("manifest.json"), list)), "\"c.json\", which is not in it");
        await FailAsync(await TarAsync((File("manifest.json"), list), (File("c.json"), config)), "\"l.tar\", which is not in it");
        await FailAsync(await TarAsync((File("manifest.json"), list), (File("c.json"), config), (File("l.tar"), layer)), "layer verification failed for digest sha256:000");
        await FailAsync(await TarAsync((File("manifest.json"), list), (File("c.json"), "[]"u8.ToArray()), (File("l.tar"), layer)), "configuration of archive is malformed");
        await FailAsync(await TarAsync((File("blobs/sha256/" + new string('a', 64)), layer)), "another digest than its name says");
        await FailAsync((await TarAsync((File("manifest.json"), list), (File("l.tar"), layer)))[..^(1 << 20)], "unexpected EOF");
        await FailAsync("this is no tar at all, only text that is long enough to be looked at as one, at least five hundred and twelve bytes of it"u8.ToArray(), "");
        Assert.Empty(_fixture.Images.List());
        Assert.Empty(_fixture.Store.Content.List());
        Assert.Empty(_fixture.Store.Layers.List());
    }

    [Fact]
    public async Task Unknown_name_cannot_be_saved()
    {
        Assert.Equal("No such image: nope", (await Assert.ThrowsAsync<DavitException>(() => SaveAsync("nope"))).Message);
    }

    private static TarEntry File(string name) => new() { Name = name, Kind = TarEntryKind.File, Mode = 0x1A4 };

    private static TarEntry Link(string name, string target) => new() { Name = name, Kind = TarEntryKind.SymbolicLink, Mode = 0x1FF, LinkTarget = target };

    private static async Task<byte[]> TarAsync(params (TarEntry Entry, byte[] Bytes)[] entries)
    {
        var stream = new MemoryStream();
        await using var writer = new TarWriter(stream);
        foreach (var (entry, bytes) in entries) await writer.WriteAsync(entry, bytes, CancellationToken.None);
        await writer.FinishAsync(CancellationToken.None);
        return stream.ToArray();
    }

    private async Task<Image> ImportAsync(string name) =>
        await _fixture.Images.ImportAsync(new MemoryStream(await TestImages.TarAsync(("file", name))), Reference.Parse(name), new(), null, null, _fixture.Progress, CancellationToken.None);

    private Task<byte[]> SaveAsync(params string[] names) => SaveAsync(_fixture, names);

    private static async Task<byte[]> SaveAsync(Fixture fixture, params string[] names)
    {
        var stream = new MemoryStream();
        await fixture.Images.SaveAsync(names, null, stream, CancellationToken.None);
        return stream.ToArray();
    }
}

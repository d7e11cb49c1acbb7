using Davit.Oci;

namespace Davit.Storage.Tests;

public sealed class CollectionTests : IAsyncDisposable
{
    private readonly StoreFixture _fixture = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Store Store => _fixture.Store;

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task What_is_named_used_or_leased_stays_and_the_rest_goes()
    {
        var named = await BlobAsync("named");
        var held = await BlobAsync("held");
        var loose = await BlobAsync("loose");
        var below = await LayerAsync([], "below");
        var above = await LayerAsync([below], "above");
        var used = await LayerAsync([], "used");
        var looseLayer = await LayerAsync([], "loose");
        Store.Layers.CreateRootFs("c", [used], ephemeral: true);

        var lease = Store.Leases.Begin();
        lease.Hold(held);
        var made = await BlobAsync("made under the lease");
        var asked = await BlobAsync("asked");
        Assert.True(Store.Content.Contains(asked));

        var result = await Store.CollectAsync(new HashSet<Digest> { named }, new HashSet<Digest> { above }, null, Cancellation);
        Assert.Equal([loose], result.Blobs);
        Assert.Equal([looseLayer], result.Layers);
        Assert.Equal(10, result.BytesFreed);
        Assert.All([named, held, made, asked], digest => Assert.True(File.Exists(Store.Content.PathOf(digest))));
        Assert.NotNull(Store.Layers.Find(below));
        Assert.False(File.Exists(Store.Content.PathOf(loose)));

        lease.Dispose();
        lease.Dispose();
        Store.Layers.RemoveRootFs("c");
        result = await Store.CollectAsync(new HashSet<Digest>(), new HashSet<Digest>(), null, Cancellation);
        Assert.Equal(4, result.Blobs.Count);
        Assert.Equal(3, result.Layers.Count);
        Assert.Empty(Store.Content.List());
        Assert.Empty(Store.Layers.List());
    }

    [Fact]
    public async Task Interrupted_writes_go_when_asked_but_not_the_running_one()
    {
        var stopped = Digest.Sha256("stopped"u8);
        await using (var writer = await Store.Content.BeginWriteAsync(stopped, Cancellation)) await writer.WriteAsync("stop"u8.ToArray(), Cancellation);
        var running = Digest.Sha256("running"u8);
        await using var live = await Store.Content.BeginWriteAsync(running, Cancellation);
        await live.WriteAsync("run"u8.ToArray(), Cancellation);
        var result = await Store.CollectAsync(new HashSet<Digest>(), new HashSet<Digest>(), new HashSet<Digest>(), Cancellation);
        Assert.Equal(4, result.BytesFreed);
        await live.WriteAsync("ning"u8.ToArray(), Cancellation);
        Assert.Equal(running, await live.CommitAsync(Cancellation));
    }

    [Fact]
    public async Task The_check_finds_damage_and_repairs_it()
    {
        var good = await BlobAsync("good");
        var bad = await BlobAsync("bad");
        var missing = await BlobAsync("missing");
        var layer = await LayerAsync([], "file");
        var usedLayer = await LayerAsync([], "used");
        Store.Layers.CreateRootFs("c", [usedLayer], ephemeral: false);
        Assert.Empty((await Store.CheckAsync(repair: false, Cancellation)).Findings);

        await File.WriteAllTextAsync(Store.Content.PathOf(bad), "BAD", Cancellation);
        File.Delete(Store.Content.PathOf(missing));
        await File.WriteAllTextAsync(Store.Layers.Find(layer)!.Directory + "/f", "FILE", Cancellation);
        await File.WriteAllTextAsync(Store.Layers.Find(usedLayer)!.Directory + "/f", "USED", Cancellation);
        Directory.CreateDirectory(_fixture.Instance.DataRoot + "/layers/stray");
        await File.WriteAllTextAsync(_fixture.Instance.DataRoot + "/content/blobs/sha256/stray", "", Cancellation);

        var report = await Store.CheckAsync(repair: false, Cancellation);
        Assert.Equal(6, report.Findings.Count);
        Assert.All(report.Findings, finding => Assert.Null(finding.Repair));
        report = await Store.CheckAsync(repair: true, Cancellation);
        Assert.Equal(6, report.Findings.Count);
        Assert.Equal("kept: a container stands on it", Assert.Single(report.Findings, finding => finding.Subject.EndsWith(usedLayer.ToString(), StringComparison.Ordinal)).Repair);
        report = await Store.CheckAsync(repair: false, Cancellation);
        Assert.Single(report.Findings);
        Assert.Equal([good], Store.Content.List().Select(blob => blob.Key));
    }

    private async Task<Digest> BlobAsync(string text)
    {
        await using var writer = await Store.Content.BeginWriteAsync(null, Cancellation);
        await writer.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text), Cancellation);
        return await writer.CommitAsync(Cancellation);
    }

    private async Task<Digest> LayerAsync(IReadOnlyList<Digest> parents, string content)
    {
        var tar = await Tars.WriteAsync(Tars.File("f", content));
        return (await Store.Layers.ApplyAsync(parents, null, new MemoryStream(tar), Cancellation)).ChainId;
    }
}

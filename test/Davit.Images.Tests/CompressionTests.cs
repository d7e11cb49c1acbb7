using Davit.Oci;
using Davit.Testing.Registry;

namespace Davit.Images.Tests;

public sealed class CompressionTests : IAsyncDisposable
{
    private readonly FakeRegistry _registry = new();
    private readonly Fixture _fixture = new();

    public async ValueTask DisposeAsync()
    {
        await _fixture.DisposeAsync();
        await _registry.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Layer_is_compressed_where_that_helps_and_comes_back_the_same(bool random)
    {
        var bytes = new byte[2_500_000];
        if (random) new Random(1).NextBytes(bytes);
        var tar = await TestImages.TarAsync(("file", bytes));
        var image = await _fixture.Images.ImportAsync(new MemoryStream(tar), Reference.Parse($"{_registry.Host}/c:1"), new(), null, null, _fixture.Progress, CancellationToken.None);
        await _fixture.PushAsync($"{_registry.Host}/c:1");
        var blob = _registry.Blobs.Values.Max(b => b.Length);
        Assert.True(random ? blob < tar.Length * 1.001 : blob < tar.Length / 50, $"{blob} of {tar.Length}");
        await using var other = new Fixture();
        Assert.Equal(image.Id, (await other.PullAsync($"{_registry.Host}/c:1")).Id);
    }
}

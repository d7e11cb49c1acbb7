using System.Security.Cryptography;
using Davit.Oci;
using Davit.Primitives;
using Davit.Storage.Content;

namespace Davit.Storage.Tests;

public sealed class ContentStoreTests : IAsyncDisposable
{
    private readonly StoreFixture _fixture = new();
    private readonly byte[] _bytes = RandomNumberGenerator.GetBytes(300_000);

    private IContentStore Content => _fixture.Store.Content;

    private Digest Digest => Digest.Sha256(_bytes);

    private string IngestDirectory => _fixture.Instance.DataRoot + "/content/ingest";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task A_blob_is_seen_when_committed_and_by_the_next_daemon()
    {
        await using (var writer = await Content.BeginWriteAsync(Digest, Cancellation))
        {
            await writer.WriteAsync(_bytes, Cancellation);
            Assert.False(Content.Contains(Digest));
            Assert.Equal(Digest, await writer.CommitAsync(Cancellation));
        }

        Assert.Equal(_bytes.Length, Content.SizeOf(Digest));
        Assert.Empty(Directory.GetFiles(IngestDirectory));
        await _fixture.ReopenAsync();
        Assert.Equal([new(Digest, _bytes.Length)], Content.List());
        Assert.Equal(_bytes, await ReadAsync(Digest));
        Assert.Equal(_bytes, await File.ReadAllBytesAsync(Content.PathOf(Digest), Cancellation));
        Content.Delete(Digest);
        Content.Delete(Digest);
        Assert.Equal(ErrorKind.NotFound, Assert.Throws<DavitException>(() => Content.OpenRead(Digest)).Kind);
    }

    [Fact]
    public async Task An_interrupted_write_resumes_where_it_stopped()
    {
        await using (var writer = await Content.BeginWriteAsync(Digest, Cancellation)) await writer.WriteAsync(_bytes.AsMemory(0, 100_000), Cancellation);
        await _fixture.ReopenAsync();
        await using (var writer = await Content.BeginWriteAsync(Digest, Cancellation))
        {
            Assert.Equal(100_000, writer.Offset);
            await writer.WriteAsync(_bytes.AsMemory(100_000, 100_000), Cancellation);
        }

        await using (var writer = await Content.BeginWriteAsync(Digest, Cancellation))
        {
            Assert.Equal(200_000, writer.Offset);
            await writer.WriteAsync(_bytes.AsMemory(200_000), Cancellation);
            await writer.CommitAsync(Cancellation);
        }

        Assert.Equal(_bytes, await ReadAsync(Digest));
    }

    [Fact]
    public async Task Starting_again_throws_away_what_was_there()
    {
        await using var writer = await Content.BeginWriteAsync(Digest, Cancellation);
        await writer.WriteAsync(new byte[400_000], Cancellation);
        writer.Restart();
        Assert.Equal(0, writer.Offset);
        await writer.WriteAsync(_bytes, Cancellation);
        await writer.CommitAsync(Cancellation);
        Assert.Equal(_bytes, await ReadAsync(Digest));
    }

    [Fact]
    public async Task Other_content_than_promised_is_data_loss_and_leaves_nothing()
    {
        await using (var writer = await Content.BeginWriteAsync(Digest, Cancellation))
        {
            await writer.WriteAsync(_bytes.AsMemory(1), Cancellation);
            var error = await Assert.ThrowsAsync<DavitException>(() => writer.CommitAsync(Cancellation));
            Assert.Equal(ErrorKind.DataLoss, error.Kind);
            Assert.Contains(Digest.ToString(), error.Message, StringComparison.Ordinal);
        }

        Assert.Empty(Directory.GetFiles(IngestDirectory));
        Assert.False(Content.Contains(Digest));
    }

    [Fact]
    public async Task Writers_of_one_digest_take_turns_and_the_second_finds_it_done()
    {
        var first = await Content.BeginWriteAsync(Digest, Cancellation);
        var others = Enumerable.Range(0, 8).Select(_ => Content.BeginWriteAsync(Digest, Cancellation)).ToArray();
        Assert.All(others, other => Assert.False(other.IsCompleted));
        using var impatient = new CancellationTokenSource();
        var givingUp = Content.BeginWriteAsync(Digest, impatient.Token);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => givingUp);
        await first.WriteAsync(_bytes, Cancellation);
        await first.CommitAsync(Cancellation);
        await first.DisposeAsync();
        foreach (var other in others)
        {
            await using var writer = await other;
            Assert.Equal(_bytes.Length, writer.Offset);
            Assert.Equal(Digest, await writer.CommitAsync(Cancellation));
        }
    }

    [Fact]
    public async Task Content_without_a_promised_digest_is_named_by_what_came()
    {
        await using (var writer = await Content.BeginWriteAsync(null, Cancellation))
        {
            await writer.WriteAsync(_bytes, Cancellation);
            Assert.Equal(Digest, await writer.CommitAsync(Cancellation));
        }

        await using (var writer = await Content.BeginWriteAsync(null, Cancellation)) await writer.WriteAsync(_bytes, Cancellation);
        Assert.Empty(Directory.GetFiles(IngestDirectory));
    }

    [Fact]
    public async Task Sha512_is_verified_too()
    {
        var digest = Digest.Parse("sha512:" + Convert.ToHexStringLower(SHA512.HashData(_bytes)));
        await using (var writer = await Content.BeginWriteAsync(digest, Cancellation))
        {
            await writer.WriteAsync(_bytes, Cancellation);
            Assert.Equal(digest, await writer.CommitAsync(Cancellation));
        }

        await _fixture.ReopenAsync();
        Assert.True(Content.Contains(digest));
    }

    private async Task<byte[]> ReadAsync(Digest digest)
    {
        var bytes = new MemoryStream();
        await using var stream = Content.OpenRead(digest);
        await stream.CopyToAsync(bytes, Cancellation);
        return bytes.ToArray();
    }
}

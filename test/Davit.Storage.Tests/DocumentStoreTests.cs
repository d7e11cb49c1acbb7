using System.Text;
using Davit.Primitives;
using Davit.Storage.Documents;

namespace Davit.Storage.Tests;

public sealed class DocumentStoreTests : IAsyncDisposable
{
    private readonly StoreFixture _fixture = new();

    private IDocumentStore Documents => _fixture.Store.Documents;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task Changes_are_there_for_the_next_daemon_in_their_order()
    {
        await Documents.WriteAsync([Put("a", "1", "x"), Put("a", "2", "y"), Put("b", "1", "z")], Cancellation);
        await Documents.WriteAsync([Put("a", "1", "new"), new("a", "2", null), new("a", "never", null)], Cancellation);
        _ = Documents.WriteAsync([Put("a", "3", "queued")], Cancellation);
        await Documents.WriteAsync([Put("a", "4", "")], Cancellation);
        await _fixture.ReopenAsync();
        Assert.Equal(["1=new", "3=queued", "4="], Texts("a"));
        Assert.Equal(["1=z"], Texts("b"));
        Assert.Empty(Texts("c"));
    }

    [Fact]
    public async Task Hundreds_of_writers_share_syncs()
    {
        var writes = Enumerable.Range(0, 600).Select(i => Documents.WriteAsync([Put("many", $"{i}", "value")], Cancellation)).ToArray();
        await Task.WhenAll(writes);
        Assert.Equal(600, Documents.LoadAll("many").Count);
    }

    [Fact]
    public async Task A_call_given_up_before_it_was_queued_changes_nothing()
    {
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Documents.WriteAsync([Put("a", "1", "x")], stop.Token));
        Assert.Empty(Documents.LoadAll("a"));
    }

    [Fact]
    public async Task A_data_root_has_one_daemon_at_a_time()
    {
        var error = Assert.Throws<DavitException>(() => Store.Open(_fixture.Instance, TimeProvider.System));
        Assert.Equal(ErrorKind.FailedPrecondition, error.Kind);
        Assert.Contains($"in use by another davitd, process {Environment.ProcessId}", error.Message, StringComparison.Ordinal);
        await _fixture.ReopenAsync();
    }

    [Fact]
    public async Task A_format_of_another_version_and_a_damaged_database_are_refused_by_name()
    {
        var root = _fixture.Instance.DataRoot;
        await _fixture.Store.DisposeAsync();
        await File.WriteAllTextAsync(root + "/format", "99\n", Cancellation);
        Assert.Contains("has format \"99\"", Assert.Throws<DavitException>(() => Store.Open(_fixture.Instance, TimeProvider.System)).Message, StringComparison.Ordinal);
        await File.WriteAllTextAsync(root + "/format", "1\n", Cancellation);
        await File.WriteAllTextAsync(root + "/davit.db", new string('x', 5000), Cancellation);
        var error = Assert.Throws<DavitException>(() => Store.Open(_fixture.Instance, TimeProvider.System));
        Assert.Equal(ErrorKind.DataLoss, error.Kind);
        Assert.Contains("davit.db", error.Message, StringComparison.Ordinal);
        File.Delete(root + "/davit.db");
        await _fixture.ReopenAsync();
    }

    private static DocumentChange Put(string collection, string key, string value) => new(collection, key, Encoding.UTF8.GetBytes(value));

    private IEnumerable<string> Texts(string collection) => Documents.LoadAll(collection).Select(pair => $"{pair.Key}={Encoding.UTF8.GetString(pair.Value)}").Order();
}

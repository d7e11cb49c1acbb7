using System.Text;
using Davit.Oci;
using Davit.Oci.Image;
using Davit.Primitives;
using Davit.Testing;
using Davit.Testing.Registry;

namespace Davit.RegistryClient.Tests;

public sealed class ClientTests : IAsyncDisposable
{
    private const string Json = """{"schemaVersion":2}""";
    private readonly FakeRegistry _registry = new();
    private readonly DistributionClient _client = New();

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _registry.DisposeAsync();
    }

    private static DistributionClient New(RegistryOptions? options = null) => new((options ?? new()) with { FirstDelay = TimeSpan.FromMilliseconds(2), Stall = TimeSpan.FromSeconds(2) }, TimeProvider.System);

    private Reference Name(string rest) => Reference.Parse($"{_registry.Host}/{rest}");

    private Task<FetchedManifest> GetAsync(string rest, Credential? credential = null) => _client.GetManifestAsync(Name(rest), credential, CancellationToken.None);

    private async Task<DavitException> FailAsync(string rest, Credential? credential = null) => await Assert.ThrowsAsync<DavitException>(() => GetAsync(rest, credential));

    [Fact]
    public async Task Manifest_comes_by_tag_and_by_digest_and_is_verified()
    {
        var digest = _registry.AddManifest("a/b", "1", MediaTypes.OciManifest, Json);
        foreach (var name in (string[])["a/b:1", $"a/b@{digest}"])
        {
            var manifest = await GetAsync(name);
            Assert.Equal((digest, MediaTypes.OciManifest, Json), (manifest.Digest.ToString(), manifest.MediaType, Encoding.UTF8.GetString(manifest.Bytes.Span)));
            Assert.Equal((digest, (long)Json.Length), ((await _client.ResolveAsync(Name(name), null, CancellationToken.None)).Digest.ToString(), (await _client.ResolveAsync(Name(name), null, CancellationToken.None)).Size));
        }

        _registry.Manifests[$"a/b:{digest}"] = (MediaTypes.OciManifest, "{}"u8.ToArray());
        var problem = await FailAsync($"a/b@{digest}");
        Assert.Equal(ErrorKind.DataLoss, problem.Kind);
        Assert.StartsWith($"manifest verification failed for digest {digest}", problem.Message);
    }

    [Fact]
    public async Task Manifest_that_is_too_large_or_schema_1_is_refused()
    {
        _registry.AddManifest("a", "big", MediaTypes.OciManifest, new string(' ', (4 << 20) + 1));
        Assert.Contains("larger than the limit of 4194304 bytes", (await FailAsync("a:big")).Message);
        _registry.AddManifest("a", "old", MediaTypes.DockerSchema1 + "+prettyjws", "{}");
        Assert.Contains("schema 1", (await FailAsync("a:old")).Message);
    }

    [Theory]
    [InlineData(404, "MANIFEST_UNKNOWN", "manifest unknown", "manifest for {0}/x:1 not found: manifest unknown: manifest unknown", ErrorKind.NotFound)]
    [InlineData(404, "NAME_UNKNOWN", "repository name not known to registry", "repository {0}/x not found: name unknown: repository name not known to registry", ErrorKind.NotFound)]
    [InlineData(403, "DENIED", "requested access to the resource is denied", "pull access denied for {0}/x, repository does not exist or may require 'docker login': denied: requested access to the resource is denied", ErrorKind.NotFound)]
    [InlineData(401, "UNAUTHORIZED", "authentication required", "unauthorized: authentication required", ErrorKind.Unauthorized)]
    [InlineData(400, "UNSUPPORTED", "no \\u001b[31mcolour", "unsupported: no  [31mcolour", ErrorKind.Internal)]
    public async Task Error_bodies_become_dockers_texts(int status, string code, string message, string text, ErrorKind kind)
    {
        _registry.Intercept = request => request.Path.Contains("manifests", StringComparison.Ordinal) ? FakeResponse.Error(status, code, message) : null;
        var problem = await FailAsync("x:1");
        Assert.Equal((kind, text.Replace("{0}", _registry.Host, StringComparison.Ordinal)), (problem.Kind, problem.Message));
    }

    [Theory]
    [InlineData(502, "<html>", "received unexpected HTTP status: 502 BadGateway")]
    [InlineData(418, "<html>", "error parsing HTTP 418 response body: \"<html>\"")]
    public async Task Other_answers_are_quoted(int status, string body, string text)
    {
        _registry.Intercept = request => request.Path.Contains("manifests", StringComparison.Ordinal) ? new(status, Encoding.UTF8.GetBytes(body), "text/html") : null;
        Assert.Equal(text, (await FailAsync("x:1")).Message);
    }

    [Fact]
    public async Task Nobody_there_is_told_with_the_address()
    {
        var port = TestRegistry.FreePort();
        var problem = await Assert.ThrowsAsync<DavitException>(() => _client.GetManifestAsync(Reference.Parse($"127.0.0.1:{port}/x"), null, CancellationToken.None));
        Assert.Equal($"Get \"http://127.0.0.1:{port}/v2/\": dial tcp 127.0.0.1:{port}: connect: connection refused", problem.Message);
    }

    [Fact]
    public async Task Busy_registry_is_asked_again_but_not_for_ever()
    {
        _registry.AddManifest("a", "1", MediaTypes.OciManifest, Json);
        var busy = 3;
        _registry.Intercept = request => request.Path.Contains("manifests", StringComparison.Ordinal) && Interlocked.Decrement(ref busy) >= 0 ? FakeResponse.Error(429, "TOOMANYREQUESTS", "slow down") : null;
        await GetAsync("a:1");
        busy = int.MaxValue;
        Assert.Equal("toomanyrequests: slow down", (await FailAsync("a:1")).Message);
        Assert.Equal(4 + 5, _registry.Requests.Count(r => r.Path.Contains("manifests", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Connection_that_is_hung_up_is_made_again()
    {
        _registry.AddManifest("a", "1", MediaTypes.OciManifest, Json);
        var hangUps = 2;
        _registry.Intercept = request => request.Path.Contains("manifests", StringComparison.Ordinal) && Interlocked.Decrement(ref hangUps) >= 0 ? new(200) { HangUp = true } : null;
        await GetAsync("a:1");
    }

    [Fact]
    public async Task Basic_authentication_needs_the_right_credential()
    {
        _registry.AddManifest("a", "1", MediaTypes.OciManifest, Json);
        _registry.Account = "user:secret";
        Assert.Equal($"Get \"http://{_registry.Host}/v2/a/manifests/1\": no basic auth credentials", (await FailAsync("a:1")).Message);
        var wrong = await FailAsync("a:1", new("user", "wrong"));
        Assert.Equal((ErrorKind.Unauthorized, "unauthorized: authentication required"), (wrong.Kind, wrong.Message));
        await GetAsync("a:1", new("user", "secret"));
    }

    [Fact]
    public async Task Bearer_token_is_fetched_for_the_scope_kept_and_renewed()
    {
        _registry.AddManifest("a/b", "1", MediaTypes.OciManifest, Json);
        (_registry.Bearer, _registry.Account) = (true, "user:secret");
        var user = new Credential("user", "secret");
        await GetAsync("a/b:1", user);
        await GetAsync("a/b:1", user);
        var asked = Assert.Single(_registry.Requests, r => r.Path == "/token");
        Assert.Equal(("user", "repository:a/b:pull", "fake, with comma"), (asked.Query("account"), asked.Query("scope"), asked.Query("service")));

        // another token was given out meanwhile: the kept one is refused, and renewed once
        await GetAsync("a/b:1", new("user", "secret", IdentityToken: "refresh-1"));
        var posted = Encoding.UTF8.GetString(_registry.Requests.Last(r => r.Path == "/token").Body);
        Assert.Contains("grant_type=refresh_token", posted);
        Assert.Contains("scope=repository%3Aa%2Fb%3Apull", posted);
        await GetAsync("a/b:1", user);
        Assert.Equal(3, _registry.Requests.Count(r => r.Path == "/token"));
        var problem = await FailAsync("a/b:1", new("user", "wrong"));
        Assert.Equal((ErrorKind.Unauthorized, "unauthorized: incorrect username or password"), (problem.Kind, problem.Message));
        Assert.Equal(ErrorKind.Unauthorized, (await FailAsync("a/b:1", new(null, null, RegistryToken: "made-up"))).Kind);
    }

    [Fact]
    public async Task Login_is_checked_and_gives_an_identity_token()
    {
        (_registry.Bearer, _registry.Account) = (true, "user:secret");
        Assert.Equal(new("Login Succeeded", "refresh-1"), await _client.LoginAsync($"http://{_registry.Host}/v1/", new("user", "secret"), CancellationToken.None));
        var problem = await Assert.ThrowsAsync<DavitException>(() => _client.LoginAsync(_registry.Host, new("user", "wrong"), CancellationToken.None));
        Assert.Equal((ErrorKind.Unauthorized, $"Get \"http://{_registry.Host}/v2/\": unauthorized: incorrect username or password"), (problem.Kind, problem.Message));

        await using var basic = new FakeRegistry { Account = "user:secret" };
        Assert.Equal("Login Succeeded", (await _client.LoginAsync(basic.Host, new("user", "secret"), CancellationToken.None)).Status);
        problem = await Assert.ThrowsAsync<DavitException>(() => _client.LoginAsync(basic.Host, new("user", "wrong"), CancellationToken.None));
        Assert.Equal($"login attempt to http://{basic.Host}/v2/ failed with status: 401 Unauthorized", problem.Message);
    }

    [Fact]
    public async Task Blob_that_breaks_off_is_taken_up_again_with_and_without_ranges()
    {
        var bytes = new byte[300_000];
        new Random(1).NextBytes(bytes);
        var blob = new Descriptor { Digest = Digest.Parse(_registry.AddBlob("a", bytes)), Size = bytes.Length };
        foreach (var ranges in (bool[])[true, false])
        {
            _registry.Ranges = ranges;
            var cuts = 3;
            _registry.Intercept = request =>
            {
                if (!request.Path.Contains("/blobs/", StringComparison.Ordinal) || Interlocked.Decrement(ref cuts) < 0) return null;
                var from = ranges && request.Header("Range") is { } range ? int.Parse(range[6..^1]) : 0;
                var response = new FakeResponse(from > 0 ? 206 : 200, bytes[from..]) { CutAfter = from > 0 ? 50_000 : 70_000 };
                if (from > 0) response.Headers["Content-Range"] = $"bytes {from}-{bytes.Length - 1}/{bytes.Length}";
                return response;
            };
            await using var stream = _client.OpenBlob(Name("a:1"), blob, 0, null);
            var copy = new MemoryStream();
            await stream.CopyToAsync(copy);
            Assert.Equal(bytes, copy.ToArray());
        }

        _registry.Intercept = null;
        await using var rest = _client.OpenBlob(Name("a:1"), blob, 299_000, null);
        var tail = new MemoryStream();
        await rest.CopyToAsync(tail);
        Assert.Equal(bytes[299_000..], tail.ToArray());
    }

    [Fact]
    public async Task Redirect_is_followed_without_the_credential()
    {
        await using var store = new FakeRegistry();
        var digest = _registry.AddBlob("a", "content"u8.ToArray());
        store.Intercept = request => request.Path == "/store" ? new(200, "content"u8.ToArray()) : null;
        _registry.Account = "user:secret";
        _registry.Intercept = request => request.Path.Contains("/blobs/", StringComparison.Ordinal) && request.Header("Authorization") is not null
            ? new(307) { Headers = { ["Location"] = $"http://{store.Host}/store?signature=x" } } : null;
        await using var stream = _client.OpenBlob(Name("a:1"), new() { Digest = Digest.Parse(digest), Size = 7 }, 0, new("user", "secret"));
        Assert.Equal("content", await new StreamReader(stream).ReadToEndAsync());
        Assert.Null(Assert.Single(store.Requests).Header("Authorization"));

        _registry.Intercept = request => request.Path.Contains("/manifests/", StringComparison.Ordinal) ? new(302) { Headers = { ["Location"] = request.Target } } : null;
        Assert.Contains("stopped after 10 redirects", (await FailAsync("a:1", new("user", "secret"))).Message);
    }

    [Fact]
    public async Task Mirrors_are_asked_first_and_get_no_credential()
    {
        await using var mirror = new FakeRegistry();
        mirror.AddManifest("lib/a", "1", MediaTypes.OciManifest, Json);
        _registry.AddManifest("lib/b", "1", MediaTypes.OciManifest, Json);
        var dead = new Uri($"http://127.0.0.1:{TestRegistry.FreePort()}");
        using var client = New(new() { Mirrors = new Dictionary<string, IReadOnlyList<Uri>> { [_registry.Host] = [dead, new($"http://{mirror.Host}")] } });
        await client.GetManifestAsync(Name("lib/a:1"), new("user", "secret"), CancellationToken.None);
        Assert.All(mirror.Requests, r => Assert.Null(r.Header("Authorization")));
        Assert.Empty(_registry.Requests);
        await client.GetManifestAsync(Name("lib/b:1"), null, CancellationToken.None);
        var problem = await Assert.ThrowsAsync<DavitException>(() => client.GetManifestAsync(Name("lib/c:1"), null, CancellationToken.None));
        Assert.Equal($"manifest for {_registry.Host}/lib/c:1 not found: manifest unknown: manifest unknown", problem.Message);
        Assert.Contains($"mirror http://{mirror.Host}/", problem.Hint);
    }

    [Fact]
    public async Task Blob_is_uploaded_once_mounted_where_it_can_be_and_begun_anew_when_it_breaks()
    {
        var bytes = new byte[200_000];
        new Random(2).NextBytes(bytes);
        var digest = Digest.Parse(FakeRegistry.DigestOf(bytes));
        var broken = 1;
        _registry.Intercept = request => request.Method == "PATCH" && Interlocked.Decrement(ref broken) >= 0 ? new(200) { HangUp = true } : null;
        var sent = new List<long>();
        Task<BlobPush> PushAsync(string name, params string[] from) => _client.PushBlobAsync(Name(name), digest, bytes.Length, () => new MemoryStream(bytes), from, new Collector(sent), null, CancellationToken.None);
        Assert.Equal(new(false, null), await PushAsync("a"));
        Assert.Equal(bytes, _registry.Blobs[digest.ToString()]);
        Assert.Equal(bytes.Length, sent[^1]);
        Assert.Equal(new(true, null), await PushAsync("a"));
        Assert.Equal(new(false, "a"), await PushAsync("b", "a"));
        Assert.Equal(new(false, null), await PushAsync("c", "nowhere"));
        await _client.PutManifestAsync(Name("c:1"), MediaTypes.OciManifest, "{}"u8.ToArray(), null, CancellationToken.None);
        Assert.Equal(MediaTypes.OciManifest, _registry.Manifests["c:1"].Type);
    }

    [Fact]
    public async Task Tags_come_page_by_page()
    {
        _registry.Intercept = request => !request.Path.EndsWith("/tags/list", StringComparison.Ordinal) ? null
            : request.Query("last") is null ? new(200, """{"name":"a","tags":["1","2"]}"""u8.ToArray()) { Headers = { ["Link"] = "</v2/a/tags/list?last=2>; rel=\"next\"" } } : new(200, """{"name":"a","tags":["3"]}"""u8.ToArray());
        Assert.Equal(["1", "2", "3"], await _client.ListTagsAsync(Name("a"), null, CancellationToken.None));
    }

    private sealed class Collector(List<long> values) : IProgress<long>
    {
        public void Report(long value) => values.Add(value);
    }
}

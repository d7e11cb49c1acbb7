using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Davit.Testing.Registry;

/// <summary>A registry in the test's own process: the distribution specification as far as a client needs it, with authentication and faults.</summary>
public sealed class FakeRegistry(IPAddress? address = null, X509Certificate2? certificate = null) : HttpServer(address, certificate)
{
    private readonly ConcurrentDictionary<string, byte[]> _uploads = new();
    private int _tokens;

    /// <summary>Blobs by digest.</summary>
    public ConcurrentDictionary<string, byte[]> Blobs { get; } = new();

    /// <summary>Repositories that a blob is in: <c>repository@digest</c>.</summary>
    public ConcurrentDictionary<string, bool> Links { get; } = new();

    /// <summary>Manifests by <c>repository:reference</c>.</summary>
    public ConcurrentDictionary<string, (string Type, byte[] Bytes)> Manifests { get; } = new();

    /// <summary>Asks for <c>user:password</c>; null asks for nothing.</summary>
    public string? Account { get; set; }

    /// <summary>Asks for bearer tokens, which its own <c>/token</c> gives.</summary>
    public bool Bearer { get; set; }

    /// <summary>Life of a token in seconds.</summary>
    public int TokenLife { get; set; } = 300;

    /// <summary>Answers ranges.</summary>
    public bool Ranges { get; set; } = true;

    /// <summary>Digest of bytes.</summary>
    public static string DigestOf(byte[] bytes) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>Adds a blob to a repository.</summary>
    public string AddBlob(string repository, byte[] bytes)
    {
        var digest = DigestOf(bytes);
        Blobs[digest] = bytes;
        Links[$"{repository}@{digest}"] = true;
        return digest;
    }

    /// <summary>Adds a manifest under its digest and a tag.</summary>
    public string AddManifest(string repository, string tag, string type, string json)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        var digest = DigestOf(bytes);
        Manifests[$"{repository}:{digest}"] = (type, bytes);
        if (tag.Length > 0) Manifests[$"{repository}:{tag}"] = (type, bytes);
        return digest;
    }

    /// <inheritdoc/>
    protected override FakeResponse Answer(FakeRequest request)
    {
        if (request.Path == "/token") return Token(request);
        if (!IsAllowed(request, out var refusal)) return refusal;
        if (request.Path == "/v2/") return new(200, "{}"u8.ToArray(), "application/json");
        var parts = request.Path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts is ["v2", .. var name, "manifests", var reference]) return Manifest(request, string.Join('/', name), reference);
        if (parts is ["v2", .. var ofTags, "tags", "list"]) return Tags(string.Join('/', ofTags));
        if (parts is ["v2", .. var ofUpload, "blobs", "uploads"]) return Begin(request, string.Join('/', ofUpload));
        if (parts is ["v2", .. var ofPart, "blobs", "uploads", var id]) return Continue(request, string.Join('/', ofPart), id);
        return parts is ["v2", .. var ofBlob, "blobs", var digest] ? Blob(request, string.Join('/', ofBlob), digest) : FakeResponse.Error(404, "UNSUPPORTED", "no such route");
    }

    private static string Basic(string account) => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(account));

    private FakeResponse Token(FakeRequest request)
    {
        var refresh = request.Method == "POST" && Encoding.UTF8.GetString(request.Body).Contains("refresh_token=refresh-1", StringComparison.Ordinal);
        if (Account is not null && !refresh && request.Header("Authorization") != Basic(Account)) return FakeResponse.Error(401, "UNAUTHORIZED", "incorrect username or password");
        var more = request.Query("offline_token") == "true" ? ",\"refresh_token\":\"refresh-1\"" : "";
        return new(200, Encoding.UTF8.GetBytes($$"""{"token":"token-{{Interlocked.Increment(ref _tokens)}}","expires_in":{{TokenLife}}{{more}}}"""), "application/json");
    }

    private bool IsAllowed(FakeRequest request, out FakeResponse refusal)
    {
        refusal = FakeResponse.Error(401, "UNAUTHORIZED", "authentication required");
        var given = request.Header("Authorization");
        if (Bearer)
        {
            var repository = request.Path.Split('/') is ["", "v2", .. var rest] && rest.Length > 2 ? string.Join('/', rest.TakeWhile(p => p is not ("manifests" or "blobs" or "tags"))) : null;
            var scope = repository is null ? "" : $",scope=\"repository:{repository}:pull\"";
            refusal.Headers["WWW-Authenticate"] = $"Bearer realm=\"http://{Host}/token\",service=\"fake, with comma\"{scope}";
            return given == $"Bearer token-{Volatile.Read(ref _tokens)}";
        }

        refusal.Headers["WWW-Authenticate"] = "Basic realm=\"fake\"";
        return Account is null || given == Basic(Account);
    }

    private FakeResponse Manifest(FakeRequest request, string repository, string reference)
    {
        if (request.Method == "PUT")
        {
            var digest = DigestOf(request.Body);
            Manifests[$"{repository}:{reference}"] = Manifests[$"{repository}:{digest}"] = (request.Header("Content-Type") ?? "", request.Body);
            return new(201) { Headers = { ["Docker-Content-Digest"] = digest } };
        }

        if (!Manifests.TryGetValue($"{repository}:{reference}", out var manifest)) return FakeResponse.Error(404, "MANIFEST_UNKNOWN", "manifest unknown");
        return new(200, manifest.Bytes, manifest.Type) { Headers = { ["Docker-Content-Digest"] = DigestOf(manifest.Bytes) } };
    }

    private FakeResponse Tags(string repository)
    {
        var tags = Manifests.Keys.Where(k => k.StartsWith(repository + ":", StringComparison.Ordinal) && !k.Contains("sha256", StringComparison.Ordinal)).Select(k => $"\"{k[(repository.Length + 1)..]}\"").Order();
        return new(200, Encoding.UTF8.GetBytes($$"""{"name":"{{repository}}","tags":[{{string.Join(',', tags)}}]}"""), "application/json");
    }

    private FakeResponse Blob(FakeRequest request, string repository, string digest)
    {
        if (!Blobs.TryGetValue(digest, out var bytes) || !Links.ContainsKey($"{repository}@{digest}")) return FakeResponse.Error(404, "BLOB_UNKNOWN", "blob unknown to registry");
        if (Ranges && request.Header("Range") is { } range && range.StartsWith("bytes=", StringComparison.Ordinal) && int.TryParse(range[6..].TrimEnd('-'), out var from))
        {
            return new(206, bytes[from..], "application/octet-stream") { Headers = { ["Content-Range"] = $"bytes {from}-{bytes.Length - 1}/{bytes.Length}" } };
        }

        return new(200, bytes, "application/octet-stream");
    }

    private FakeResponse Begin(FakeRequest request, string repository)
    {
        if (request.Query("mount") is { } digest && request.Query("from") is { } from && Links.ContainsKey($"{from}@{digest}"))
        {
            Links[$"{repository}@{digest}"] = true;
            return new(201) { Headers = { ["Location"] = $"/v2/{repository}/blobs/{digest}" } };
        }

        var id = Guid.NewGuid().ToString("N");
        _uploads[id] = [];
        return new(202) { Headers = { ["Location"] = $"/v2/{repository}/blobs/uploads/{id}?state=a%2Bb" } };
    }

    private FakeResponse Continue(FakeRequest request, string repository, string id)
    {
        if (!_uploads.TryGetValue(id, out var sofar) || request.Query("state") != "a+b") return FakeResponse.Error(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry");
        _uploads[id] = [.. sofar, .. request.Body];
        if (request.Method != "PUT") return new(202) { Headers = { ["Location"] = $"/v2/{repository}/blobs/uploads/{id}?state=a%2Bb" } };
        if (DigestOf(_uploads[id]) != request.Query("digest")) return FakeResponse.Error(400, "DIGEST_INVALID", "provided digest did not match uploaded content");
        AddBlob(repository, _uploads[id]);
        return new(201);
    }
}

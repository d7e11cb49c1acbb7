using System.Net;
using Davit.Oci;
using Davit.Oci.Image;
using Davit.Primitives;
using Davit.RegistryClient.Auth;
using Davit.RegistryClient.Blobs;
using Davit.RegistryClient.Endpoints;
using Davit.RegistryClient.Http;

namespace Davit.RegistryClient;

/// <summary>A client of registries (distribution-spec 1.1). One for the process: it pools connections, tokens and what it learnt about each registry.</summary>
public sealed class DistributionClient : IDisposable
{
    /// <summary>Manifests and indexes larger than this are refused.</summary>
    public const int MostManifestBytes = 4 << 20;

    private const int MostTagsBytes = 16 << 20;
    private const int MostPages = 1000;

    private static readonly string[] ManifestTypes =
        [MediaTypes.OciIndex, MediaTypes.DockerManifestList, MediaTypes.OciManifest, MediaTypes.DockerManifest, MediaTypes.DockerSchema1 + "+prettyjws"];

    private readonly TimeProvider _time;
    private readonly List<Transport> _earlier = [];
    private RegistryOptions _options;
    private HostRules _rules;
    private EndpointResolver _resolver;
    private PullEndpoints _pull;
    private Transport _transport;

    /// <summary>A client.</summary>
    public DistributionClient(RegistryOptions options, TimeProvider time)
    {
        _time = time;
        _options = options;
        _rules = new(options.Insecure);
        _resolver = new(options, _rules);
        _pull = new(_resolver, time);
        _transport = new(options, _rules, time);
    }

    /// <summary>Changes how registries are reached; what goes on already ends as it began.</summary>
    /// <param name="mirrors">Mirrors by registry.</param>
    /// <param name="insecure">Hosts and networks without checked TLS.</param>
    public void Reach(IReadOnlyDictionary<string, IReadOnlyList<Uri>> mirrors, IReadOnlyList<string> insecure)
    {
        lock (_earlier)
        {
            _earlier.Add(_transport);
            _options = _options with { Mirrors = mirrors, Insecure = insecure };
            _rules = new(_options.Insecure);
            _resolver = new(_options, _rules);
            _pull = new(_resolver, _time);
            _transport = new(_options, _rules, _time);
        }
    }

    /// <summary>True for hosts that are spoken to without checking a certificate.</summary>
    public bool IsInsecure(string registry) => _rules.IsInsecure(new Uri($"https://{registry}/").IdnHost, new Uri($"https://{registry}/").Port);

    /// <summary>True for failures of the way to a registry, or of a registry for the moment: what has arrived is good, and another attempt may go on there.</summary>
    public static bool MayGoOnLater(Exception problem) => problem is OperationCanceledException
        or DavitException { Kind: ErrorKind.Unavailable }
        or DavitException { InnerException: TransportProblem or RegistryFault { IsTransient: true } or RegistryFault { Status: 401 or 403 } };

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var transport in _earlier) transport.Dispose();
        _transport.Dispose();
    }

    /// <summary>Fetches what a reference names: its digest when it has one, else its tag.</summary>
    /// <exception cref="DavitException">NotFound, Unauthorized; DataLoss when the bytes have another digest.</exception>
    public async Task<FetchedManifest> GetManifestAsync(Reference reference, Credential? credential, CancellationToken cancellation)
    {
        try
        {
            return await _pull.FirstAsync(reference.Registry, (endpoint, token) => GetManifestAtAsync(endpoint, reference, credential, token), cancellation).ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is RegistryFault or TransportProblem)
        {
            throw FaultTranslation.OfPull(problem, reference);
        }
    }

    /// <summary>Asks what a reference names without fetching it; the size is 0 when the registry does not tell.</summary>
    /// <exception cref="DavitException">NotFound, Unauthorized.</exception>
    public async Task<Descriptor> ResolveAsync(Reference reference, Credential? credential, CancellationToken cancellation)
    {
        try
        {
            var answer = await _pull.FirstAsync(reference.Registry, (endpoint, token) => HeadManifestAsync(endpoint, reference, credential, token), cancellation).ConfigureAwait(false);
            if (answer is not null) return answer;
        }
        catch (Exception problem) when (problem is RegistryFault or TransportProblem)
        {
            throw FaultTranslation.OfPull(problem, reference);
        }

        var manifest = await GetManifestAsync(reference, credential, cancellation).ConfigureAwait(false);
        return new() { MediaType = manifest.MediaType, Digest = manifest.Digest, Size = manifest.Bytes.Length };
    }

    /// <summary>A blob from a position on. The stream heals itself when a connection breaks; the caller verifies the digest.</summary>
    public Stream OpenBlob(Reference name, Descriptor blob, long position, Credential? credential) =>
        new BlobStream(new BlobSource(_transport, _pull, name, blob, credential), position, _options.Stall, problem => FaultTranslation.OfPull(problem, name));

    /// <summary>Brings a blob to the repository of a reference.</summary>
    /// <param name="name">Where to.</param>
    /// <param name="digest">Digest of the blob.</param>
    /// <param name="size">Its size.</param>
    /// <param name="open">Opens it from its start; may be called several times.</param>
    /// <param name="mountFrom">Repositories of the same registry that have it.</param>
    /// <param name="progress">Bytes sent.</param>
    /// <param name="credential">Who pushes, or null.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="DavitException">Unauthorized, Forbidden, Internal.</exception>
    public async Task<BlobPush> PushBlobAsync(Reference name, Digest digest, long size, Func<Stream> open, IReadOnlyList<string> mountFrom, IProgress<long>? progress, Credential? credential, CancellationToken cancellation)
    {
        try
        {
            return await new BlobUpload(_transport, _resolver.Of(name.Registry), name.Repository, credential).PushAsync(digest, size, open, mountFrom, progress, cancellation).ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is RegistryFault or TransportProblem)
        {
            throw FaultTranslation.Of(problem);
        }
    }

    /// <summary>Puts a manifest under the tag, or the digest, of a reference.</summary>
    /// <exception cref="DavitException">Unauthorized, Forbidden, Internal.</exception>
    public async Task PutManifestAsync(Reference reference, string mediaType, ReadOnlyMemory<byte> bytes, Credential? credential, CancellationToken cancellation)
    {
        var call = new RegistryCall(HttpMethod.Put, ManifestPath(reference), Scope.Push(reference.Repository), credential)
        {
            Content = _ =>
            {
                var content = new ReadOnlyMemoryContent(bytes);
                content.Headers.ContentType = new(mediaType);
                return content;
            },
        };
        try
        {
            using var response = await _transport.SendAsync(_resolver.Of(reference.Registry), call, cancellation).ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is RegistryFault or TransportProblem)
        {
            throw FaultTranslation.Of(problem);
        }
    }

    /// <summary>All tags of a repository.</summary>
    /// <exception cref="DavitException">NotFound, Unauthorized.</exception>
    public async Task<IReadOnlyList<string>> ListTagsAsync(Reference name, Credential? credential, CancellationToken cancellation)
    {
        try
        {
            return await _pull.FirstAsync(name.Registry, (endpoint, token) => ListTagsAtAsync(endpoint, name, credential, token), cancellation).ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is RegistryFault or TransportProblem)
        {
            throw FaultTranslation.OfPull(problem, name);
        }
    }

    /// <summary>Checks a credential, as <c>docker login</c> asks.</summary>
    /// <param name="server">Host and port, or an address; empty and Docker Hub's old address stand for Docker Hub.</param>
    /// <param name="credential">What is to be checked.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="DavitException">Unauthorized: the registry refuses it.</exception>
    public async Task<LoginResult> LoginAsync(string server, Credential credential, CancellationToken cancellation)
    {
        try
        {
            return await new RegistryLogin(_transport, _resolver).CheckAsync(server, credential, cancellation).ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is RegistryFault or TransportProblem)
        {
            throw FaultTranslation.Of(problem);
        }
    }

    private async Task<FetchedManifest> GetManifestAtAsync(RegistryEndpoint endpoint, Reference reference, Credential? credential, CancellationToken cancellation)
    {
        using var response = await _transport.SendAsync(endpoint, Manifest(HttpMethod.Get, endpoint, reference, credential), cancellation).ConfigureAwait(false);
        byte[] bytes;
        try
        {
            bytes = await BoundedBody.ReadAsync(response, MostManifestBytes, $"manifest of {reference.Familiar}", cancellation).ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is IOException or HttpRequestException)
        {
            throw TransportProblem.Of(HttpMethod.Get, response.RequestMessage!.RequestUri!, problem);
        }

        var promised = reference.Digest ?? PromisedDigest(response);
        var digest = promised is { } p ? Verified(p, bytes, reference) : Digest.Sha256(bytes);
        var type = response.Content.Headers.ContentType?.MediaType ?? "";
        if (type.StartsWith(MediaTypes.DockerSchema1, StringComparison.Ordinal))
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"{reference.Familiar} is a Docker image of manifest version 2, schema 1 ({type}), which is no longer supported", "push it anew with a client that writes schema 2 or OCI manifests");
        }

        return new(digest, type, bytes);
    }

    private async Task<Descriptor?> HeadManifestAsync(RegistryEndpoint endpoint, Reference reference, Credential? credential, CancellationToken cancellation)
    {
        using var response = await _transport.SendAsync(endpoint, Manifest(HttpMethod.Head, endpoint, reference, credential), cancellation).ConfigureAwait(false);
        var digest = reference.Digest ?? PromisedDigest(response);
        return digest is null ? null : new() { MediaType = response.Content.Headers.ContentType?.MediaType ?? "", Digest = digest.Value, Size = response.Content.Headers.ContentLength ?? 0 };
    }

    private async Task<IReadOnlyList<string>> ListTagsAtAsync(RegistryEndpoint endpoint, Reference name, Credential? credential, CancellationToken cancellation)
    {
        var tags = new List<string>();
        var call = new RegistryCall(HttpMethod.Get, $"v2/{name.Repository}/tags/list?n=1000", Scope.Pull(name.Repository), endpoint.IsMirror ? null : credential);
        for (var page = 0; page < MostPages; page++)
        {
            using var response = await _transport.SendAsync(endpoint, call, cancellation).ConfigureAwait(false);
            var bytes = await BoundedBody.ReadAsync(response, MostTagsBytes, $"tag list of {name.FamiliarName}", cancellation).ConfigureAwait(false);
            try
            {
                tags.AddRange(System.Text.Json.JsonSerializer.Deserialize(bytes, RegistryJson.Default.TagsDocument)?.Tags ?? []);
            }
            catch (System.Text.Json.JsonException problem)
            {
                throw new RegistryFault(200, "", $"tag list of {name.FamiliarName} is not valid JSON: {problem.Message}");
            }

            if (NextPage(response) is not { } next) break;
            call = call with { Address = next };
        }

        return tags;
    }

    /// <summary>The <c>Link: &lt;…&gt;; rel="next"</c> header; only within the registry.</summary>
    private static Uri? NextPage(HttpResponseMessage response)
    {
        if (!response.Headers.TryGetValues("Link", out var links)) return null;
        var link = links.First();
        var (start, end) = (link.IndexOf('<', StringComparison.Ordinal), link.IndexOf('>', StringComparison.Ordinal));
        if (start < 0 || end < start || !link.Contains("next", StringComparison.Ordinal)) return null;
        var here = response.RequestMessage!.RequestUri!;
        return Uri.TryCreate(here, link[(start + 1)..end], out var next) && next.Authority == here.Authority ? next : null;
    }

    private static RegistryCall Manifest(HttpMethod method, RegistryEndpoint endpoint, Reference reference, Credential? credential) =>
        new(method, ManifestPath(reference), Scope.Pull(reference.Repository), endpoint.IsMirror ? null : credential) { Accept = ManifestTypes };

    private static string ManifestPath(Reference reference) => $"v2/{reference.Repository}/manifests/{reference.Digest?.ToString() ?? reference.Tag}";

    private static Digest? PromisedDigest(HttpResponseMessage response) =>
        response.Headers.TryGetValues("Docker-Content-Digest", out var values) && Digest.TryParse(values.First(), out var digest) ? digest : null;

    private static Digest Verified(Digest promised, byte[] bytes, Reference reference)
    {
        using var hash = promised.CreateHash();
        hash.AppendData(bytes);
        var actual = $"{promised.Algorithm}:{Convert.ToHexStringLower(hash.GetCurrentHash())}";
        return actual == promised.ToString() ? promised
            : throw new RegistryFault(200, "", $"manifest verification failed for digest {promised}: {reference.Familiar} came with digest {actual}");
    }
}

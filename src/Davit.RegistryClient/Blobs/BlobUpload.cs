using System.Net;
using System.Net.Http.Headers;
using Davit.Oci;
using Davit.RegistryClient.Auth;
using Davit.RegistryClient.Endpoints;
using Davit.RegistryClient.Http;

namespace Davit.RegistryClient.Blobs;

/// <summary>Brings one blob to a registry: it may be there, it may be mounted from another repository, else it is sent.</summary>
internal sealed class BlobUpload(Transport transport, RegistryEndpoint endpoint, string repository, Credential? credential)
{
    internal async Task<BlobPush> PushAsync(Digest digest, long size, Func<Stream> open, IReadOnlyList<string> mountFrom, IProgress<long>? progress, CancellationToken cancellation)
    {
        if (await ExistsAsync(digest, cancellation).ConfigureAwait(false)) return new(Existed: true, null);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var (location, mounted) = await BeginAsync(digest, attempt == 1 ? mountFrom.FirstOrDefault(m => m != repository) : null, cancellation).ConfigureAwait(false);
                if (mounted is not null) return new(Existed: false, mounted);
                await SendAsync(location!, digest, size, open, progress, cancellation).ConfigureAwait(false);
                return new(Existed: false, null);
            }
            catch (RegistryFault fault) when (fault.IsTransient && transport.Retry.MayTryAgain(attempt))
            {
                await transport.Retry.WaitAsync(attempt, fault.RetryAfter, cancellation).ConfigureAwait(false);
            }
            catch (TransportProblem) when (transport.Retry.MayTryAgain(attempt))
            {
                // an upload that broke is forgotten and begun anew: content is addressed by digest, so nothing can come twice
                await transport.Retry.WaitAsync(attempt, null, cancellation).ConfigureAwait(false);
            }
        }
    }

    private async Task<bool> ExistsAsync(Digest digest, CancellationToken cancellation)
    {
        try
        {
            using var response = await transport.SendAsync(endpoint, Call(HttpMethod.Head, $"v2/{repository}/blobs/{digest}"), cancellation).ConfigureAwait(false);
            return true;
        }
        catch (RegistryFault fault) when (fault.Status == 404)
        {
            return false;
        }
    }

    private async Task<(Uri? Location, string? Mounted)> BeginAsync(Digest digest, string? from, CancellationToken cancellation)
    {
        var path = $"v2/{repository}/blobs/uploads/";
        if (from is not null)
        {
            try
            {
                var mount = Call(HttpMethod.Post, $"{path}?mount={Uri.EscapeDataString(digest.ToString())}&from={Uri.EscapeDataString(from)}") with
                {
                    Scope = Scope.Push(repository).AndPull(from), Content = Empty, Idempotent = false,
                };
                using var answer = await transport.SendAsync(endpoint, mount, cancellation).ConfigureAwait(false);
                if (answer.StatusCode == HttpStatusCode.Created) return (null, from);
                if (Location(answer) is { } there) return (there, null);
            }
            catch (RegistryFault fault) when (!fault.IsTransient)
            {
                // not allowed to read there: send it
            }
        }

        using var response = await transport.SendAsync(endpoint, Call(HttpMethod.Post, path) with { Content = Empty, Idempotent = false }, cancellation).ConfigureAwait(false);
        return (Location(response) ?? throw new RegistryFault(400, "", $"{endpoint.Bases[0].Authority} accepts an upload without saying where"), null);
    }

    private async Task SendAsync(Uri location, Digest digest, long size, Func<Stream> open, IProgress<long>? progress, CancellationToken cancellation)
    {
        var patch = Call(HttpMethod.Patch, "") with
        {
            Address = location, Idempotent = false,
            Content = moved => new UploadContent(open, size, sent =>
            {
                moved();
                progress?.Report(sent);
            }),
        };
        Uri next;
        using (var sent = await transport.SendAsync(endpoint, patch, cancellation).ConfigureAwait(false)) next = Location(sent) ?? location;
        var end = new UriBuilder(next);
        end.Query = end.Query.TrimStart('?') is { Length: > 0 } query ? $"{query}&digest={Uri.EscapeDataString(digest.ToString())}" : $"digest={Uri.EscapeDataString(digest.ToString())}";
        using var done = await transport.SendAsync(endpoint, Call(HttpMethod.Put, "") with { Address = end.Uri, Idempotent = false, Content = Empty }, cancellation).ConfigureAwait(false);
    }

    private RegistryCall Call(HttpMethod method, string path) => new(method, path, Scope.Push(repository), credential);

    private static ByteArrayContent Empty(Action moved)
    {
        var content = new ByteArrayContent([]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return content;
    }

    private static Uri? Location(HttpResponseMessage response) =>
        response.Headers.Location is not { } location ? null : location.IsAbsoluteUri && location.Scheme != "file" ? location : new Uri(response.RequestMessage!.RequestUri!, location.OriginalString);
}

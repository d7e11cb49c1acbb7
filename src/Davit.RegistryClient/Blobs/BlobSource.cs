using System.Net;
using Davit.Oci;
using Davit.Oci.Image;
using Davit.RegistryClient.Auth;
using Davit.RegistryClient.Endpoints;
using Davit.RegistryClient.Http;

namespace Davit.RegistryClient.Blobs;

/// <summary>Opens a blob at a position, at the first endpoint that has it.</summary>
internal sealed class BlobSource(Transport transport, PullEndpoints endpoints, Reference name, Descriptor blob, Credential? credential)
{
    internal Descriptor Blob => blob;

    internal RetryPolicy Retry => transport.Retry;

    internal Task<(HttpResponseMessage Response, Stream Body)> OpenAsync(long position, CancellationToken cancellation) =>
        endpoints.FirstAsync(name.Registry, (endpoint, token) => OpenAtAsync(endpoint, position, token), cancellation);

    private async Task<(HttpResponseMessage Response, Stream Body)> OpenAtAsync(RegistryEndpoint endpoint, long position, CancellationToken cancellation)
    {
        var call = new RegistryCall(HttpMethod.Get, $"v2/{name.Repository}/blobs/{blob.Digest}", Scope.Pull(name.Repository), endpoint.IsMirror ? null : credential) { From = position };
        var response = await transport.SendAsync(endpoint, call, cancellation).ConfigureAwait(false);
        try
        {
            var body = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
            var first = response.StatusCode == HttpStatusCode.PartialContent ? response.Content.Headers.ContentRange?.From ?? position : 0;
            if (first > position) throw new RegistryFault(200, "RANGE_INVALID", $"blob {blob.Digest} was asked from byte {position} and came from byte {first}");
            await SkipAsync(body, position - first, cancellation).ConfigureAwait(false);
            return (response, body);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <summary>The registry knows no ranges: read past what is there already.</summary>
    private static async Task SkipAsync(Stream body, long count, CancellationToken cancellation)
    {
        var buffer = new byte[Math.Min(count, 64 << 10)];
        while (count > 0)
        {
            var read = await body.ReadAsync(buffer.AsMemory(0, (int)Math.Min(count, buffer.Length)), cancellation).ConfigureAwait(false);
            if (read == 0) throw new HttpIOException(HttpRequestError.ResponseEnded);
            count -= read;
        }
    }
}

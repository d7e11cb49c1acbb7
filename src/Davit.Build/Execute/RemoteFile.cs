using System.Net;
using System.Security.Cryptography;
using Davit.Primitives;

namespace Davit.Build.Execute;

/// <summary>Fetches a file of <c>ADD URL</c> into a directory of its own.</summary>
internal sealed class RemoteFile(HttpClient client, long maxBytes)
{
    /// <param name="address">http or https.</param>
    /// <param name="name">Name that the file gets.</param>
    /// <param name="checksum">Digest it must have, or null.</param>
    /// <param name="directory">Empty directory for it.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Bytes fetched.</returns>
    public async Task<long> FetchAsync(Uri address, string name, string? checksum, string directory, CancellationToken cancellation)
    {
        var path = Path.Combine(directory, name);
        try
        {
            using var response = await client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                throw new DavitException(response.StatusCode == HttpStatusCode.NotFound ? ErrorKind.NotFound : ErrorKind.Unavailable, $"ADD failed: failed to GET {address} with status {(int)response.StatusCode} {response.ReasonPhrase}");
            }

            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var length = await SaveAsync(response, path, hash, cancellation).ConfigureAwait(false);
            var digest = "sha256:" + Convert.ToHexStringLower(hash.GetHashAndReset());
            if (checksum is not null && !string.Equals(checksum, digest, StringComparison.OrdinalIgnoreCase))
            {
                throw new DavitException(ErrorKind.DataLoss, $"digest mismatch {digest}: {checksum}", $"the file at {address} is not the one that --checksum names");
            }

            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            var modified = response.Content.Headers.LastModified ?? DateTimeOffset.FromUnixTimeSeconds(Timestamps.Fixed);
            File.SetLastWriteTimeUtc(path, modified.UtcDateTime);
            return length;
        }
        catch (HttpRequestException e)
        {
            throw new DavitException(ErrorKind.Unavailable, $"ADD failed: failed to GET {address}: {e.Message}", inner: e);
        }
    }

    /// <summary>Name of the file that a URL stands for.</summary>
    public static string NameOf(Uri address)
    {
        var name = Uri.UnescapeDataString(address.AbsolutePath[(address.AbsolutePath.LastIndexOf('/') + 1)..]);
        return name is "" or "." or ".." || name.AsSpan().ContainsAny('/', '\0') ? "" : name;
    }

    private async Task<long> SaveAsync(HttpResponseMessage response, string path, IncrementalHash hash, CancellationToken cancellation)
    {
        var source = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        await using (source.ConfigureAwait(false))
        await using (file.ConfigureAwait(false))
        {
            var buffer = new byte[128 << 10];
            var total = 0L;
            int read;
            while ((read = await source.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0)
            {
                total += read;
                if (total > maxBytes) throw new DavitException(ErrorKind.InvalidArgument, $"ADD failed: {response.RequestMessage?.RequestUri} has more than {maxBytes} bytes");
                hash.AppendData(buffer.AsSpan(0, read));
                await file.WriteAsync(buffer.AsMemory(0, read), cancellation).ConfigureAwait(false);
            }

            return total;
        }
    }
}

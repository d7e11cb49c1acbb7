namespace Davit.RegistryClient.Http;

/// <summary>Reads a body that must be small.</summary>
internal static class BoundedBody
{
    internal static async Task<byte[]> ReadAsync(HttpResponseMessage response, int most, string what, CancellationToken cancellation)
    {
        if (response.Content.Headers.ContentLength > most) throw TooLarge(what, most);
        var body = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            var bytes = new byte[(int?)response.Content.Headers.ContentLength ?? 16 << 10];
            var length = 0;
            while (true)
            {
                if (length == bytes.Length)
                {
                    var next = new byte[1];
                    if (await body.ReadAsync(next, cancellation).ConfigureAwait(false) == 0) break;
                    if (length >= most) throw TooLarge(what, most);
                    Array.Resize(ref bytes, Math.Min(Math.Max(length * 2, 1024), most));
                    bytes[length++] = next[0];
                    continue;
                }

                var read = await body.ReadAsync(bytes.AsMemory(length), cancellation).ConfigureAwait(false);
                if (read == 0) break;
                length += read;
            }

            return length == bytes.Length ? bytes : bytes[..length];
        }
    }

    private static RegistryFault TooLarge(string what, int most) => new(200, "SIZE_INVALID", $"{what} is larger than the limit of {most} bytes");
}

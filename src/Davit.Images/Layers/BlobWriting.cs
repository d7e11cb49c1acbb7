using Davit.Oci;
using Davit.Storage.Content;

namespace Davit.Images.Layers;

/// <summary>Small blobs at once.</summary>
internal static class BlobWriting
{
    internal static async Task PutAsync(this IContentStore content, Digest digest, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        if (content.Contains(digest)) return;
        var writer = await content.BeginWriteAsync(digest, cancellation).ConfigureAwait(false);
        await using (writer.ConfigureAwait(false))
        {
            if (content.Contains(digest)) return;
            if (writer.Offset > 0) writer.Restart();
            await writer.WriteAsync(bytes, cancellation).ConfigureAwait(false);
            await writer.CommitAsync(cancellation).ConfigureAwait(false);
        }
    }

    internal static byte[] ReadAll(this IContentStore content, Digest digest)
    {
        using var blob = content.OpenRead(digest);
        var bytes = new byte[content.SizeOf(digest) ?? 0];
        blob.ReadExactly(bytes);
        return bytes;
    }
}

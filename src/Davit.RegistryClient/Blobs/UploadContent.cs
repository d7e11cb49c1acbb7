using System.Buffers;
using System.Net;
using System.Net.Http.Headers;

namespace Davit.RegistryClient.Blobs;

/// <summary>The body of an upload; tells how far it is.</summary>
internal sealed class UploadContent : HttpContent
{
    private const int BufferBytes = 256 << 10;
    private readonly Func<Stream> _open;
    private readonly long _size;
    private readonly Action<long> _sent;

    internal UploadContent(Func<Stream> open, long size, Action<long> sent)
    {
        (_open, _size, _sent) = (open, size, sent);
        Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        Headers.ContentLength = size;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var source = _open();
            await using (source.ConfigureAwait(false))
            {
                long sent = 0;
                int read;
                while ((read = await source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
                {
                    await stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
                    _sent(sent += read);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _size;
        return true;
    }
}

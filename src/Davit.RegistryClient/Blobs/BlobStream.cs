using Davit.Primitives;
using Davit.RegistryClient.Http;

namespace Davit.RegistryClient.Blobs;

/// <summary>A blob being read; a connection that breaks or stalls is taken up again where it ended. Whoever reads verifies the digest.</summary>
internal sealed class BlobStream(BlobSource source, long start, TimeSpan stall, Func<Exception, Exception> translate) : Stream
{
    private HttpResponseMessage? _response;
    private Stream? _body;
    private long _position = start;
    private int _failures;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => source.Blob.Size;

    public override long Position { get => _position; set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (_position >= source.Blob.Size) return await AtEndAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                if (_body is null) (_response, _body) = await source.OpenAsync(_position, cancellationToken).ConfigureAwait(false);
                var wanted = (int)Math.Min(buffer.Length, source.Blob.Size - _position);
                var read = await ReadOnceAsync(buffer[..wanted], cancellationToken).ConfigureAwait(false);
                if (read > 0)
                {
                    _position += read;
                    _failures = 0;
                    return read;
                }

                throw new HttpIOException(HttpRequestError.ResponseEnded, "unexpected EOF");
            }
            catch (Exception problem) when (problem is IOException or HttpRequestException or TimeoutException)
            {
                Drop();
                if (!source.Retry.MayTryAgain(++_failures))
                {
                    throw new DavitException(ErrorKind.Unavailable, $"blob {source.Blob.Digest} ends after {_position} of {source.Blob.Size} bytes: {problem.Message}", "try again: what has arrived is kept", problem);
                }

                await source.Retry.WaitAsync(_failures, null, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception problem) when (problem is RegistryFault or TransportProblem)
            {
                Drop();
                throw translate(problem);
            }
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("read asynchronously");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) Drop();
        base.Dispose(disposing);
    }

    private async Task<int> AtEndAsync(CancellationToken cancellation)
    {
        if (_body is null) return 0;
        var more = new byte[1];
        try
        {
            if (await ReadOnceAsync(more, cancellation).ConfigureAwait(false) > 0)
            {
                throw new DavitException(ErrorKind.DataLoss, $"blob {source.Blob.Digest} is longer than the {source.Blob.Size} bytes that the manifest says");
            }
        }
        catch (Exception problem) when (problem is IOException or HttpRequestException or TimeoutException)
        {
            // all that was promised is here
        }

        Drop();
        return 0;
    }

    private async Task<int> ReadOnceAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        var read = _body!.ReadAsync(buffer, cancellation);
        return read.IsCompleted ? await read.ConfigureAwait(false) : await WithinStallAsync(read.AsTask(), cancellation).ConfigureAwait(false);
    }

    private async Task<int> WithinStallAsync(Task<int> read, CancellationToken cancellation)
    {
        try
        {
            return await read.WaitAsync(stall, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // closing the response ends the read; its outcome is of no interest
            Drop();
            _ = read.ContinueWith(static t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            throw;
        }
    }

    private void Drop()
    {
        _body?.Dispose();
        _response?.Dispose();
        (_body, _response) = (null, null);
    }
}

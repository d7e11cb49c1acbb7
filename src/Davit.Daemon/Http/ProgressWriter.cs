using System.Buffers;
using System.Text.Json;
using System.Threading.Channels;
using Davit.DockerApi;
using Davit.DockerApi.Messages;
using Davit.Primitives;
using Microsoft.AspNetCore.Http;

namespace Davit.Daemon.Http;

/// <summary>
/// A stream of progress lines (pull, push, load, build). The head is sent with the first line, so that an error before it still has its status code; an
/// error after it becomes the last line.
/// </summary>
internal sealed class ProgressWriter : IProgress<ProgressEvent>
{
    private readonly Channel<ProgressEvent> _events = Channel.CreateUnbounded<ProgressEvent>(new UnboundedChannelOptions { SingleReader = true });
    private readonly HttpResponse _response;
    private readonly ArrayBufferWriter<byte> _buffer = new(512);

    private ProgressWriter(HttpResponse response) => _response = response;

    /// <summary>Runs an operation and writes what it reports.</summary>
    /// <param name="request">The request.</param>
    /// <param name="operation">The operation; canceled when the client leaves.</param>
    /// <param name="quiet">Only errors and results are written.</param>
    public static async Task RunAsync(ApiRequest request, Func<IProgress<ProgressEvent>, CancellationToken, Task> operation, bool quiet = false)
    {
        var writer = new ProgressWriter(request.Context.Response);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(request.Aborted);
        var work = Task.Run(() => writer.WorkAsync(operation, stop.Token), CancellationToken.None);
        try
        {
            await writer.WriteAllAsync(quiet, request.Aborted).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            await stop.CancelAsync().ConfigureAwait(false);
        }

        var error = await work.ConfigureAwait(false);
        if (error is null)
        {
            await writer.BeginAsync(request.Aborted).ConfigureAwait(false);
            return;
        }

        if (!request.Context.Response.HasStarted) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(error);
        if (request.Aborted.IsCancellationRequested) return;
        await writer.WriteErrorAsync(error, request.Aborted).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Report(ProgressEvent value) => _events.Writer.TryWrite(value);

    private async Task<Exception?> WorkAsync(Func<IProgress<ProgressEvent>, CancellationToken, Task> operation, CancellationToken cancellation)
    {
        try
        {
            await operation(this, cancellation).ConfigureAwait(false);
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
        finally
        {
            _events.Writer.TryComplete();
        }
    }

    private async Task WriteAllAsync(bool quiet, CancellationToken cancellation)
    {
        while (await _events.Reader.WaitToReadAsync(cancellation).ConfigureAwait(false))
        {
            while (_events.Reader.TryRead(out var item))
            {
                if (quiet && item.AuxJson is null && item.Stream is null) continue;
                Append(ToMessage(item));
                if (_buffer.WrittenCount > 32 << 10) await FlushAsync(cancellation).ConfigureAwait(false);
            }

            await FlushAsync(cancellation).ConfigureAwait(false);
        }
    }

    private async Task WriteErrorAsync(Exception error, CancellationToken cancellation)
    {
        var message = error is DavitException ? error.Message : error.Message.Length > 0 ? error.Message : error.GetType().Name;
        var code = error.Data["ExitCode"] as int? ?? 0;
        Append(new ProgressMessage { ErrorDetail = new ErrorDetail { Message = message, Code = code }, Error = message });
        await FlushAsync(cancellation).ConfigureAwait(false);
    }

    private static ProgressMessage ToMessage(ProgressEvent item)
    {
        var measured = item.Current is not null || item.Total is not null;
        return new ProgressMessage
        {
            Id = item.Id,
            Status = item.Status,
            Stream = item.Stream,
            ProgressDetail = measured ? new ProgressDetail { Current = item.Current ?? 0, Total = item.Total ?? 0 } : item.Id is not null && item.Status is not null ? new ProgressDetail() : null,
            Progress = measured ? ProgressBar.Draw(item.Current ?? 0, item.Total ?? 0) : null,
            Aux = item.AuxJson is null ? null : JsonDocument.Parse(item.AuxJson).RootElement,
        };
    }

    private void Append(ProgressMessage message)
    {
        using (var writer = new Utf8JsonWriter(_buffer, JsonBody.WriterOptions)) JsonSerializer.Serialize(writer, message, DockerApiJson.Default.ProgressMessage);
        _buffer.Write("\r\n"u8);
    }

    private async Task BeginAsync(CancellationToken cancellation)
    {
        if (_response.HasStarted) return;
        _response.StatusCode = 200;
        _response.ContentType = "application/json";
        await _response.StartAsync(cancellation).ConfigureAwait(false);
    }

    private async Task FlushAsync(CancellationToken cancellation)
    {
        if (_buffer.WrittenCount == 0) return;
        await BeginAsync(cancellation).ConfigureAwait(false);
        await _response.Body.WriteAsync(_buffer.WrittenMemory, cancellation).ConfigureAwait(false);
        await _response.Body.FlushAsync(cancellation).ConfigureAwait(false);
        _buffer.ResetWrittenCount();
    }
}

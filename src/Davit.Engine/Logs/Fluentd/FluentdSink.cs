using System.Buffers;
using System.Diagnostics;
using System.Net.Security;
using System.Security.Cryptography;
using Davit.Engine.Logs.Drivers;
using Davit.Engine.Logs.Transport;

namespace Davit.Engine.Logs.Fluentd;

/// <summary>Sends lines to a Fluentd or Fluent Bit forward input.</summary>
internal sealed class FluentdSink(FluentdOptions options, FluentdEncoder encoder) : ILogSink
{
    private readonly ArrayBufferWriter<byte> _pending = new();
    private readonly Stopwatch _age = new();
    private StreamConnection? _connection;

    /// <inheritdoc/>
    public async ValueTask<bool> WriteAsync(LogLine line, CancellationToken cancellation)
    {
        if (_connection is not null && options.ReconnectInterval is { } interval && _age.Elapsed > interval)
        {
            await FlushAsync(cancellation).ConfigureAwait(false);
            _connection.Dispose();
            _connection = null;
        }

        if (_connection is null)
        {
            _connection = await ConnectAsync(options, cancellation).ConfigureAwait(false);
            _age.Restart();
        }

        if (options.RequestAck)
        {
            var chunk = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
            encoder.Encode(line, chunk, _pending);
            await SendAsync(cancellation).ConfigureAwait(false);
            await WithinAsync(options.ReadTimeout, limit => ReadAckAsync(chunk, limit), cancellation).ConfigureAwait(false);
            return true;
        }

        encoder.Encode(line, null, _pending);
        if (_pending.WrittenCount >= Math.Min(options.BufferLimit, 64 * 1024)) await SendAsync(cancellation).ConfigureAwait(false);
        return false;
    }

    /// <inheritdoc/>
    public async ValueTask FlushAsync(CancellationToken cancellation)
    {
        if (_connection is null || options.RequestAck) return;
        await SendAsync(cancellation).ConfigureAwait(false);
        await _connection.AcknowledgedAsync(cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _connection?.Dispose();

    /// <summary>Connects to the server.</summary>
    public static Task<StreamConnection> ConnectAsync(FluentdOptions options, CancellationToken cancellation) =>
        StreamConnection.OpenAsync(options.Address, options.Address.Scheme == "tls" ? new SslClientAuthenticationOptions { TargetHost = options.Address.Host } : null, answers: options.RequestAck, cancellation);

    private async ValueTask SendAsync(CancellationToken cancellation)
    {
        if (_pending.WrittenCount == 0) return;
        await WithinAsync(options.WriteTimeout, limit => _connection!.WriteAsync(_pending.WrittenMemory, limit).AsTask(), cancellation).ConfigureAwait(false);
        _pending.ResetWrittenCount();
    }

    private async Task ReadAckAsync(string chunk, CancellationToken cancellation)
    {
        var answer = new byte[512];
        for (var have = 0; ;)
        {
            var got = await _connection!.ReadAsync(answer.AsMemory(have), cancellation).ConfigureAwait(false);
            if (got == 0) throw new IOException("the server closed the connection before it acknowledged");
            have += got;
            if (MessagePack.ReadAck(answer.AsSpan(0, have)) is not { } acknowledged) continue;
            if (acknowledged != chunk) throw new InvalidDataException($"the server acknowledged {acknowledged}, not {chunk}");
            return;
        }
    }

    private static async ValueTask WithinAsync(TimeSpan limit, Func<CancellationToken, Task> work, CancellationToken cancellation)
    {
        if (limit == TimeSpan.Zero)
        {
            await work(cancellation).ConfigureAwait(false);
            return;
        }

        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        both.CancelAfter(limit);
        try
        {
            await work(both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"no answer within {limit.TotalMilliseconds} ms");
        }
    }
}

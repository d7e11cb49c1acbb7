using System.Buffers;
using System.Net.Security;
using System.Net.Sockets;
using Davit.Engine.Logs.Drivers;
using Davit.Engine.Logs.Transport;

namespace Davit.Engine.Logs.Syslog;

/// <summary>Sends lines to a syslog server or to the machine's own daemon.</summary>
internal sealed class SyslogSink(SyslogOptions options, SyslogEncoder encoder, SslClientAuthenticationOptions? tls) : ILogSink
{
    private const int Buffered = 64 * 1024;

    private readonly ArrayBufferWriter<byte> _pending = new();
    private StreamConnection? _stream;
    private DatagramConnection? _datagrams;

    /// <inheritdoc/>
    public async ValueTask<bool> WriteAsync(LogLine line, CancellationToken cancellation)
    {
        if (line.Bytes.IsEmpty) return false; // as Docker: an empty line is no message
        if (_stream is null && _datagrams is null) await ConnectAsync(cancellation).ConfigureAwait(false);
        var message = encoder.Encode(line);
        if (_datagrams is not null)
        {
            await _datagrams.SendAsync(message, cancellation).ConfigureAwait(false);
            return _datagrams.Confirms;
        }

        _pending.Write(message.Span);
        if (_pending.WrittenCount >= Buffered) await SendAsync(cancellation).ConfigureAwait(false);
        return false;
    }

    /// <inheritdoc/>
    public async ValueTask FlushAsync(CancellationToken cancellation)
    {
        _datagrams?.Check();
        if (_stream is null) return;
        await SendAsync(cancellation).ConfigureAwait(false);
        await _stream.AcknowledgedAsync(cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream?.Dispose();
        _datagrams?.Dispose();
    }

    private async ValueTask SendAsync(CancellationToken cancellation)
    {
        if (_pending.WrittenCount == 0) return;
        await _stream!.WriteAsync(_pending.WrittenMemory, cancellation).ConfigureAwait(false);
        _pending.ResetWrittenCount();
    }

    private async ValueTask ConnectAsync(CancellationToken cancellation)
    {
        if (options.Address is { } address)
        {
            if (address.Scheme is "udp" or "unixgram") _datagrams = await DatagramConnection.OpenAsync(address, cancellation).ConfigureAwait(false);
            else _stream = await StreamConnection.OpenAsync(address, tls, answers: false, cancellation).ConfigureAwait(false);
            return;
        }

        (_datagrams, _stream) = await LocalSyslog.OpenAsync(cancellation).ConfigureAwait(false) ?? throw new SocketException((int)SocketError.ConnectionRefused);
    }
}

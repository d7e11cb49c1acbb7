using System.Buffers;
using Davit.Engine.Logs.Drivers;
using Davit.Engine.Logs.Transport;

namespace Davit.Engine.Logs.Gelf;

/// <summary>Sends lines to a GELF input.</summary>
internal sealed class GelfSink(GelfOptions options, GelfEncoder encoder) : ILogSink
{
    private const int Buffered = 64 * 1024;

    private readonly ArrayBufferWriter<byte> _pending = new();
    private StreamConnection? _stream;
    private DatagramConnection? _datagrams;

    /// <inheritdoc/>
    public async ValueTask<bool> WriteAsync(LogLine line, CancellationToken cancellation)
    {
        if (line.Bytes.IsEmpty) return false; // as Docker: an empty line is no message
        if (options.Address.Scheme == "udp")
        {
            _datagrams ??= await DatagramConnection.OpenAsync(options.Address, cancellation).ConfigureAwait(false);
            foreach (var datagram in GelfDatagrams.Split(GelfDatagrams.Compress(encoder.Encode(line), options))) await _datagrams.SendAsync(datagram, cancellation).ConfigureAwait(false);
            return false;
        }

        _stream ??= await StreamConnection.OpenAsync(options.Address, null, answers: false, cancellation).ConfigureAwait(false);
        _pending.Write(encoder.Encode(line).Span);
        _pending.Write("\0"u8);
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
}

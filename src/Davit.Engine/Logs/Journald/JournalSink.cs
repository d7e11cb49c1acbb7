using Davit.Engine.Logs.Drivers;
using Davit.Engine.Logs.Transport;
using Davit.Linux.Sockets;

namespace Davit.Engine.Logs.Journald;

/// <summary>Sends lines to the machine's journal.</summary>
internal sealed class JournalSink(string socket, JournalEncoder encoder) : ILogSink
{
    private DatagramConnection? _connection;

    /// <inheritdoc/>
    public async ValueTask<bool> WriteAsync(LogLine line, CancellationToken cancellation)
    {
        _connection ??= await DatagramConnection.OpenAsync(new LogAddress("unixgram", "", 0, socket), cancellation).ConfigureAwait(false);
        var entry = encoder.Encode(line);
        if (!await _connection.SendAsync(entry, cancellation).ConfigureAwait(false)) SealedMessage.Send(_connection.Socket.SafeHandle, entry.Span);
        return true;
    }

    /// <inheritdoc/>
    public ValueTask FlushAsync(CancellationToken cancellation) => default;

    /// <inheritdoc/>
    public void Dispose() => _connection?.Dispose();
}

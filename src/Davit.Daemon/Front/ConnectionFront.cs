using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Davit.Daemon.Front;

/// <summary>
/// The first to see a connection of the API socket: HTTP/2 by prior knowledge goes to the virtual endpoint, everything else to Kestrel's HTTP/1 with the
/// client's half-close kept apart from the connection's end.
/// </summary>
internal sealed class ConnectionFront(VirtualHttp2 http2, HangUpWatch hangUps)
{
    private static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0"u8;

    /// <summary>Handles one connection.</summary>
    public async Task HandleAsync(ConnectionContext connection, ConnectionDelegate http1)
    {
        while (true)
        {
            var read = await connection.Transport.Input.ReadAsync().ConfigureAwait(false);
            var isHttp2 = IsHttp2(read.Buffer);
            if (isHttp2 is null && (read.IsCompleted || read.IsCanceled))
            {
                connection.Transport.Input.AdvanceTo(read.Buffer.End);
                return;
            }

            connection.Transport.Input.AdvanceTo(read.Buffer.Start, isHttp2 is null ? read.Buffer.End : read.Buffer.Start);
            if (isHttp2 == true)
            {
                await http2.RunAsync(connection, connection.Transport).ConfigureAwait(false);
                return;
            }

            if (isHttp2 == false) break;
        }

        var client = new ClientConnection(connection, connection.Features.Get<IConnectionSocketFeature>()!.Socket, connection.Features.Get<ITlsHandshakeFeature>() is not null, hangUps);
        connection.Features.Set(client);
        await using var watch = connection.ConnectionClosed.UnsafeRegister(static state => ((ClientConnection)state!).OnInputEnded(), client).ConfigureAwait(false);
        // Kestrel must not abort the request when the client only ends its input; the request's own token tells that instead
        connection.ConnectionClosed = CancellationToken.None;
        connection.Transport = new Duplex(new MaskedInput(connection.Transport.Input), connection.Transport.Output);
        await http1(connection).ConfigureAwait(false);
    }

    /// <summary>True or false when the bytes tell, null when more are needed.</summary>
    private static bool? IsHttp2(ReadOnlySequence<byte> buffer)
    {
        var length = (int)Math.Min(buffer.Length, Preface.Length);
        if (length == 0) return null;
        Span<byte> start = stackalloc byte[Preface.Length];
        buffer.Slice(0, length).CopyTo(start);
        if (!Preface[..length].SequenceEqual(start[..length])) return false;
        return length == Preface.Length ? true : null;
    }

    private sealed class Duplex(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }
}

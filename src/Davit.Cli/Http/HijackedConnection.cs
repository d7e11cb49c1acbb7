using System.Net.Sockets;

namespace Davit.Cli.Http;

/// <summary>A connection that became a plain two-way stream (attach, exec), each side of which ends by itself.</summary>
internal sealed class HijackedConnection(Socket socket, Stream stream, BufferedReader reader, bool multiplexed) : IDisposable
{
    /// <summary>True when output comes in frames of stdout and stderr; false for a terminal's raw bytes.</summary>
    internal bool Multiplexed { get; } = multiplexed;

    internal ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation) => reader.ReadAsync(buffer, cancellation);

    internal async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        await stream.WriteAsync(bytes, cancellation);
        await stream.FlushAsync(cancellation);
    }

    /// <summary>Ends the input; output goes on.</summary>
    internal void CloseWrite()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // the other side has ended everything already
        }
    }

    public void Dispose() => stream.Dispose();
}

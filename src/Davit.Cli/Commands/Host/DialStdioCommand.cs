using System.Net.Sockets;
using Davit.Cli.Parsing;

namespace Davit.Cli.Commands.Host;

/// <summary><c>system dial-stdio</c>: the engine's socket on standard input and output; what ssh:// hosts run over there.</summary>
internal static class DialStdioCommand
{
    internal static async Task<int> RunAsync(CliContext context, Arguments arguments)
    {
        // asking once starts the daemon of this machine where it does not run yet, and tells why when it can't
        (await context.Engine.PingAsync(CancellationToken.None)).Dispose();
        var (socket, stream) = await context.Engine.Endpoint.ConnectAsync(CancellationToken.None);
        await using (stream)
        {
            _ = Task.Run(async () =>
            {
                try
                {
                    await context.RawIn.CopyToAsync(stream);
                    socket.Shutdown(SocketShutdown.Send);
                }
                catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
                {
                    // the engine ended first
                }
            });
            var buffer = new byte[32 << 10];
            int count;
            while ((count = await stream.ReadAsync(buffer)) > 0)
            {
                await context.RawOut.WriteAsync(buffer.AsMemory(0, count));
                await context.RawOut.FlushAsync();
            }
        }

        return 0;
    }
}

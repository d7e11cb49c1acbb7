using System.Diagnostics;
using System.Net.Sockets;

namespace Davit.Testing;

internal static class DaemonReadiness
{
    /// <summary>Returns when the API answers a ping.</summary>
    /// <exception cref="InvalidOperationException">The daemon ended, or did not answer in time; the message has its log.</exception>
    internal static async Task AnswersAsync(this Process process, string socket, Func<string> log, CancellationToken cancellation)
    {
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        try
        {
            do
            {
                if (process.HasExited) throw new InvalidOperationException($"davitd ended with {process.ExitCode}:\n{log()}");
                if (await PingAsync(socket, cancellation)) return;
            }
            while (await tick.WaitForNextTickAsync(cancellation));
        }
        catch (OperationCanceledException)
        {
            throw new InvalidOperationException($"davitd did not answer in time:\n{log()}");
        }
    }

    private static async Task<bool> PingAsync(string path, CancellationToken cancellation)
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            await socket.SendAsync("GET /_ping HTTP/1.0\r\n\r\n"u8.ToArray(), cancellation);
            var answer = new byte[16];
            return await socket.ReceiveAsync(answer, cancellation) >= 12 && answer.AsSpan(9, 3).SequenceEqual("200"u8);
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

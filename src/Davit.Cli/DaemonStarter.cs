using System.Net.Sockets;
using Davit.Cli.Http;
using Davit.Cli.Terminals;

namespace Davit.Cli;

/// <summary>Starts davitd when nobody answers on the default socket; two at once start one, since davitd locks its data root.</summary>
internal static class DaemonStarter
{
    private const string LogFile = "/var/log/davitd.log";

    /// <summary>True when the socket answers in the end.</summary>
    internal static async Task<bool> StartAsync(EngineEndpoint endpoint, TextWriter error, TimeProvider time)
    {
        if (Environment.UserName != "root" || endpoint.SocketPath is not { } path) return false;
        var beside = Path.Combine(AppContext.BaseDirectory, "davitd");
        if (!HelperProgram.StartDetached(File.Exists(beside) ? beside : "davitd", ["-H", endpoint.Text], LogFile)) return false;
        await error.WriteLineAsync($"started davitd; it logs to {LogFile}");
        var until = time.GetTimestamp() + (10 * time.TimestampFrequency);
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(5), time);
        while (time.GetTimestamp() < until && await tick.WaitForNextTickAsync())
        {
            if (!File.Exists(path)) continue;
            try
            {
                var (_, stream) = await endpoint.ConnectAsync(CancellationToken.None);
                await stream.DisposeAsync();
                return true;
            }
            catch (SocketException)
            {
                // not listening yet
            }
        }

        await error.WriteLineAsync($"davitd did not come up within 10 seconds; its last words are in {LogFile}");
        return false;
    }
}

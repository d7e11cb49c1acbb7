using System.Net.Sockets;
using Davit.Cli.Http;
using Davit.Cli.Terminals;
using Davit.Primitives;

namespace Davit.Cli;

/// <summary>
/// Starts davitd when nobody answers on the default socket. Two clients at once start one: the first holds a lock beside the socket, the other waits for
/// the same socket. Every path moves with the variables that davitd reads: <c>DAVIT_LISTEN</c>, <c>DAVIT_RUN_ROOT</c>, <c>DAVIT_DATA_ROOT</c>, <c>DAVIT_LOG_FILE</c>.
/// </summary>
internal static class DaemonStarter
{
    private const int PatienceSeconds = 15;

    /// <summary>True when the socket answers in the end.</summary>
    /// <exception cref="DavitException">Forbidden: only root may start it; Unavailable: it ended at once.</exception>
    internal static async Task<bool> StartAsync(EngineEndpoint endpoint, TextWriter error, TimeProvider time)
    {
        if (endpoint.SocketPath is not { } path) return false;
        if (!Environment.IsPrivilegedProcess) throw new DavitException(ErrorKind.Forbidden, $"davitd is not running, and only root can start it (socket {path})", $"sudo systemctl start davit, or sudo davit version once; members of the group davit need no sudo after that");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var mine = TryLock(path + ".start");
        var log = Environment.GetEnvironmentVariable("DAVIT_LOG_FILE") is { Length: > 0 } given ? given : "/var/log/davitd.log";
        var started = mine is not null && !await AnswersAsync(endpoint);
        var pid = 0;
        if (started)
        {
            var beside = Path.Combine(AppContext.BaseDirectory, "davitd");
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(log))!);
            pid = HelperProgram.StartDetached(File.Exists(beside) ? beside : "davitd", ["-H", endpoint.Text], log);
            if (pid <= 0) throw new DavitException(ErrorKind.NotFound, "davitd is not running, and no davitd program was found beside davit or on the PATH", "install davitd, or set DAVIT_HOST");
            await error.WriteLineAsync($"started davitd (process {pid}); it logs to {log}");
        }

        var until = time.GetTimestamp() + (PatienceSeconds * time.TimestampFrequency);
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(5), time);
        while (time.GetTimestamp() < until && await tick.WaitForNextTickAsync())
        {
            if (await AnswersAsync(endpoint)) return true;
            if (pid > 0 && HelperProgram.HasEnded(pid)) throw new DavitException(ErrorKind.Unavailable, $"davitd ended at once: {LastLine(log)}", $"the whole story is in {log}");
        }

        throw new DavitException(ErrorKind.Unavailable, $"davitd did not come up within {PatienceSeconds} seconds: {LastLine(log)}", $"the whole story is in {log}");
    }

    private static async Task<bool> AnswersAsync(EngineEndpoint endpoint)
    {
        try
        {
            var (_, stream) = await endpoint.ConnectAsync(CancellationToken.None);
            await stream.DisposeAsync();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static FileStream? TryLock(string path)
    {
        try
        {
            return new FileStream(path, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, Options = FileOptions.DeleteOnClose });
        }
        catch (IOException)
        {
            // another client is starting it: its socket is the one to wait for
            return null;
        }
    }

    private static string LastLine(string log)
    {
        try
        {
            return File.ReadLines(log).LastOrDefault(l => l.Length > 0) ?? "it said nothing";
        }
        catch (IOException)
        {
            return "it left no log";
        }
    }
}

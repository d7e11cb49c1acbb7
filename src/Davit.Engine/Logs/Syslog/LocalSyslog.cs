using System.Net.Sockets;
using Davit.Engine.Logs.Drivers;
using Davit.Engine.Logs.Transport;

namespace Davit.Engine.Logs.Syslog;

/// <summary>The machine's own syslog daemon, wherever it listens.</summary>
internal static class LocalSyslog
{
    private static readonly string[] Paths = ["/dev/log", "/var/run/syslog", "/var/run/log"];

    /// <summary>Connects to the first that answers; null when there is none.</summary>
    public static async Task<(DatagramConnection? Datagrams, StreamConnection? Stream)?> OpenAsync(CancellationToken cancellation)
    {
        foreach (var path in Paths.Where(File.Exists))
        {
            try
            {
                return (await DatagramConnection.OpenAsync(new LogAddress("unixgram", "", 0, path), cancellation).ConfigureAwait(false), null);
            }
            catch (SocketException)
            {
                // a stream socket, or nobody behind it
            }

            try
            {
                return (null, await StreamConnection.OpenAsync(new LogAddress("unix", "", 0, path), null, answers: false, cancellation).ConfigureAwait(false));
            }
            catch (SocketException)
            {
                // the next one
            }
        }

        return null;
    }
}

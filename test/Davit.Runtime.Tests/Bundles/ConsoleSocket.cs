using System.Net.Sockets;
using System.Text;

namespace Davit.Runtime.Tests.Bundles;

/// <summary>Who takes terminals of containers: the other side of <c>--console-socket</c>.</summary>
internal sealed class ConsoleSocket : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    internal ConsoleSocket(OciBundle bundle, string name)
    {
        Path = $"{bundle.Directory}/{name}";
        _listener.Bind(new UnixDomainSocketEndPoint(Path));
        _listener.Listen();
        File.SetUnixFileMode(Path, (UnixFileMode)0x1b6); // an ordinary user's runtime may call
    }

    internal string Path { get; }

    /// <summary>Starts to take the next terminal, and gives what is written to it until its last process has closed it.</summary>
    /// <param name="opened">Ends when a process has the terminal open: what nobody has open yet reads as if all had closed it.</param>
    internal async Task<Task<string>> ReadAsync(Task? opened = null)
    {
        using var connection = await _listener.AcceptAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        var master = ReceivedDescriptor.Take(connection);
        if (opened is not null) await opened;
        return Task.Factory.StartNew(() => Read(master), TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public void Dispose() => _listener.Dispose();

    private static string Read(int master)
    {
        using var terminal = new FileStream(new Microsoft.Win32.SafeHandles.SafeFileHandle(master, ownsHandle: true), FileAccess.Read, 0);
        var text = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            for (int got; (got = terminal.Read(buffer)) > 0;) text.Append(Encoding.UTF8.GetString(buffer, 0, got));
        }
        catch (IOException)
        {
            // EIO is the end
        }

        return text.ToString();
    }
}

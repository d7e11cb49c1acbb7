using System.Net.Sockets;
using System.Text;
using Davit.Runtime.Tests.Bundles;

namespace Davit.Runtime.Tests.Conformance;

/// <summary>Containers with terminals.</summary>
internal static class Terminals
{
    /// <summary>Runs a container with a console socket, and reads its terminal to the end.</summary>
    internal static async Task<string> RunAsync(OciBundle bundle)
    {
        var path = bundle.Directory + "/console.sock";
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        var run = bundle.OciAsync("run", "-d", "--console-socket", path, "-b", bundle.Directory, bundle.Id);
        using var connection = await listener.AcceptAsync();
        var descriptor = ReceivedDescriptor.Take(connection);
        using var master = new FileStream(new Microsoft.Win32.SafeHandles.SafeFileHandle(descriptor, ownsHandle: true), FileAccess.Read, 0);
        Assert.True((await run).ExitCode == 0, bundle.Errors);
        var text = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            for (int length; (length = master.Read(buffer)) > 0;) text.Append(Encoding.UTF8.GetString(buffer, 0, length));
        }
        catch (IOException)
        {
            // the end of a terminal: nobody has it open any more
        }

        return text.ToString();
    }
}

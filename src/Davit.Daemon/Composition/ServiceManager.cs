using System.Net.Sockets;
using System.Text;

namespace Davit.Daemon.Composition;

/// <summary>Tells systemd how the daemon is doing (sd_notify protocol); silent when nobody asked.</summary>
internal static class ServiceManager
{
    /// <summary>Sends a state, for example <c>READY=1</c>.</summary>
    /// <param name="address">Value of NOTIFY_SOCKET, or null.</param>
    /// <param name="state">What to say.</param>
    public static void Notify(string? address, string state)
    {
        if (string.IsNullOrEmpty(address)) return;
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            // a leading @ stands for the abstract name space
            socket.SendTo(Encoding.UTF8.GetBytes(state), new UnixDomainSocketEndPoint(address[0] == '@' ? "\0" + address[1..] : address));
        }
        catch (SocketException)
        {
            // the service manager has gone; the daemon goes on
        }
    }
}

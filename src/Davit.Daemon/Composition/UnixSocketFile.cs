using System.Net.Sockets;
using Davit.Primitives;

namespace Davit.Daemon.Composition;

/// <summary>The file of a unix socket: a stale one goes, a new one belongs to the group.</summary>
internal static class UnixSocketFile
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    /// <summary>Removes what an earlier daemon left; refuses to take over one that answers.</summary>
    /// <exception cref="DavitException">Unavailable: somebody listens there.</exception>
    public static void Prepare(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (!File.Exists(path)) return;
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException)
        {
            File.Delete(path);
            return;
        }

        throw new DavitException(ErrorKind.Unavailable, $"can't listen on unix://{path}: another daemon answers there", "stop it, or choose another socket with -H");
    }

    /// <summary>Gives the socket its mode and group.</summary>
    public static void Secure(string path, string group)
    {
        File.SetUnixFileMode(path, Mode);
        if (GroupOwner.TryGive(path, group)) return;
        // without the group the socket is root's alone
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}

using Davit.Linux;
using Davit.Linux.Netlink;

namespace Davit.Network.Bridges;

/// <summary>The one rtnetlink socket in the host's network namespace, used by one caller at a time.</summary>
internal sealed class HostLinks : IDisposable
{
    private readonly Lock _gate = new();
    private readonly NetlinkSocket _socket = NetlinkSocket.OpenRoute();
    private readonly NetlinkRequest _request = new();

    /// <summary>Sends the messages that the caller writes with one system call.</summary>
    /// <exception cref="LinuxException">The first failure; later messages were carried out all the same.</exception>
    internal void Execute(Action<NetlinkRequest> write)
    {
        lock (_gate)
        {
            _request.Clear();
            write(_request);
            _socket.Execute(_request);
        }
    }

    /// <summary>Asks something.</summary>
    internal T Query<T>(Func<NetlinkSocket, T> ask)
    {
        lock (_gate)
        {
            return ask(_socket);
        }
    }

    /// <summary>Removes an interface; one that is gone is no failure.</summary>
    internal void Delete(string name)
    {
        try
        {
            Execute(request => request.DeleteLinkByName(name));
        }
        catch (LinuxException e) when (e.Errno is Errno.ENODEV)
        {
            // gone with its namespace
        }
    }

    /// <summary>Removes interfaces that nobody needs any more; with many the kernel waits once for all.</summary>
    /// <param name="names">Their names; those that are gone are no failure.</param>
    /// <param name="group">A group of interfaces that has no other members.</param>
    internal void DeleteAll(IReadOnlyCollection<string> names, uint group)
    {
        if (names.Count < 2)
        {
            foreach (var name in names)
            {
                Delete(name);
            }

            return;
        }

        Forgive(request =>
        {
            foreach (var name in names)
            {
                request.SetGroup(name, group);
            }
        });
        Forgive(request => request.DeleteGroup(group));

        void Forgive(Action<NetlinkRequest> write)
        {
            try
            {
                Execute(write);
            }
            catch (LinuxException e) when (e.Errno is Errno.ENODEV)
            {
                // gone already; the other messages were carried out
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();
}

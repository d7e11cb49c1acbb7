using System.Net;
using System.Net.Sockets;
using Davit.Linux.Descriptors;
using static Davit.Linux.Native.NetlinkNative;

namespace Davit.Linux.Sockets;

/// <summary>Holds a port of the host: nobody else can bind it, and a port that somebody has is refused. It never receives anything; packets are translated before they reach it.</summary>
public static unsafe class PortReservation
{
    /// <summary>Binds a port.</summary>
    /// <param name="address">Address; any of IPv6 leaves IPv4 alone.</param>
    /// <param name="port">Port, 1 to 65535.</param>
    /// <param name="udp">UDP instead of TCP.</param>
    /// <param name="descriptor">The holder; the port is free again when it is disposed.</param>
    /// <returns><see cref="Errno.None"/>, <see cref="Errno.EADDRINUSE"/>, or why not.</returns>
    public static Errno TryReserve(IPAddress address, ushort port, bool udp, out FileDescriptor? descriptor)
    {
        var errno = TryBind(address, port, udp, reuse: false, out descriptor);
        if (errno == Errno.EADDRINUSE && !udp)
        {
            // Connections of an ended program may linger in TIME_WAIT; a listening socket with SO_REUSEADDR passes them, but no living owner.
            errno = TryBind(address, port, udp, reuse: true, out descriptor);
        }

        return errno;
    }

    private static Errno TryBind(IPAddress address, ushort port, bool udp, bool reuse, out FileDescriptor? descriptor)
    {
        descriptor = null;
        var v6 = address.AddressFamily == AddressFamily.InterNetworkV6;
        var fd = Socket(v6 ? AfInet6 : AfInet, (udp ? SockDgram : SockStream) | SockCloexec, 0);
        if (fd < 0)
        {
            return LastErrno;
        }

        var holder = new FileDescriptor(fd);
        var on = 1;
        // SAFETY: the pointers are to locals of the lengths given.
        if (v6)
        {
            _ = SetSockOpt(fd, IpProtoIpv6, Ipv6V6Only, &on, sizeof(int));
        }

        if (reuse)
        {
            _ = SetSockOpt(fd, SolSocket, SoReuseAddr, &on, sizeof(int));
        }

        // struct sockaddr_in and sockaddr_in6
        var name = stackalloc byte[28];
        new Span<byte>(name, 28).Clear();
        *(ushort*)name = (ushort)(v6 ? AfInet6 : AfInet);
        name[2] = (byte)(port >> 8);
        name[3] = (byte)port;
        _ = address.TryWriteBytes(new Span<byte>(name + (v6 ? 8 : 4), v6 ? 16 : 4), out _);
        if (v6)
        {
            *(uint*)(name + 24) = (uint)address.ScopeId;
        }

        if (Bind(fd, name, v6 ? 28u : 16u) < 0 || (reuse && Listen(fd, 0) < 0))
        {
            var errno = LastErrno;
            holder.Dispose();
            return errno;
        }

        descriptor = holder;
        return Errno.None;
    }
}

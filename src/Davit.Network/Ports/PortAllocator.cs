using System.Net;
using System.Net.Sockets;
using Davit.Linux;
using Davit.Linux.Descriptors;
using Davit.Linux.Sockets;
using Davit.Primitives;

namespace Davit.Network.Ports;

/// <summary>Who has which port of the host. Each is really bound, so other programs see it taken and we see theirs.</summary>
internal sealed class PortAllocator : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(bool Udp, ushort Port), List<(IPAddress Address, FileDescriptor? Holder)>> _held = [];
    private readonly ushort _first;
    private readonly ushort _last;
    private ushort _next;

    /// <summary>Makes the allocator.</summary>
    /// <param name="ephemeral">Ports from which free ones are chosen.</param>
    internal PortAllocator((ushort First, ushort Last) ephemeral)
    {
        (_first, _last) = ephemeral;
        _next = _first;
    }

    /// <summary>Reserves a port on one or more addresses; all of them or none.</summary>
    /// <param name="udp">UDP instead of TCP.</param>
    /// <param name="addresses">Addresses of the host.</param>
    /// <param name="range">First and last port that will do; 0 for any of the ephemeral ones.</param>
    /// <param name="target">Container's end, for the error text.</param>
    /// <returns>The port.</returns>
    /// <exception cref="DavitException">Docker's texts.</exception>
    internal ushort Reserve(bool udp, IReadOnlyList<IPAddress> addresses, (ushort First, ushort Last) range, (IPAddress Address, ushort Port) target)
    {
        lock (_gate)
        {
            if (range.First != 0 && range.First == range.Last)
            {
                return TryReserve(udp, addresses, range.First, target) is { } failure ? throw failure : range.First;
            }

            var ephemeral = range.First == 0;
            var (first, last) = ephemeral ? (_first, _last) : range;
            DavitException? reason = null;
            for (var tries = last - first + 1; tries > 0; tries--)
            {
                var port = ephemeral ? _next : (ushort)(last - tries + 1);
                if (ephemeral)
                {
                    _next = _next == last ? first : (ushort)(_next + 1);
                }

                reason = TryReserve(udp, addresses, port, target);
                if (reason is null)
                {
                    return port;
                }

                if (reason.Kind != ErrorKind.Conflict)
                {
                    break;
                }
            }

            throw reason is { Kind: not ErrorKind.Conflict } ? reason : new DavitException(ErrorKind.Conflict, $"all ports from {first} to {last} are in use", "free one, or publish another range");
        }
    }

    /// <summary>Takes a port that a running container has had under an earlier daemon; when another program has it now, its rule still leads to the container.</summary>
    internal void Adopt(bool udp, IPAddress address, ushort port)
    {
        lock (_gate)
        {
            _ = PortReservation.TryReserve(address, port, udp, out var holder);
            Hold(udp, port).Add((address, holder));
        }
    }

    /// <summary>Gives a port back.</summary>
    internal void Release(bool udp, IPAddress address, ushort port)
    {
        lock (_gate)
        {
            var held = Hold(udp, port);
            foreach (var item in held.Where(item => item.Address.Equals(address)).ToList())
            {
                item.Holder?.Dispose();
                held.Remove(item);
            }

            if (held.Count == 0)
            {
                _held.Remove((udp, port));
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var item in _held.Values.SelectMany(held => held))
            {
                item.Holder?.Dispose();
            }

            _held.Clear();
        }
    }

    private List<(IPAddress Address, FileDescriptor? Holder)> Hold(bool udp, ushort port)
    {
        if (!_held.TryGetValue((udp, port), out var held))
        {
            _held[(udp, port)] = held = [];
        }

        return held;
    }

    private DavitException? TryReserve(bool udp, IReadOnlyList<IPAddress> addresses, ushort port, (IPAddress Address, ushort Port) target)
    {
        var taken = new List<(IPAddress Address, FileDescriptor Holder)>();
        try
        {
            foreach (var address in addresses)
            {
                if (_held.TryGetValue((udp, port), out var held) && held.Find(item => Collide(item.Address, address)) is { Address: { } other })
                {
                    return new DavitException(ErrorKind.Conflict, $"Bind for {Text(other, port)} failed: port is already allocated", "another container has published this port");
                }

                var errno = PortReservation.TryReserve(address, port, udp, out var holder);
                if (holder is null)
                {
                    return new DavitException(
                        errno is Errno.EADDRINUSE ? ErrorKind.Conflict : ErrorKind.InvalidArgument,
                        $"failed to bind host port for {Text(address, port)}:{Text(target.Address, target.Port)}/{(udp ? "udp" : "tcp")}: {errno.Text()}",
                        errno is Errno.EADDRINUSE ? $"another program listens on port {port}: ss -lnp 'sport = {port}' names it" : $"no interface of this host has the address {address}");
                }

                taken.Add((address, holder));
            }

            Hold(udp, port).AddRange(taken.Select(item => (item.Address, (FileDescriptor?)item.Holder)));
            taken.Clear();
            return null;
        }
        finally
        {
            foreach (var (_, holder) in taken)
            {
                holder.Dispose();
            }
        }
    }

    private static bool Collide(IPAddress one, IPAddress other) =>
        one.AddressFamily == other.AddressFamily && (one.Equals(other) || IsAny(one) || IsAny(other));

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    private static string Text(IPAddress address, ushort port) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]:{port}" : $"{address}:{port}";
}

using System.Net;
using System.Security.Cryptography;
using Davit.Linux.Netlink;
using Davit.Primitives;

namespace Davit.Network.Addresses;

/// <summary>Chooses subnets that nothing on the host uses: no network of ours, no route of any table, no address.</summary>
internal static class SubnetChooser
{
    /// <summary>Everything of the host that a new subnet must not overlap.</summary>
    /// <param name="socket">An rtnetlink socket in the host's namespace.</param>
    /// <param name="except">Index of an interface that does not count, or 0.</param>
    internal static List<IPNetwork> HostRanges(NetlinkSocket socket, int except)
    {
        var ranges = new List<IPNetwork>();
        foreach (var route in socket.ListRoutes())
        {
            if (route.Destination.PrefixLength > 0 && (route.Index != except || except == 0))
            {
                ranges.Add(route.Destination);
            }
        }

        foreach (var address in socket.ListAddresses())
        {
            if (address.Index != except || except == 0)
            {
                ranges.Add(AddressMath.NetworkOf(address.Address, address.PrefixLength));
            }
        }

        return ranges;
    }

    /// <summary>The first subnet of the pools that overlaps nothing.</summary>
    /// <exception cref="DavitException">All are in use, in Docker's words.</exception>
    internal static IPNetwork Choose(IReadOnlyList<AddressPool> pools, IReadOnlyCollection<IPNetwork> taken, bool ipv6)
    {
        foreach (var pool in pools)
        {
            if (pool.Base.IsIPv6() == ipv6 && FirstFree(pool, taken) is { } found)
            {
                return found;
            }
        }

        if (ipv6 && !pools.Any(pool => pool.Base.IsIPv6()))
        {
            return ChooseUniqueLocal(taken);
        }

        throw new DavitException(
            ErrorKind.InvalidArgument,
            "all predefined address pools have been fully subnetted",
            "remove networks that are not used (network prune), give a subnet (--subnet), or more pools (--default-address-pool)");
    }

    private static IPNetwork? FirstFree(AddressPool pool, IReadOnlyCollection<IPNetwork> taken)
    {
        var step = UInt128.One << ((pool.Base.IsIPv6() ? 128 : 32) - pool.Size);
        var last = pool.Base.Last();
        for (var at = pool.Base.First(); ;)
        {
            var candidate = new IPNetwork(at.ToAddress(pool.Base.Family()), pool.Size);
            var obstacle = taken.Where(range => range.Overlaps(candidate)).Select(range => (UInt128?)range.Last()).Max();
            if (obstacle is null)
            {
                return candidate;
            }

            // Go on behind what is in the way, so that a pool of any size is passed in as many steps as there are obstacles.
            var next = candidate.Last() > obstacle ? candidate.Last() : obstacle.Value;
            if (next >= last)
            {
                return null;
            }

            at = pool.Base.First() + (((next - pool.Base.First()) / step) + 1) * step;
            if (at > last)
            {
                return null;
            }
        }
    }

    /// <summary>A random private IPv6 subnet (RFC 4193).</summary>
    private static IPNetwork ChooseUniqueLocal(IReadOnlyCollection<IPNetwork> taken)
    {
        while (true)
        {
            var bytes = new byte[16];
            bytes[0] = 0xfd;
            RandomNumberGenerator.Fill(bytes.AsSpan(1, 5));
            var candidate = new IPNetwork(new IPAddress(bytes), 64);
            if (!taken.Any(range => range.Overlaps(candidate)))
            {
                return candidate;
            }
        }
    }
}

using System.Net;

namespace Davit.Network.Addresses;

/// <summary>
/// Gives out the addresses of one subnet. It goes on from the address given last, so a released one rests as long as there are others.
/// Not safe for use by two threads at once.
/// </summary>
internal sealed class AddressAllocator
{
    private readonly HashSet<UInt128> _used = [];
    private readonly UInt128 _first;
    private readonly UInt128 _last;
    private UInt128 _next;

    internal AddressAllocator(SubnetModel subnet)
    {
        Subnet = subnet;
        var range = subnet.IpRange ?? subnet.Subnet;
        _first = range.First();
        _last = range.Last();
        _next = _first;
        foreach (var address in subnet.AuxiliaryAddresses.Values.Append(subnet.Gateway))
        {
            _used.Add(address.ToNumber());
        }

        // IPv4 keeps the network's own address and the broadcast address for itself, IPv6 the router's anycast address.
        if (subnet.Subnet.IsIPv6() || subnet.Subnet.PrefixLength < 31)
        {
            _used.Add(subnet.Subnet.First());
        }

        if (!subnet.Subnet.IsIPv6() && subnet.Subnet.PrefixLength < 31)
        {
            _used.Add(subnet.Subnet.Last());
        }
    }

    internal SubnetModel Subnet { get; }

    /// <summary>The next free address, or null when all are in use.</summary>
    internal IPAddress? TryTake()
    {
        // Among one more candidate than there are used addresses one must be free, or the range is exhausted.
        var size = _last - _first;
        for (var tries = (UInt128)_used.Count + 1; tries > 0; tries--)
        {
            var candidate = _next;
            _next = candidate == _last ? _first : candidate + 1;
            if (_used.Add(candidate))
            {
                return candidate.ToAddress(Subnet.Subnet.Family());
            }

            if (size-- == 0)
            {
                break;
            }
        }

        return null;
    }

    /// <summary>Takes a certain address; false when it is in use.</summary>
    internal bool TryTake(IPAddress address) => _used.Add(address.ToNumber());

    /// <summary>Gives an address back.</summary>
    internal void Release(IPAddress address) => _used.Remove(address.ToNumber());
}

using System.Globalization;
using System.Net;
using Davit.Primitives;

namespace Davit.Network.Addresses;

/// <summary>Hardware (MAC) addresses.</summary>
internal static class HardwareAddress
{
    /// <summary>The address that belongs to an IPv4 address: 02:42 and its four bytes, so that a neighbour's cache stays right when the address moves on.</summary>
    internal static byte[] For(IPAddress address) => [0x02, 0x42, .. address.GetAddressBytes()[^4..]];

    internal static string Format(ReadOnlySpan<byte> bytes) =>
        string.Create(CultureInfo.InvariantCulture, $"{bytes[0]:x2}:{bytes[1]:x2}:{bytes[2]:x2}:{bytes[3]:x2}:{bytes[4]:x2}:{bytes[5]:x2}");

    /// <summary>Reads <c>02:42:ac:11:00:02</c>, also with dashes.</summary>
    /// <exception cref="DavitException">InvalidArgument, in Docker's words.</exception>
    internal static byte[] Parse(string text)
    {
        var parts = text.Split(text.Contains('-', StringComparison.Ordinal) ? '-' : ':');
        var bytes = new byte[6];
        var good = parts.Length == 6;
        for (var i = 0; good && i < 6; i++)
        {
            good = parts[i].Length == 2 && byte.TryParse(parts[i], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out bytes[i]);
        }

        return good
            ? bytes
            : throw new DavitException(ErrorKind.InvalidArgument, $"invalid MAC address: address {text}: invalid MAC address", "write six pairs of hexadecimal digits: 02:42:ac:11:00:02");
    }
}

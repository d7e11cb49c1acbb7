using System.Net;
using System.Net.Sockets;
using Davit.Primitives;

namespace Davit.Network;

/// <summary>A range that is cut into subnets of one size (<c>--default-address-pool base=…,size=…</c>).</summary>
/// <param name="Base">The range.</param>
/// <param name="Size">Prefix length of each subnet.</param>
public sealed record AddressPool(IPNetwork Base, int Size)
{
    /// <summary>Docker's pools: 172.17/16 to 172.31/16, then 192.168/16 in parts of /20.</summary>
    public static IReadOnlyList<AddressPool> Defaults { get; } =
    [
        new(new IPNetwork(IPAddress.Parse("172.17.0.0"), 16), 16),
        new(new IPNetwork(IPAddress.Parse("172.18.0.0"), 16), 16),
        new(new IPNetwork(IPAddress.Parse("172.19.0.0"), 16), 16),
        new(new IPNetwork(IPAddress.Parse("172.20.0.0"), 14), 16),
        new(new IPNetwork(IPAddress.Parse("172.24.0.0"), 14), 16),
        new(new IPNetwork(IPAddress.Parse("172.28.0.0"), 14), 16),
        new(new IPNetwork(IPAddress.Parse("192.168.0.0"), 16), 20),
    ];

    /// <summary>Reads <c>base=10.1.0.0/16,size=24</c>.</summary>
    /// <exception cref="DavitException">InvalidArgument, naming the text.</exception>
    public static AddressPool Parse(string text)
    {
        IPNetwork? range = null;
        int? size = null;
        foreach (var part in text.Split(','))
        {
            var at = part.IndexOf('=', StringComparison.Ordinal);
            var value = at < 0 ? "" : part[(at + 1)..];
            switch (at < 0 ? part : part[..at].Trim())
            {
                case "base" when IPNetwork.TryParse(value, out var parsed):
                    range = parsed;
                    break;
                case "size" when int.TryParse(value, out var parsed):
                    size = parsed;
                    break;
                default:
                    throw Invalid(text);
            }
        }

        if (range is not { } found || size is not { } length || length < found.PrefixLength
            || length > (found.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? 30 : 126))
        {
            throw Invalid(text);
        }

        return new AddressPool(found, length);
    }

    private static DavitException Invalid(string text) => new(
        ErrorKind.InvalidArgument,
        $"invalid default address pool \"{text}\"",
        "write it as base=10.1.0.0/16,size=24: a subnet, and the prefix length of each network cut from it");
}

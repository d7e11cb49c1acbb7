using System.Net;
using System.Net.Sockets;
using Davit.Primitives;

namespace Davit.Network.Networks;

/// <summary>Checks the bridge driver's options (<c>network create -o</c>), in Docker's words. Keys that the driver does not know are kept and shown, as Docker does.</summary>
internal static class DriverOptions
{
    /// <summary>Options that Docker's driver has and ours does not: refused, never ignored.</summary>
    private static readonly string[] NotOffered = ["com.docker.network.bridge.trusted_host_interfaces"];

    /// <summary>Checks every option of a new network.</summary>
    /// <exception cref="DavitException">InvalidArgument or NotImplemented, naming option and value.</exception>
    internal static void Validate(NetworkOptions options)
    {
        foreach (var name in (string[])[NetworkNames.IccOption, NetworkNames.MasqueradeOption, NetworkNames.InhibitIPv4Option])
        {
            _ = options.Options.Flag(name, true);
        }

        foreach (var (name, value) in options.Options)
        {
            switch (name)
            {
                case NetworkNames.MtuOption:
                    Mtu(value);
                    break;
                case NetworkNames.BridgeNameOption when value.Length is 0 or > 15 || value.AsSpan().ContainsAny(" /:\t"):
                    throw new DavitException(ErrorKind.InvalidArgument, $"invalid name of a bridge: \"{value}\"", "a name of an interface has 1 to 15 characters, without space, slash and colon");
                case NetworkNames.GatewayModeOption or NetworkNames.GatewayMode6Option:
                    GatewayMode(name, value, options.Internal);
                    break;
                case NetworkNames.HostBindingOption or NetworkNames.HostIPv4Option:
                    Address(name, value, AddressFamily.InterNetwork);
                    break;
                case NetworkNames.HostIPv6Option:
                    Address(name, value, AddressFamily.InterNetworkV6);
                    break;
                case var _ when NotOffered.Contains(name):
                    throw new DavitException(ErrorKind.NotImplemented, $"option {name} is not supported", "leave it out: unpublished ports are closed to every interface of the host but the network's own");
            }
        }
    }

    private static void Mtu(string value)
    {
        if (!int.TryParse(value, out var mtu))
        {
            throw Failed(NetworkNames.MtuOption, value, $"strconv.Atoi: parsing \"{value}\": invalid syntax", "give a number from 68 to 65535");
        }

        if (mtu is < 0 or > 65535 or (> 0 and < 68))
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"invalid MTU number: {mtu}", "give a number from 68 to 65535");
        }
    }

    private static void GatewayMode(string name, string value, bool isInternal)
    {
        if (value is not ("" or "nat" or "nat-unprotected" or "routed" or "isolated"))
        {
            throw Failed(name, value, $"unknown gateway mode {value}", "the modes are nat, nat-unprotected, routed and isolated");
        }

        if (value == "isolated" && !isInternal)
        {
            throw new DavitException(ErrorKind.InvalidArgument, "gateway mode 'isolated' can only be used for an internal network", "add --internal");
        }
    }

    private static void Address(string name, string value, AddressFamily family)
    {
        if (!IPAddress.TryParse(value, out var address) || address.AddressFamily != family)
        {
            throw Failed(name, value, "nil ip", $"give an {(family == AddressFamily.InterNetwork ? "IPv4" : "IPv6")} address of this host");
        }
    }

    internal static DavitException Failed(string name, string value, string reason, string hint) =>
        new(ErrorKind.InvalidArgument, $"failed to parse {name} value: {value} ({reason})", hint);
}

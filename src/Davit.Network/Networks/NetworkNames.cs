using Davit.Network.Networks;
using Davit.Primitives;

namespace Davit.Network;

/// <summary>Names and keys with a meaning.</summary>
internal static class NetworkNames
{
    internal const string Bridge = "bridge";
    internal const string Host = "host";
    internal const string None = "none";
    internal const string NullDriver = "null";

    /// <summary>What the API calls the network of whoever names none.</summary>
    internal const string Default = "default";

    internal const string BridgeNameOption = "com.docker.network.bridge.name";
    internal const string IccOption = "com.docker.network.bridge.enable_icc";
    internal const string MasqueradeOption = "com.docker.network.bridge.enable_ip_masquerade";
    internal const string HostBindingOption = "com.docker.network.bridge.host_binding_ipv4";
    internal const string DefaultBridgeOption = "com.docker.network.bridge.default_bridge";
    internal const string MtuOption = "com.docker.network.driver.mtu";
    internal const string GatewayModeOption = "com.docker.network.bridge.gateway_mode_ipv4";
    internal const string GatewayMode6Option = "com.docker.network.bridge.gateway_mode_ipv6";
    internal const string InhibitIPv4Option = "com.docker.network.bridge.inhibit_ipv4";
    internal const string HostIPv4Option = "com.docker.network.host_ipv4";
    internal const string HostIPv6Option = "com.docker.network.host_ipv6";
    internal const string InterfacePrefixOption = "com.docker.network.container_iface_prefix";

    /// <summary>Name of the auxiliary address that stands for the default bridge's own address, when containers get another gateway.</summary>
    internal const string BridgeAddress = "com.docker.network.bridge.address";

    /// <summary>Whether a boolean driver option is on.</summary>
    /// <exception cref="DavitException">InvalidArgument, naming option and value.</exception>
    internal static bool Flag(this IReadOnlyDictionary<string, string> options, string name, bool otherwise)
    {
        if (!options.TryGetValue(name, out var text))
        {
            return otherwise;
        }

        return text switch
        {
            "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
            "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
            _ => throw DriverOptions.Failed(name, text, $"strconv.ParseBool: parsing \"{text}\": invalid syntax", "write true or false"),
        };
    }
}

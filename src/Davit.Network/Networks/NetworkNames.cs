using Davit.Primitives;

namespace Davit.Network;

/// <summary>Names and keys with a meaning.</summary>
internal static class NetworkNames
{
    internal const string Bridge = "bridge";
    internal const string Host = "host";
    internal const string None = "none";
    internal const string NullDriver = "null";

    internal const string BridgeNameOption = "com.docker.network.bridge.name";
    internal const string IccOption = "com.docker.network.bridge.enable_icc";
    internal const string MasqueradeOption = "com.docker.network.bridge.enable_ip_masquerade";
    internal const string HostBindingOption = "com.docker.network.bridge.host_binding_ipv4";
    internal const string DefaultBridgeOption = "com.docker.network.bridge.default_bridge";
    internal const string MtuOption = "com.docker.network.driver.mtu";
    internal const string GatewayModeOption = "com.docker.network.bridge.gateway_mode_ipv4";
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

        return text.ToLowerInvariant() switch
        {
            "true" or "1" or "t" => true,
            "false" or "0" or "f" => false,
            _ => throw new DavitException(ErrorKind.InvalidArgument, $"invalid value for option {name}: \"{text}\"", "write true or false"),
        };
    }
}

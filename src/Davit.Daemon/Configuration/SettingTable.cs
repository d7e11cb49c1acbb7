using System.Globalization;
using System.Net;
using Davit.Network;
using Davit.Primitives;

namespace Davit.Daemon.Configuration;

/// <summary>All settings, under dockerd's names where dockerd has them.</summary>
internal static class SettingTable
{
    /// <summary>The table.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        new("host", 'H', "hosts", SettingKind.List, "Address to listen on: unix:///path, tcp://127.0.0.1:2375 or fd://", (s, v) => s.Hosts.Add(v)),
        new("group", 'G', "group", SettingKind.Value, "Group that may use the unix socket", (s, v) => s.Group = v),
        new("data-root", 'g', "data-root", SettingKind.Value, "Directory of persistent state", (s, v) => s.DataRoot = Absolute("data-root", v)),
        new("exec-root", null, "exec-root", SettingKind.Value, "Directory of run-time state", (s, v) => s.RunRoot = Absolute("exec-root", v)),
        new("pidfile", 'p', "pidfile", SettingKind.Value, "File for the process id", (s, v) => s.PidFile = v),
        new("config-file", null, null, SettingKind.Value, "Configuration file", (s, v) => s.ConfigFile = v),
        new("debug", 'D', "debug", SettingKind.Flag, "Debug log", (s, v) => s.Debug = Boolean("debug", v)),
        new("log-level", 'l', "log-level", SettingKind.Value, "Level of the log: debug, info, warn, error, fatal", (s, v) => s.LogLevel = OneOf("log-level", v, "debug", "info", "warn", "error", "fatal")),
        new("log-file", null, "log-file", SettingKind.Value, "File for the log in place of stderr", (s, v) => s.LogFile = Absolute("log-file", v)),
        new("registry-mirror", null, "registry-mirrors", SettingKind.List, "Mirror of the default registry", (s, v) => AddMirror(s, "docker.io", v)),
        new("insecure-registry", null, "insecure-registries", SettingKind.List, "Registry without checked TLS: host[:port] or a network", (s, v) => s.InsecureRegistries.Add(v)),
        new("max-concurrent-downloads", null, "max-concurrent-downloads", SettingKind.Value, "Layers downloaded at a time", (s, v) => s.ConcurrentDownloads = Count("max-concurrent-downloads", v)),
        new("max-concurrent-uploads", null, "max-concurrent-uploads", SettingKind.Value, "Layers uploaded at a time", (s, v) => s.ConcurrentUploads = Count("max-concurrent-uploads", v)),
        new("bridge", 'b', "bridge", SettingKind.Value, "Name of the default bridge", (s, v) => s.Bridge = Length("bridge", v, 15)),
        new("bip", null, "bip", SettingKind.Value, "Address of the default bridge, for example 10.1.0.1/24", (s, v) => s.Network = s.Network with { Bip = v }),
        new("fixed-cidr", null, "fixed-cidr", SettingKind.Value, "Part of the default bridge's subnet for containers", (s, v) => s.Network = s.Network with { FixedCidr = v }),
        new("fixed-cidr-v6", null, "fixed-cidr-v6", SettingKind.Value, "IPv6 subnet of the default bridge", (s, v) => s.Network = s.Network with { FixedCidrV6 = v }),
        new("default-gateway", null, "default-gateway", SettingKind.Value, "Default gateway of containers", (s, v) => s.Network = s.Network with { DefaultGateway = v }),
        new("default-address-pool", null, "default-address-pools", SettingKind.List, "Pool of subnets: base=10.1.0.0/16,size=24", (s, v) => s.AddressPools.Add(AddressPool.Parse(v))),
        new("ipv6", null, "ipv6", SettingKind.Flag, "IPv6 on the default bridge", (s, v) => s.Network = s.Network with { EnableIPv6 = Boolean("ipv6", v) }),
        new("mtu", null, "mtu", SettingKind.Value, "MTU of containers' interfaces", (s, v) => s.Network = s.Network with { Mtu = Count("mtu", v, 0) }),
        new("icc", null, "icc", SettingKind.Flag, "Containers of the default bridge reach each other", (s, v) => s.Network = s.Network with { EnableIcc = Boolean("icc", v) }),
        new("ip-forward", null, "ip-forward", SettingKind.Flag, "Switch on the host's forwarding", (s, v) => s.Network = s.Network with { IpForward = Boolean("ip-forward", v) }),
        new("ip-masq", null, "ip-masq", SettingKind.Flag, "Networks hide behind the host's address", (s, v) => s.Network = s.Network with { IpMasquerade = Boolean("ip-masq", v) }),
        new("iptables", null, "iptables", SettingKind.Flag, "Manage the firewall", (s, v) => s.Network = s.Network with { Firewall = Boolean("iptables", v) }),
        new("ip", null, "ip", SettingKind.Value, "Address that ports are published on", (s, v) => s.Network = s.Network with { DefaultHostAddress = Address("ip", v) }),
        new("host-gateway-ip", null, "host-gateway-ip", SettingKind.Value, "Address that host-gateway stands for", (s, v) => s.Engine = s.Engine with { HostGateway = Address("host-gateway-ip", v) }),
        new("dns", null, "dns", SettingKind.List, "Name server of containers", (s, v) => s.Engine = s.Engine with { Dns = [.. s.Engine.Dns, Address("dns", v).ToString()] }),
        new("dns-search", null, "dns-search", SettingKind.List, "Search domain of containers", (s, v) => s.Engine = s.Engine with { DnsSearch = [.. s.Engine.DnsSearch, v] }),
        new("dns-opt", null, "dns-opts", SettingKind.List, "Resolver option of containers", (s, v) => s.Engine = s.Engine with { DnsOptions = [.. s.Engine.DnsOptions, v] }),
        new("init", null, "init", SettingKind.Flag, "An init process in every container", (s, v) => s.Engine = s.Engine with { Init = Boolean("init", v) }),
        new("init-path", null, "init-path", SettingKind.Value, "The init program", (s, v) => s.Engine = s.Engine with { InitPath = Absolute("init-path", v) }),
        new("log-driver", null, "log-driver", SettingKind.Value, "Default log driver", (s, v) => s.Engine = s.Engine with { LogDriver = v }),
        new("log-opt", null, "log-opts", SettingKind.List, "Option of the default log driver: name=value", (s, v) => s.Engine = s.Engine with { LogOptions = With(s.Engine.LogOptions, Pair("log-opt", v)) }),
        new("journal-socket", null, "journal-socket", SettingKind.Value, "Where journald receives entries", (s, v) => s.Engine = s.Engine with { JournalSocket = Absolute("journal-socket", v) }),
        new("default-shm-size", null, "default-shm-size", SettingKind.Value, "Size of /dev/shm", (s, v) => s.Engine = s.Engine with { ShmSize = Bytes("default-shm-size", v) }),
        new("default-ulimit", null, "default-ulimits", SettingKind.List, "Default limit: nofile=1024:2048", AddUlimit),
        new("seccomp-profile", null, "seccomp-profile", SettingKind.Value, "Seccomp profile of all containers", (s, v) => s.Engine = s.Engine with { SeccompProfile = v }),
        new("no-new-privileges", null, "no-new-privileges", SettingKind.Flag, "No new privileges in all containers", (s, v) => s.Engine = s.Engine with { NoNewPrivileges = Boolean("no-new-privileges", v) }),
        new("add-runtime", null, "runtimes", SettingKind.List, "Further OCI runtime: name=path", (_, v) => throw OtherRuntime(Pair("add-runtime", v).Name)),
        new("default-runtime", null, "default-runtime", SettingKind.Value, "Runtime used without asking", (_, v) => { if (v is not ("davit" or "runc" or "davit-oci")) throw OtherRuntime(v); }),
        new("cgroup-parent", null, "cgroup-parent", SettingKind.Value, "Parent cgroup of containers", (s, v) => s.CgroupParent = v),
        new("label", null, "labels", SettingKind.List, "Label of the daemon: name=value", (s, v) => { Pair("label", v); s.Labels.Add(v); }),
        new("live-restore", null, "live-restore", SettingKind.Flag, "Containers survive the daemon (always so)", (_, v) => { if (!Boolean("live-restore", v)) throw new DavitException(ErrorKind.NotImplemented, "live-restore can't be false: containers always survive the daemon", "leave the setting out"); }),
        new("storage-driver", 's', "storage-driver", SettingKind.Value, "Storage: overlay2", (_, v) => OneOf("storage-driver", v, "overlay2", "overlayfs")),
        new("tls", null, "tls", SettingKind.Flag, "TLS on TCP addresses", (s, v) => s.Tls = Boolean("tls", v)),
        new("tlsverify", null, "tlsverify", SettingKind.Flag, "TLS, and clients must show a certificate", (s, v) => s.TlsVerify = Boolean("tlsverify", v)),
        new("tlscacert", null, "tlscacert", SettingKind.Value, "Authority of clients' certificates", (s, v) => s.TlsAuthority = v),
        new("tlscert", null, "tlscert", SettingKind.Value, "Certificate", (s, v) => s.TlsCertificate = v),
        new("tlskey", null, "tlskey", SettingKind.Value, "Its key", (s, v) => s.TlsKey = v),
        new("instance", null, "instance", SettingKind.Value, "Name of the instance, for several daemons side by side", (s, v) => s.InstanceName = InstanceName(v)),
        new("interface-prefix", null, "interface-prefix", SettingKind.Value, "Prefix of interface names on the host", (s, v) => s.InterfacePrefix = Length("interface-prefix", v, 6)),
        new("firewall-table", null, "firewall-table", SettingKind.Value, "nftables table of this daemon", (s, v) => s.FirewallTable = v),
        new("validate", null, null, SettingKind.Flag, "Check the configuration and end", (s, v) => s.ValidateOnly = Boolean("validate", v)),
        new("remove-everything", null, null, SettingKind.Flag, "Remove all of the instance's traces from the running system and end", (s, v) => s.RemoveEverything = Boolean("remove-everything", v)),
    ];

    /// <summary>Adds a mirror of a registry.</summary>
    public static void AddMirror(DaemonSettings settings, string registry, string mirror)
    {
        if (!Uri.TryCreate(mirror, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.Query.Length > 0 || uri.UserInfo.Length > 0)
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"invalid mirror: \"{mirror}\" of {registry}: it must be an http:// or https:// address without query and credentials");
        }

        if (!settings.Mirrors.TryGetValue(registry, out var list)) settings.Mirrors[registry] = list = [];
        list.Add(uri);
    }

    private static DavitException OtherRuntime(string name) =>
        new(ErrorKind.NotImplemented, $"runtime \"{name}\" can't be added: containers run by Davit's own runtime alone", "leave the setting out; davit-oci is what other engines may use as a runtime");

    private static bool Boolean(string name, string text) => text.ToLowerInvariant() switch
    {
        "1" or "t" or "true" => true,
        "0" or "f" or "false" => false,
        _ => throw Invalid(name, text, "true or false"),
    };

    private static int Count(string name, string text, int least = 1) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least ? number : throw Invalid(name, text, $"a number of at least {least}");

    private static string Absolute(string name, string text) => text.StartsWith('/') ? text.Length > 1 ? text.TrimEnd('/') : text : throw Invalid(name, text, "an absolute path");

    private static string Length(string name, string text, int most) => text.Length > 0 && text.Length <= most ? text : throw Invalid(name, text, $"1 to {most} characters");

    private static string OneOf(string name, string text, params ReadOnlySpan<string> allowed) =>
        allowed.Contains(text) ? text : throw Invalid(name, text, string.Join(", ", allowed.ToArray()));

    private static IPAddress Address(string name, string text) => IPAddress.TryParse(text, out var address) ? address : throw Invalid(name, text, "an IP address");

    private static string InstanceName(string text) => text.Length is > 0 and <= 12 && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-')
        ? text : throw Invalid("instance", text, "lower-case letters, digits and dashes, at most 12");

    private static (string Name, string Value) Pair(string name, string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 ? (text[..equals], text[(equals + 1)..]) : throw Invalid(name, text, "name=value");
    }

    private static Dictionary<string, string> With(IReadOnlyDictionary<string, string> options, (string Name, string Value) pair) => new(options) { [pair.Name] = pair.Value };

    private static long Bytes(string name, string text)
    {
        var digits = text.TrimEnd('b', 'B', 'k', 'K', 'm', 'M', 'g', 'G', 'i');
        var unit = text[digits.Length..].ToLowerInvariant().TrimEnd('b', 'i') switch { "" => 1L, "k" => 1L << 10, "m" => 1L << 20, "g" => 1L << 30, _ => 0 };
        return unit > 0 && long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number * unit : throw Invalid(name, text, "a size such as 64m");
    }

    private static void AddUlimit(DaemonSettings settings, string text)
    {
        var (name, value) = Pair("default-ulimit", text);
        var parts = value.Split(':');
        if (parts.Length > 2 || !long.TryParse(parts[0], out var soft) || !long.TryParse(parts[^1], out var hard)) throw Invalid("default-ulimit", text, "name=soft[:hard]");
        settings.Engine = settings.Engine with { Ulimits = new Dictionary<string, (long, long)>(settings.Engine.Ulimits) { [name] = (soft, hard) } };
    }

    private static DavitException Invalid(string name, string value, string expected) =>
        new(ErrorKind.InvalidArgument, $"invalid value \"{value}\" for {name}: {expected} is expected");
}

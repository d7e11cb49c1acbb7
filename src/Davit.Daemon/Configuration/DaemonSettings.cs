using System.Net;
using Davit.Network;
using Davit.Primitives;

namespace Davit.Daemon.Configuration;

/// <summary>Everything that a daemon is told: defaults, then daemon.json, then the environment, then flags.</summary>
public sealed record DaemonSettings
{
    /// <summary>Name of the instance.</summary>
    public string InstanceName { get; set; } = "davit";

    /// <summary>State; null follows the instance.</summary>
    public string? DataRoot { get; set; }

    /// <summary>Run-time state; null follows the instance.</summary>
    public string? RunRoot { get; set; }

    /// <summary>Addresses to listen on, as written; empty means the default socket.</summary>
    public List<string> Hosts { get; set; } = [];

    /// <summary>Group that may use the socket.</summary>
    public string Group { get; set; } = "davit";

    /// <summary>File for the process id, or null.</summary>
    public string? PidFile { get; set; }

    /// <summary>Level of the log.</summary>
    public string LogLevel { get; set; } = "info";

    /// <summary>Debug log.</summary>
    public bool Debug { get; set; }

    /// <summary>File for the log, or null for stderr.</summary>
    public string? LogFile { get; set; }

    /// <summary>Mirrors by registry.</summary>
    public Dictionary<string, List<Uri>> Mirrors { get; set; } = [];

    /// <summary>Registries without checked TLS.</summary>
    public List<string> InsecureRegistries { get; set; } = [];

    /// <summary>Name of the default bridge, or null.</summary>
    public string? Bridge { get; set; }

    /// <summary>Prefix of interface names, or null.</summary>
    public string? InterfacePrefix { get; set; }

    /// <summary>Firewall table, or null.</summary>
    public string? FirewallTable { get; set; }

    /// <summary>Parent cgroup, or null.</summary>
    public string? CgroupParent { get; set; }

    /// <summary>Pools of subnets.</summary>
    public List<AddressPool> AddressPools { get; set; } = [];

    /// <summary>Network settings without the pools.</summary>
    public NetworkServiceOptions Network { get; set; } = new();

    /// <summary>Settings of containers.</summary>
    public Davit.Engine.EngineOptions Engine { get; set; } = new();

    /// <summary>Labels of the daemon.</summary>
    public List<string> Labels { get; set; } = [];

    /// <summary>Layers downloaded at a time.</summary>
    public int ConcurrentDownloads { get; set; } = 3;

    /// <summary>Layers uploaded at a time.</summary>
    public int ConcurrentUploads { get; set; } = 5;

    /// <summary>TLS on TCP addresses.</summary>
    public bool Tls { get; set; }

    /// <summary>Clients must show a certificate.</summary>
    public bool TlsVerify { get; set; }

    /// <summary>Authority of clients' certificates.</summary>
    public string TlsAuthority { get; set; } = "/etc/davit/ca.pem";

    /// <summary>Certificate.</summary>
    public string TlsCertificate { get; set; } = "/etc/davit/cert.pem";

    /// <summary>Its key.</summary>
    public string TlsKey { get; set; } = "/etc/davit/key.pem";

    /// <summary>The configuration file.</summary>
    public string ConfigFile { get; set; } = "/etc/davit/daemon.json";

    /// <summary>Only check the configuration.</summary>
    public bool ValidateOnly { get; set; }

    /// <summary>Remove everything of the instance from the host and end.</summary>
    public bool RemoveEverything { get; set; }

    /// <summary>The instance that the settings describe.</summary>
    public Instance ToInstance()
    {
        var standard = new Instance();
        var own = InstanceName != standard.Name;
        return new Instance
        {
            Name = InstanceName,
            DataRoot = DataRoot ?? (own ? $"/var/lib/davit-{InstanceName}" : standard.DataRoot),
            RunRoot = RunRoot ?? (own ? $"/run/davit-{InstanceName}" : standard.RunRoot),
            Bridge = Bridge ?? (own ? $"{InstanceName}0" : standard.Bridge),
            InterfacePrefix = InterfacePrefix ?? (own ? InstanceName[..Math.Min(5, InstanceName.Length)] : standard.InterfacePrefix),
            FirewallTable = FirewallTable ?? (own ? $"davit-{InstanceName}" : standard.FirewallTable),
            CgroupParent = (CgroupParent ?? (own ? $"davit-{InstanceName}" : standard.CgroupParent)).Trim('/'),
        };
    }

    /// <summary>The network settings with the pools.</summary>
    public NetworkServiceOptions ToNetworkOptions() => AddressPools.Count == 0 ? Network : Network with { DefaultAddressPools = AddressPools };

    /// <summary>Addresses to listen on.</summary>
    public IReadOnlyList<string> ToHosts() => Hosts.Count > 0 ? Hosts : [$"unix://{ToInstance().RunRoot}/davit.sock"];
}

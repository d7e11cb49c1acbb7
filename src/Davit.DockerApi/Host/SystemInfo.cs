using System.Text.Json.Serialization;

namespace Davit.DockerApi.Host;

/// <summary>Answer to <c>GET /info</c>.</summary>
public sealed record SystemInfo
{
    /// <summary>Identity of this daemon.</summary>
    public string ID { get; set; } = "";

    /// <summary>Containers.</summary>
    public int Containers { get; set; }

    /// <summary>Running.</summary>
    public int ContainersRunning { get; set; }

    /// <summary>Paused.</summary>
    public int ContainersPaused { get; set; }

    /// <summary>Not running.</summary>
    public int ContainersStopped { get; set; }

    /// <summary>Images.</summary>
    public int Images { get; set; }

    /// <summary>Storage.</summary>
    public string Driver { get; set; } = "";

    /// <summary>Details.</summary>
    public IReadOnlyList<IReadOnlyList<string>> DriverStatus { get; set; } = [];

    /// <summary>Never.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<IReadOnlyList<string>>? SystemStatus { get; set; }

    /// <summary>Plug-ins.</summary>
    public PluginsInfo Plugins { get; set; } = new();

    /// <summary>Supported by the kernel.</summary>
    public bool MemoryLimit { get; set; }

    /// <summary>Supported by the kernel.</summary>
    public bool SwapLimit { get; set; }

    /// <summary>Supported by the kernel.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool KernelMemory { get; set; }

    /// <summary>Supported by the kernel.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool KernelMemoryTCP { get; set; }

    /// <summary>Supported by the kernel.</summary>
    public bool CpuCfsPeriod { get; set; }

    /// <summary>Supported by the kernel.</summary>
    public bool CpuCfsQuota { get; set; }

    /// <summary>Supported by the kernel.</summary>
    public bool CPUShares { get; set; }

    /// <summary>Supported by the kernel.</summary>
    public bool CPUSet { get; set; }

    /// <summary>Supported by the kernel.</summary>
    public bool PidsLimit { get; set; }

    /// <summary>On.</summary>
    public bool IPv4Forwarding { get; set; }

    /// <summary>Only in answers to old clients.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? BridgeNfIptables { get; set; }

    /// <summary>Only in answers to old clients.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? BridgeNfIp6tables { get; set; }

    /// <summary>Debug log.</summary>
    public bool Debug { get; set; }

    /// <summary>Open descriptors.</summary>
    public int NFd { get; set; }

    /// <summary>Supported by the kernel.</summary>
    public bool OomKillDisable { get; set; }

    /// <summary>Threads.</summary>
    public int NGoroutines { get; set; }

    /// <summary>Now.</summary>
    public string SystemTime { get; set; } = "";

    /// <summary>Default log driver.</summary>
    public string LoggingDriver { get; set; } = "";

    /// <summary><c>cgroupfs</c>.</summary>
    public string CgroupDriver { get; set; } = "";

    /// <summary>1 or 2.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CgroupVersion { get; set; }

    /// <summary>Clients of <c>events</c>.</summary>
    public int NEventsListener { get; set; }

    /// <summary>Kernel.</summary>
    public string KernelVersion { get; set; } = "";

    /// <summary>Distribution.</summary>
    public string OperatingSystem { get; set; } = "";

    /// <summary>Version.</summary>
    public string OSVersion { get; set; } = "";

    /// <summary><c>linux</c>.</summary>
    public string OSType { get; set; } = "";

    /// <summary>Machine.</summary>
    public string Architecture { get; set; } = "";

    /// <summary>Default registry.</summary>
    public string IndexServerAddress { get; set; } = "";

    /// <summary>Registries.</summary>
    public RegistryServiceConfig? RegistryConfig { get; set; }

    /// <summary>Processors.</summary>
    public int NCPU { get; set; }

    /// <summary>Bytes.</summary>
    public long MemTotal { get; set; }

    /// <summary>Always null.</summary>
    public IReadOnlyList<string>? GenericResources { get; set; }

    /// <summary>Data root.</summary>
    public string DockerRootDir { get; set; } = "";

    /// <summary>Proxy.</summary>
    public string HttpProxy { get; set; } = "";

    /// <summary>Proxy.</summary>
    public string HttpsProxy { get; set; } = "";

    /// <summary>Proxy.</summary>
    public string NoProxy { get; set; } = "";

    /// <summary>Host name.</summary>
    public string Name { get; set; } = "";

    /// <summary>Labels of the daemon.</summary>
    public IReadOnlyList<string> Labels { get; set; } = [];

    /// <summary>Never.</summary>
    public bool ExperimentalBuild { get; set; }

    /// <summary>Version.</summary>
    public string ServerVersion { get; set; } = "";

    /// <summary>OCI runtimes.</summary>
    public IReadOnlyDictionary<string, RuntimeInfo>? Runtimes { get; set; }

    /// <summary>The one used.</summary>
    public string DefaultRuntime { get; set; } = "";

    /// <summary>No swarm.</summary>
    public SwarmInfo Swarm { get; set; } = new();

    /// <summary>Containers survive the daemon.</summary>
    public bool LiveRestoreEnabled { get; set; }

    /// <summary>Windows only.</summary>
    public string Isolation { get; set; } = "";

    /// <summary>What <c>--init</c> puts in.</summary>
    public string InitBinary { get; set; } = "";

    /// <summary>Version.</summary>
    public CommitInfo ContainerdCommit { get; set; } = new();

    /// <summary>Version.</summary>
    public CommitInfo RuncCommit { get; set; } = new();

    /// <summary>Version.</summary>
    public CommitInfo InitCommit { get; set; } = new();

    /// <summary>Security features.</summary>
    public IReadOnlyList<string> SecurityOptions { get; set; } = [];

    /// <summary>Never.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ProductLicense { get; set; }

    /// <summary>Pools of subnets, when configured.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<AddressPool>? DefaultAddressPools { get; set; }

    /// <summary>Firewall.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public FirewallInfo? FirewallBackend { get; set; }

    /// <summary>Never.</summary>
    public IReadOnlyList<string>? CDISpecDirs { get; set; }

    /// <summary>What the host lacks.</summary>
    public IReadOnlyList<string>? Warnings { get; set; }
}

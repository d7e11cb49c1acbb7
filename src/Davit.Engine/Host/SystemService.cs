using System.Runtime.InteropServices;
using Davit.DockerApi;
using Davit.DockerApi.Host;
using Davit.Engine.Containers;
using Davit.Engine.Logs.Drivers;
using Davit.Primitives;

namespace Davit.Engine.Host;

/// <summary>What <c>version</c> and <c>info</c> say.</summary>
public sealed class SystemService(EngineServices services, ContainerService containers, HostFacts host, ProductInfo product, DaemonFacts daemon)
{
    /// <summary>What the daemon was told; some of it may change while it runs.</summary>
    public DaemonFacts Daemon { get; set; } = daemon;

    /// <summary>Identity of the daemon.</summary>
    public string Id => Daemon.Id;

    /// <summary>Answer to <c>version</c>.</summary>
    public SystemVersion Version() => new()
    {
        Platform = new PlatformName { Name = "Davit" },
        Components =
        [
            new ComponentVersion
            {
                Name = "Engine",
                Version = product.Version,
                Details = new Dictionary<string, string>
                {
                    ["ApiVersion"] = Daemon.Api.Highest, ["Arch"] = host.Architecture64, ["BuildTime"] = product.BuildTime, ["Experimental"] = "false", ["GitCommit"] = product.Commit,
                    ["GoVersion"] = RuntimeInformation.FrameworkDescription, ["KernelVersion"] = host.KernelVersion, ["MinAPIVersion"] = Daemon.Api.Lowest, ["Os"] = "linux",
                },
            },
        ],
        Version = product.Version,
        ApiVersion = Daemon.Api.Highest,
        MinAPIVersion = Daemon.Api.Lowest,
        GitCommit = product.Commit,
        GoVersion = RuntimeInformation.FrameworkDescription,
        Os = "linux",
        Arch = host.Architecture64,
        KernelVersion = host.KernelVersion,
        BuildTime = product.BuildTime,
    };

    /// <summary>Answer to <c>info</c>.</summary>
    /// <param name="listeners">Clients of the events.</param>
    public SystemInfo Info(int listeners)
    {
        var counts = containers.Counts;
        var warnings = services.Networks.Warnings;
        return new SystemInfo
        {
            ID = Daemon.Id,
            Containers = counts.Running + counts.Paused + counts.Stopped,
            ContainersRunning = counts.Running,
            ContainersPaused = counts.Paused,
            ContainersStopped = counts.Stopped,
            Images = services.Images.List().Count,
            Driver = "overlay2",
            DriverStatus = [["Backing Filesystem", BackingFileSystem(services.Instance)], ["Supports d_type", "true"], ["Using metacopy", "false"], ["Native Overlay Diff", "true"], ["userxattr", "false"]],
            Plugins = new PluginsInfo { Volume = ["local"], Network = ["bridge", "host", "null"], Log = LogDrivers.Names },
            MemoryLimit = host.HasController("memory"),
            SwapLimit = host.HasController("memory"),
            KernelMemoryTCP = false,
            CpuCfsPeriod = host.HasController("cpu"),
            CpuCfsQuota = host.HasController("cpu"),
            CPUShares = host.HasController("cpu"),
            CPUSet = host.HasController("cpuset"),
            PidsLimit = host.HasController("pids"),
            IPv4Forwarding = host.ForwardsIPv4,
            Debug = Daemon.Debug,
            NFd = HostFacts.OpenDescriptors,
            OomKillDisable = host.CgroupVersion == "1" && host.HasController("memory"),
            NGoroutines = ThreadPool.ThreadCount,
            SystemTime = Timestamp.Format(services.Time.GetUtcNow()),
            LoggingDriver = services.Options.LogDriver,
            CgroupDriver = "cgroupfs",
            CgroupVersion = host.CgroupVersion,
            NEventsListener = listeners,
            KernelVersion = host.KernelVersion,
            OperatingSystem = host.OperatingSystem,
            OSVersion = host.OsVersion,
            OSType = "linux",
            Architecture = host.Machine,
            IndexServerAddress = "https://index.docker.io/v1/",
            RegistryConfig = Registries(),
            NCPU = host.Processors,
            MemTotal = host.MemoryTotal,
            DockerRootDir = services.Instance.DataRoot,
            HttpProxy = Daemon.Proxy.Http,
            HttpsProxy = Daemon.Proxy.Https,
            NoProxy = Daemon.Proxy.None,
            Name = host.HostName,
            Labels = Daemon.Labels,
            ServerVersion = product.Version,
            Runtimes = Daemon.Runtimes.ToDictionary(pair => pair.Key, pair => new RuntimeInfo { Path = pair.Value }),
            DefaultRuntime = Daemon.DefaultRuntime,
            LiveRestoreEnabled = true,
            InitBinary = Path.GetFileName(services.Options.InitPath),
            SecurityOptions = host.HasAppArmor ? ["name=apparmor", SeccompOption()] : [SeccompOption()],
            DefaultAddressPools = Daemon.AddressPools.Count == 0 ? null : [.. Daemon.AddressPools.Select(pool => new AddressPool { Base = pool.Base, Size = pool.Size })],
            FirewallBackend = new FirewallInfo { Driver = "nftables", Info = [["Table", services.Instance.FirewallTable]] },
            CDISpecDirs = [],
            Warnings = warnings.Count == 0 ? null : [.. warnings.Select(warning => "WARNING: " + warning)],
        };
    }

    private string SeccompOption() => $"name=seccomp,profile={services.Options.SeccompProfile ?? "builtin"}";

    private RegistryServiceConfig Registries() => new()
    {
        IndexConfigs = Daemon.InsecureRegistries.Where(name => !name.Contains('/', StringComparison.Ordinal)).Select(name => new IndexInfo { Name = name, Mirrors = [] })
            .Append(new IndexInfo { Name = "docker.io", Mirrors = Daemon.Mirrors, Official = true, Secure = true }).DistinctBy(index => index.Name).ToDictionary(index => index.Name),
        InsecureRegistryCIDRs = ["::1/128", "127.0.0.0/8", .. Daemon.InsecureRegistries.Where(name => name.Contains('/', StringComparison.Ordinal))],
        Mirrors = Daemon.Mirrors.Count > 0 ? Daemon.Mirrors : null,
    };

    private static string BackingFileSystem(Instance instance)
    {
        try
        {
            return new DriveInfo(instance.DataRoot).DriveFormat is "ext4" or "ext3" or "ext2" ? "extfs" : new DriveInfo(instance.DataRoot).DriveFormat;
        }
        catch (Exception e) when (e is IOException or ArgumentException or UnauthorizedAccessException)
        {
            return "<unknown>";
        }
    }
}

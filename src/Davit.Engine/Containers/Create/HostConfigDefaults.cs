using Davit.DockerApi.Containers;
using Davit.Engine.Containers.Spec;
using Davit.Runtime.Defaults;

namespace Davit.Engine.Containers.Create;

/// <summary>Fills in what a request leaves out, as Docker's inspect then shows it.</summary>
internal static class HostConfigDefaults
{
    public static HostConfig Fill(HostConfig host, EngineOptions options)
    {
        var security = SecurityOptions.Parse(host.SecurityOpt ?? []);
        var bare = host.Privileged || security.SystemPathsUnconfined;
        return host with
        {
            NetworkMode = host.NetworkMode is "" or "default" ? "bridge" : host.NetworkMode,
            RestartPolicy = host.RestartPolicy is { Name.Length: > 0 } policy ? policy : new() { Name = "no" },
            LogConfig = Log(host.LogConfig, options),
            IpcMode = host.IpcMode.Length == 0 ? "private" : host.IpcMode,
            CgroupnsMode = host.CgroupnsMode.Length == 0 ? "private" : host.CgroupnsMode,
            ShmSize = host.ShmSize == 0 ? options.ShmSize : host.ShmSize,
            Runtime = string.IsNullOrEmpty(host.Runtime) ? "davit" : host.Runtime,
            ConsoleSize = host.ConsoleSize ?? [0, 0],
            PortBindings = host.PortBindings ?? new Dictionary<string, IReadOnlyList<PortBinding>?>(),
            MemorySwap = host.Memory > 0 && host.MemorySwap == 0 ? host.Memory * 2 : host.MemorySwap,
            MemorySwappiness = host.MemorySwappiness == -1 ? null : host.MemorySwappiness,
            PidsLimit = host.PidsLimit is <= 0 ? null : host.PidsLimit,
            MaskedPaths = host.MaskedPaths ?? (bare ? null : ContainerDefaults.MaskedPaths),
            ReadonlyPaths = host.ReadonlyPaths ?? (bare ? null : ContainerDefaults.ReadOnlyPaths),
            BlkioWeightDevice = host.BlkioWeightDevice ?? [],
            BlkioDeviceReadBps = host.BlkioDeviceReadBps ?? [],
            BlkioDeviceWriteBps = host.BlkioDeviceWriteBps ?? [],
            BlkioDeviceReadIOps = host.BlkioDeviceReadIOps ?? [],
            BlkioDeviceWriteIOps = host.BlkioDeviceWriteIOps ?? [],
            Dns = host.Dns ?? [],
            DnsOptions = host.DnsOptions ?? [],
            DnsSearch = host.DnsSearch ?? [],
            Devices = host.Devices ?? [],
            Ulimits = host.Ulimits ?? [],
        };
    }

    /// <summary>The daemon's options go with its driver only; those of the request win. Options of the log beside a driver go with any.</summary>
    private static LogConfig Log(LogConfig? asked, EngineOptions options)
    {
        var type = asked?.Type is { Length: > 0 } given ? given : options.LogDriver;
        var merged = new Dictionary<string, string>();
        foreach (var (name, value) in options.LogOptions)
        {
            if (type == options.LogDriver || (type != "none" && name.StartsWith("cache-", StringComparison.Ordinal))) merged[name] = value;
        }

        foreach (var (name, value) in asked?.Config ?? new Dictionary<string, string>()) merged[name] = value;
        return new LogConfig { Type = type, Config = merged };
    }
}

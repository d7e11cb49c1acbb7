using Davit.DockerApi.Containers;
using Davit.Oci.Runtime;

namespace Davit.Engine.Containers.Spec;

/// <summary>Limits of a container for the runtime.</summary>
internal static class ResourceSpecs
{
    private const ulong DefaultPeriod = 100_000;

    public static ResourcesSpec Make(HostConfig host, IReadOnlyList<DeviceCgroupSpec>? devices) => new()
    {
        Devices = devices,
        Memory = Memory(host),
        Cpu = Cpu(host),
        Pids = host.PidsLimit is > 0 ? new() { Limit = host.PidsLimit } : null,
        BlockIO = BlockIo(host),
    };

    private static MemorySpec? Memory(HostConfig host)
    {
        if (host is { Memory: 0, MemoryReservation: 0, MemorySwap: 0, MemorySwappiness: null } && host.OomKillDisable is not true) return null;
        return new MemorySpec
        {
            Limit = host.Memory > 0 ? host.Memory : null,
            Reservation = host.MemoryReservation > 0 ? host.MemoryReservation : null,
            Swap = host.MemorySwap != 0 ? host.MemorySwap : null,
            Swappiness = host.MemorySwappiness is { } swappiness and >= 0 ? (ulong)swappiness : null,
            DisableOOMKiller = host.OomKillDisable is true ? true : null,
        };
    }

    private static CpuSpec? Cpu(HostConfig host)
    {
        var quota = host.NanoCpus > 0 ? host.NanoCpus * (long)DefaultPeriod / 1_000_000_000 : host.CpuQuota;
        if (quota == 0 && host is { CpuShares: 0, CpuPeriod: 0, CpuRealtimePeriod: 0, CpuRealtimeRuntime: 0, CpusetCpus.Length: 0, CpusetMems.Length: 0 }) return null;
        return new CpuSpec
        {
            Shares = host.CpuShares > 0 ? (ulong)host.CpuShares : null,
            Quota = quota != 0 ? quota : null,
            Period = host.NanoCpus > 0 ? DefaultPeriod : host.CpuPeriod > 0 ? (ulong)host.CpuPeriod : null,
            RealtimePeriod = host.CpuRealtimePeriod > 0 ? (ulong)host.CpuRealtimePeriod : null,
            RealtimeRuntime = host.CpuRealtimeRuntime > 0 ? host.CpuRealtimeRuntime : null,
            Cpus = host.CpusetCpus.Length > 0 ? host.CpusetCpus : null,
            Mems = host.CpusetMems.Length > 0 ? host.CpusetMems : null,
        };
    }

    private static BlockIoSpec? BlockIo(HostConfig host)
    {
        var throttled = (host.BlkioDeviceReadBps?.Count ?? 0) + (host.BlkioDeviceWriteBps?.Count ?? 0) + (host.BlkioDeviceReadIOps?.Count ?? 0) + (host.BlkioDeviceWriteIOps?.Count ?? 0);
        if (host.BlkioWeight == 0 && throttled == 0 && host.BlkioWeightDevice is null or { Count: 0 }) return null;
        return new BlockIoSpec
        {
            Weight = host.BlkioWeight > 0 ? (ushort)host.BlkioWeight : null,
            WeightDevice = [.. (host.BlkioWeightDevice ?? []).Select(Weight)],
            ThrottleReadBpsDevice = Throttle(host.BlkioDeviceReadBps),
            ThrottleWriteBpsDevice = Throttle(host.BlkioDeviceWriteBps),
            ThrottleReadIOPSDevice = Throttle(host.BlkioDeviceReadIOps),
            ThrottleWriteIOPSDevice = Throttle(host.BlkioDeviceWriteIOps),
        };
    }

    private static WeightDeviceSpec Weight(WeightDevice device)
    {
        var (major, minor) = DeviceSpecs.BlockNumber(device.Path);
        return new() { Major = major, Minor = minor, Weight = (ushort)device.Weight };
    }

    private static IReadOnlyList<ThrottleDeviceSpec>? Throttle(IReadOnlyList<ThrottleDevice>? devices) => devices is null or { Count: 0 } ? null :
    [
        .. devices.Select(device =>
        {
            var (major, minor) = DeviceSpecs.BlockNumber(device.Path);
            return new ThrottleDeviceSpec { Major = major, Minor = minor, Rate = (ulong)device.Rate };
        }),
    ];
}

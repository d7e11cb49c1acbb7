using System.Globalization;
using Davit.DockerApi.Containers;
using Davit.Primitives;

namespace Davit.Engine.Containers.Create;

/// <summary>Checks limits, with Docker's texts.</summary>
internal static class ResourceValidation
{
    private const long MinimumMemory = 6 << 20;

    public static void Validate(HostConfig host) => Validate(host, Environment.ProcessorCount);

    public static void Validate(HostConfig host, int processors)
    {
        if (host.Memory is not 0 and < MinimumMemory) throw Invalid("Minimum memory limit allowed is 6MB");
        if (host.Memory > 0 && host.MemorySwap > 0 && host.MemorySwap < host.Memory) throw Invalid("Minimum memoryswap limit should be larger than memory limit, see usage");
        if (host.Memory == 0 && host.MemorySwap > 0) throw Invalid("You should always set the Memory limit when using Memoryswap limit, see usage");
        if (host.MemorySwap < -1) throw Invalid($"invalid memory-swap: {host.MemorySwap}");
        if (host.MemorySwappiness is { } swappiness && swappiness is < -1 or > 100) throw Invalid($"Invalid value: {host.MemorySwappiness}, valid memory swappiness range is 0-100");
        if (host.MemoryReservation is not 0 and < MinimumMemory) throw Invalid("Minimum memory reservation allowed is 6MB");
        if (host.Memory > 0 && host.MemoryReservation > host.Memory) throw Invalid("Minimum memory limit can not be less than memory reservation limit, see usage");
        if (host.KernelMemory != 0) throw Invalid("--kernel-memory is not offered: the kernel has no such limit any more");
        if (host.KernelMemoryTCP != 0) throw Invalid("HostConfig.KernelMemoryTCP is not offered: the kernel has no such limit on cgroup v2");
        if (host.PidsLimit is < -1) throw Invalid($"invalid pids-limit: {host.PidsLimit}");
        Processor(host, processors);
        if (host.BlkioWeight is not 0 and (< 10 or > 1000)) throw Invalid("Range of blkio weight is from 10 to 1000");
        foreach (var device in host.BlkioWeightDevice ?? [])
        {
            if (device.Weight is not 0 and (< 10 or > 1000)) throw Invalid($"Range of blkio weight is from 10 to 1000, not {device.Weight} for {device.Path}");
        }
    }

    private static void Processor(HostConfig host, int processors)
    {
        if (host.NanoCpus > 0 && host.CpuPeriod > 0) throw Invalid("Conflicting options: Nano CPUs and CPU Period cannot both be set");
        if (host.NanoCpus > 0 && host.CpuQuota > 0) throw Invalid("Conflicting options: Nano CPUs and CPU Quota cannot both be set");
        if (host.NanoCpus < 0 || host.NanoCpus > processors * 1_000_000_000L || host.NanoCpus is > 0 and < 10_000_000)
        {
            throw Invalid(string.Create(CultureInfo.InvariantCulture, $"range of CPUs is from 0.01 to {processors}.00, as there are only {processors} CPUs available"));
        }

        if (host.CpuShares < 0) throw Invalid($"invalid CPU shares ({host.CpuShares}): value must be a positive integer");
        if (host.CpuPeriod is not 0 and (< 1000 or > 1_000_000)) throw Invalid("CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)");
        if (host.CpuQuota is > 0 and < 1000) throw Invalid("CPU cfs quota can not be less than 1ms (i.e. 1000)");
        if (host.CpuRealtimeRuntime > 0 && host.CpuRealtimePeriod > 0 && host.CpuRealtimeRuntime > host.CpuRealtimePeriod) throw Invalid("cpu real-time runtime cannot be higher than cpu real-time period");
        if (host.CpuRealtimeRuntime < 0 || host.CpuRealtimePeriod < 0) throw Invalid("invalid CPU real-time runtime or period: values must be positive");
        CpuSet.Validate("cpus", host.CpusetCpus, "/sys/devices/system/cpu/online", "Requested CPUs are not available");
        CpuSet.Validate("mems", host.CpusetMems, "/sys/devices/system/node/online", "Requested memory nodes are not available");
    }

    private static DavitException Invalid(string message) => new(ErrorKind.InvalidArgument, message);
}

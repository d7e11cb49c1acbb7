using Davit.Oci.Runtime;

namespace Davit.Engine.Resources;

/// <summary>Changes limits of cgroup version 1.</summary>
internal sealed class LegacyLimits(Func<string, string?> directory)
{
    public void Apply(ResourcesSpec limits)
    {
        if (limits.Memory is { } memory) Memory(memory);
        if (limits.Cpu is { } cpu) Processor(cpu);
        if (limits.Pids?.Limit is { } pids) CgroupFile.Write(directory("pids"), "pids.max", pids > 0 ? $"{pids}" : "max");
        if (limits.BlockIO is { } block) Block(block);
    }

    private void Memory(MemorySpec memory)
    {
        var path = directory("memory");
        if (memory.Limit is { } limit)
        {
            // The kernel keeps memory+swap at or above memory at every moment: raise the outer one first, lower it last.
            var raising = memory.Swap is not { } swap || swap == -1 || swap > (CgroupFile.Number(path, "memory.memsw.limit_in_bytes") ?? 0);
            if (memory.Swap is { } outer && raising && HasSwap(path)) CgroupFile.Write(path, "memory.memsw.limit_in_bytes", $"{outer}");
            CgroupFile.Write(path, "memory.limit_in_bytes", $"{limit}");
            if (memory.Swap is { } lower && !raising && HasSwap(path)) CgroupFile.Write(path, "memory.memsw.limit_in_bytes", $"{lower}");
        }
        else if (memory.Swap is { } only && HasSwap(path))
        {
            CgroupFile.Write(path, "memory.memsw.limit_in_bytes", $"{only}");
        }

        if (memory.Reservation is { } reservation) CgroupFile.Write(path, "memory.soft_limit_in_bytes", $"{reservation}");
        if (memory.Swappiness is { } swappiness) CgroupFile.Write(path, "memory.swappiness", $"{swappiness}");
        if (memory.DisableOOMKiller is { } disable) CgroupFile.Write(path, "memory.oom_control", disable ? "1" : "0");
    }

    private void Processor(CpuSpec cpu)
    {
        var path = directory("cpu");
        if (cpu.Shares is { } shares) CgroupFile.Write(path, "cpu.shares", $"{shares}");
        if (cpu.Period is { } period) CgroupFile.Write(path, "cpu.cfs_period_us", $"{period}");
        if (cpu.Quota is { } quota) CgroupFile.Write(path, "cpu.cfs_quota_us", $"{quota}");
        if (cpu.RealtimePeriod is { } realtimePeriod) CgroupFile.Write(path, "cpu.rt_period_us", $"{realtimePeriod}");
        if (cpu.RealtimeRuntime is { } realtimeRuntime) CgroupFile.Write(path, "cpu.rt_runtime_us", $"{realtimeRuntime}");
        if (cpu.Cpus is { Length: > 0 } cpus) CgroupFile.Write(directory("cpuset"), "cpuset.cpus", cpus);
        if (cpu.Mems is { Length: > 0 } mems) CgroupFile.Write(directory("cpuset"), "cpuset.mems", mems);
    }

    private void Block(BlockIoSpec block)
    {
        var path = directory("blkio");
        if (block.Weight is { } weight) CgroupFile.Write(path, File.Exists(path + "/blkio.bfq.weight") ? "blkio.bfq.weight" : "blkio.weight", $"{weight}");
        Throttle(path, "blkio.throttle.read_bps_device", block.ThrottleReadBpsDevice);
        Throttle(path, "blkio.throttle.write_bps_device", block.ThrottleWriteBpsDevice);
        Throttle(path, "blkio.throttle.read_iops_device", block.ThrottleReadIOPSDevice);
        Throttle(path, "blkio.throttle.write_iops_device", block.ThrottleWriteIOPSDevice);
    }

    private static void Throttle(string? path, string file, IReadOnlyList<ThrottleDeviceSpec>? devices)
    {
        foreach (var device in devices ?? []) CgroupFile.Write(path, file, $"{device.Major}:{device.Minor} {device.Rate}");
    }

    private static bool HasSwap(string? path) => File.Exists(path + "/memory.memsw.limit_in_bytes");
}

using Davit.Oci.Runtime;

namespace Davit.Engine.Resources;

/// <summary>Changes limits of cgroup version 2.</summary>
internal sealed class UnifiedLimits(string directory)
{
    public void Apply(ResourcesSpec limits)
    {
        if (limits.Memory is { } memory) Memory(memory);
        if (limits.Cpu is { } cpu) Processor(cpu);
        if (limits.Pids?.Limit is { } pids) Write("pids.max", pids > 0 ? $"{pids}" : "max");
        if (limits.BlockIO is { } block) Block(block);
    }

    private void Memory(MemorySpec memory)
    {
        if (memory.Swap is { } swap)
        {
            // Here swap is counted for itself, there together with memory.
            var limit = memory.Limit ?? CgroupFile.Number(directory, "memory.max") ?? 0;
            if (File.Exists(directory + "/memory.swap.max")) Write("memory.swap.max", swap == -1 ? "max" : $"{Math.Max(0, swap - limit)}");
        }

        if (memory.Limit is { } max) Write("memory.max", max == -1 ? "max" : $"{max}");
        if (memory.Reservation is { } reservation) Write("memory.low", $"{reservation}");
    }

    private void Processor(CpuSpec cpu)
    {
        if (cpu.Shares is { } shares) Write("cpu.weight", $"{Weight(shares)}");
        if (cpu.Quota is not null || cpu.Period is not null)
        {
            var old = File.ReadAllText(directory + "/cpu.max").Trim().Split(' ');
            Write("cpu.max", $"{(cpu.Quota is { } quota ? quota > 0 ? $"{quota}" : "max" : old[0])} {cpu.Period?.ToString() ?? old[1]}");
        }

        if (cpu.Cpus is { Length: > 0 } cpus) Write("cpuset.cpus", cpus);
        if (cpu.Mems is { Length: > 0 } mems) Write("cpuset.mems", mems);
    }

    private void Block(BlockIoSpec block)
    {
        if (block.Weight is { } weight) Write(File.Exists(directory + "/io.bfq.weight") ? "io.bfq.weight" : "io.weight", $"{1 + ((weight - 10) * 9999 / 990)}");
        Throttle("rbps", block.ThrottleReadBpsDevice);
        Throttle("wbps", block.ThrottleWriteBpsDevice);
        Throttle("riops", block.ThrottleReadIOPSDevice);
        Throttle("wiops", block.ThrottleWriteIOPSDevice);
    }

    private void Throttle(string key, IReadOnlyList<ThrottleDeviceSpec>? devices)
    {
        foreach (var device in devices ?? []) Write("io.max", $"{device.Major}:{device.Minor} {key}={device.Rate}");
    }

    /// <summary>Shares 2…262144 on weight 1…10000, 1024 on 100, as the OCI runtimes map them since 2025.</summary>
    internal static ulong Weight(ulong shares)
    {
        if (shares <= 2) return 1;
        if (shares >= 262144) return 10000;
        var exponent = Math.Log2(shares);
        return (ulong)Math.Ceiling(Math.Pow(10, ((exponent * exponent) + (125 * exponent)) / 612.0 - (7.0 / 34.0)));
    }

    private void Write(string file, string value) => CgroupFile.Write(directory, file, value);
}

using System.Globalization;

namespace Davit.Engine.Resources;

/// <summary>Counters of cgroup version 1.</summary>
internal static class LegacyUsage
{
    private const long NanosecondsPerTick = 10_000_000;

    public static ResourceUsage Read(Func<string, string?> directory)
    {
        var accounting = directory("cpuacct");
        var memory = directory("memory");
        var pids = directory("pids");
        var cpu = CgroupFile.Table(accounting, "cpuacct.stat");
        var throttling = CgroupFile.Table(directory("cpu"), "cpu.stat");
        var machine = CgroupFile.MachineMemory();
        return new ResourceUsage
        {
            CpuTotal = CgroupFile.Number(accounting, "cpuacct.usage") ?? 0,
            CpuUser = cpu.GetValueOrDefault("user") * NanosecondsPerTick,
            CpuSystem = cpu.GetValueOrDefault("system") * NanosecondsPerTick,
            CpuPerProcessor = PerProcessor(accounting),
            Periods = throttling.GetValueOrDefault("nr_periods"),
            ThrottledPeriods = throttling.GetValueOrDefault("nr_throttled"),
            ThrottledTime = throttling.GetValueOrDefault("throttled_time"),
            Memory = CgroupFile.Number(memory, "memory.usage_in_bytes") ?? 0,
            MemoryPeak = CgroupFile.Number(memory, "memory.max_usage_in_bytes") ?? 0,
            MemoryLimit = Math.Min(CgroupFile.Number(memory, "memory.limit_in_bytes") ?? machine, machine),
            MemoryFailures = CgroupFile.Number(memory, "memory.failcnt") ?? 0,
            MemoryDetails = CgroupFile.Table(memory, "memory.stat"),
            Tasks = CgroupFile.Number(pids, "pids.current") ?? 0,
            TaskLimit = CgroupFile.Number(pids, "pids.max") ?? 0,
            BlockBytes = Blocks(directory("blkio"), "blkio.throttle.io_service_bytes_recursive", "blkio.throttle.io_service_bytes"),
            BlockOperations = Blocks(directory("blkio"), "blkio.throttle.io_serviced_recursive", "blkio.throttle.io_serviced"),
        };
    }

    private static long[]? PerProcessor(string? directory)
    {
        var path = Path.Combine(directory ?? "", "cpuacct.usage_percpu");
        return directory is null || !File.Exists(path) ? null
            : [.. File.ReadAllText(path).Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(text => long.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : 0).Take(Environment.ProcessorCount)];
    }

    /// <summary>Lines of <c>8:0 Read 4096</c>.</summary>
    private static List<BlockCounter> Blocks(string? directory, params ReadOnlySpan<string> files)
    {
        List<BlockCounter> counters = [];
        if (directory is null) return counters;
        foreach (var file in files)
        {
            if (!File.Exists(Path.Combine(directory, file))) continue;
            foreach (var line in File.ReadLines(Path.Combine(directory, file)))
            {
                var fields = line.Split(' ', ':');
                if (fields.Length == 4 && long.TryParse(fields[0], out var major) && long.TryParse(fields[1], out var minor) && long.TryParse(fields[3], out var value)) counters.Add(new(major, minor, fields[2], value));
            }

            return counters;
        }

        return counters;
    }
}

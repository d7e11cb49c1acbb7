using System.Globalization;

namespace Davit.Engine.Resources;

/// <summary>Counters of cgroup version 2.</summary>
internal static class UnifiedUsage
{
    public static ResourceUsage Read(string directory)
    {
        var cpu = CgroupFile.Table(directory, "cpu.stat");
        var machine = CgroupFile.MachineMemory();
        return new ResourceUsage
        {
            CpuTotal = cpu.GetValueOrDefault("usage_usec") * 1000,
            CpuUser = cpu.GetValueOrDefault("user_usec") * 1000,
            CpuSystem = cpu.GetValueOrDefault("system_usec") * 1000,
            Periods = cpu.GetValueOrDefault("nr_periods"),
            ThrottledPeriods = cpu.GetValueOrDefault("nr_throttled"),
            ThrottledTime = cpu.GetValueOrDefault("throttled_usec") * 1000,
            Memory = CgroupFile.Number(directory, "memory.current") ?? 0,
            MemoryLimit = Math.Min(CgroupFile.Number(directory, "memory.max") ?? machine, machine),
            MemoryFailures = CgroupFile.Table(directory, "memory.events").GetValueOrDefault("oom"),
            MemoryDetails = CgroupFile.Table(directory, "memory.stat"),
            Tasks = CgroupFile.Number(directory, "pids.current") ?? 0,
            TaskLimit = CgroupFile.Number(directory, "pids.max") ?? 0,
            BlockBytes = Blocks(directory, ("rbytes", "read"), ("wbytes", "write")),
            BlockOperations = Blocks(directory, ("rios", "read"), ("wios", "write")),
        };
    }

    /// <summary>Lines of <c>8:0 rbytes=1 wbytes=2 rios=3 wios=4 …</c>.</summary>
    private static List<BlockCounter> Blocks(string directory, params ReadOnlySpan<(string Key, string Name)> keys)
    {
        List<BlockCounter> counters = [];
        var path = Path.Combine(directory, "io.stat");
        if (!File.Exists(path)) return counters;
        foreach (var line in File.ReadLines(path))
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var device = fields[0].Split(':');
            if (device.Length != 2) continue;
            foreach (var (key, name) in keys)
            {
                var field = fields.FirstOrDefault(text => text.StartsWith(key + "=", StringComparison.Ordinal));
                if (field is not null) counters.Add(new(long.Parse(device[0], CultureInfo.InvariantCulture), long.Parse(device[1], CultureInfo.InvariantCulture), name, long.Parse(field.AsSpan(key.Length + 1), CultureInfo.InvariantCulture)));
            }
        }

        return counters;
    }
}

using System.Globalization;

namespace Davit.Linux.Cgroups;

/// <summary>Reads the counters of a cgroup, of either version, in the same units.</summary>
public static class CgroupCounters
{
    private const long NanosecondsPerTick = 10_000_000; // USER_HZ is 100 on x86-64
    private const long NoLimit = 0x7fff_ffff_ffff_f000; // what version 1 says when there is none, rounded to a page

    /// <summary>Reads.</summary>
    /// <param name="host">The host's hierarchies.</param>
    /// <param name="cgroup">Path below the root of each hierarchy.</param>
    public static CgroupUsage Read(CgroupHierarchies host, string cgroup)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(cgroup);
        var path = "/" + cgroup.Trim('/');
        return host.IsUnified ? Unified(host.UnifiedMount + path) : Legacy(controller => host.MountOf(controller) is { } mount ? mount + path : null);
    }

    private static CgroupUsage Unified(string directory)
    {
        var cpu = CgroupFile.Table(directory, "cpu.stat");
        var events = CgroupFile.Table(directory, "memory.events");
        var (bytes, operations) = UnifiedBlocks(CgroupFile.Read(directory, "io.stat"));
        return new()
        {
            CpuTotal = cpu.GetValueOrDefault("usage_usec") * 1000,
            CpuUser = cpu.GetValueOrDefault("user_usec") * 1000,
            CpuSystem = cpu.GetValueOrDefault("system_usec") * 1000,
            Periods = cpu.GetValueOrDefault("nr_periods"),
            ThrottledPeriods = cpu.GetValueOrDefault("nr_throttled"),
            ThrottledTime = cpu.GetValueOrDefault("throttled_usec") * 1000,
            Memory = CgroupFile.Number(directory, "memory.current"),
            MemoryPeak = CgroupFile.Number(directory, "memory.peak"),
            MemoryLimit = CgroupFile.Number(directory, "memory.max"),
            MemoryFailures = events.GetValueOrDefault("max"),
            MemoryDetails = CgroupFile.Table(directory, "memory.stat"),
            Tasks = CgroupFile.Number(directory, "pids.current"),
            TaskLimit = CgroupFile.Number(directory, "pids.max"),
            BlockBytes = bytes,
            BlockOperations = operations,
        };
    }

    private static CgroupUsage Legacy(Func<string, string?> directory)
    {
        var split = CgroupFile.Table(directory("cpuacct"), "cpuacct.stat");
        var throttling = CgroupFile.Table(directory("cpu"), "cpu.stat");
        var memory = directory("memory");
        var limit = CgroupFile.Number(memory, "memory.limit_in_bytes");
        var (bytes, operations) = LegacyBlocks(directory("blkio"));
        return new()
        {
            CpuTotal = CgroupFile.Number(directory("cpuacct"), "cpuacct.usage"),
            CpuUser = split.GetValueOrDefault("user") * NanosecondsPerTick,
            CpuSystem = split.GetValueOrDefault("system") * NanosecondsPerTick,
            CpuPerProcessor = [.. CgroupFile.Read(directory("cpuacct"), "cpuacct.usage_percpu").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(CgroupFile.Parse)],
            Periods = throttling.GetValueOrDefault("nr_periods"),
            ThrottledPeriods = throttling.GetValueOrDefault("nr_throttled"),
            ThrottledTime = throttling.GetValueOrDefault("throttled_time"),
            Memory = CgroupFile.Number(memory, "memory.usage_in_bytes"),
            MemoryPeak = CgroupFile.Number(memory, "memory.max_usage_in_bytes"),
            MemoryLimit = limit >= NoLimit ? 0 : limit,
            MemoryFailures = CgroupFile.Number(memory, "memory.failcnt"),
            MemoryDetails = CgroupFile.Table(memory, "memory.stat"),
            Tasks = CgroupFile.Number(directory("pids"), "pids.current"),
            TaskLimit = CgroupFile.Number(directory("pids"), "pids.max"),
            BlockBytes = bytes,
            BlockOperations = operations,
        };
    }

    /// <summary>io.stat: <c>8:0 rbytes=1 wbytes=2 rios=3 wios=4 …</c>.</summary>
    internal static (List<CgroupDeviceCounter> Bytes, List<CgroupDeviceCounter> Operations) UnifiedBlocks(string text)
    {
        var (bytes, operations) = (new List<CgroupDeviceCounter>(), new List<CgroupDeviceCounter>());
        foreach (var line in text.Split('\n'))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 2 || !Device(words[0], out var major, out var minor)) continue;
            foreach (var word in words.Skip(1))
            {
                var value = CgroupFile.Parse(word[(word.IndexOf('=') + 1)..]);
                if (word.StartsWith("rbytes=", StringComparison.Ordinal)) bytes.Add(new(major, minor, "read", value));
                else if (word.StartsWith("wbytes=", StringComparison.Ordinal)) bytes.Add(new(major, minor, "write", value));
                else if (word.StartsWith("rios=", StringComparison.Ordinal)) operations.Add(new(major, minor, "read", value));
                else if (word.StartsWith("wios=", StringComparison.Ordinal)) operations.Add(new(major, minor, "write", value));
            }
        }

        return (bytes, operations);
    }

    /// <summary>Throttling counts everything; bfq's own counters win where there are any, as runc has it.</summary>
    private static (List<CgroupDeviceCounter> Bytes, List<CgroupDeviceCounter> Operations) LegacyBlocks(string? directory)
    {
        var bytes = LegacyLines(CgroupFile.Read(directory, "blkio.bfq.io_service_bytes_recursive"));
        var operations = LegacyLines(CgroupFile.Read(directory, "blkio.bfq.io_serviced_recursive"));
        return (
            bytes.Count > 0 ? bytes : LegacyLines(CgroupFile.Read(directory, "blkio.throttle.io_service_bytes_recursive")),
            operations.Count > 0 ? operations : LegacyLines(CgroupFile.Read(directory, "blkio.throttle.io_serviced_recursive")));
    }

    /// <summary><c>8:0 Read 123</c>; the line of the total has no device.</summary>
    internal static List<CgroupDeviceCounter> LegacyLines(string text)
    {
        var counters = new List<CgroupDeviceCounter>();
        foreach (var line in text.Split('\n'))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 3 && Device(words[0], out var major, out var minor)) counters.Add(new(major, minor, words[1].ToLowerInvariant(), CgroupFile.Parse(words[2])));
        }

        return counters;
    }

    private static bool Device(string text, out long major, out long minor)
    {
        var colon = text.IndexOf(':');
        minor = 0;
        return long.TryParse(colon < 0 ? "" : text[..colon], NumberStyles.None, CultureInfo.InvariantCulture, out major)
            && long.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out minor);
    }
}

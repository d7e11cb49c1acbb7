using System.Globalization;
using Davit.DockerApi;
using Davit.DockerApi.Containers;
using Davit.Linux.Cgroups;

namespace Davit.Engine.Stats;

/// <summary>Counters in the form of the API.</summary>
internal static class StatsView
{
    public static ContainerStats Of(ContainerStats head, CgroupUsage usage, ContainerStats? previous, DateTimeOffset now) => head with
    {
        Read = Timestamp.Format(now),
        Preread = previous?.Read ?? Timestamp.Never,
        PidsStats = new() { Current = usage.Tasks, Limit = usage.TaskLimit > 0 ? (ulong)usage.TaskLimit : 0 },
        BlkioStats = BlockStats(usage),
        CpuStats = new()
        {
            CpuUsage = new() { TotalUsage = usage.CpuTotal, UsageInUsermode = usage.CpuUser, UsageInKernelmode = usage.CpuSystem, PercpuUsage = usage.CpuPerProcessor },
            SystemCpuUsage = SystemTime(),
            OnlineCpus = Environment.ProcessorCount,
            ThrottlingData = new() { Periods = usage.Periods, ThrottledPeriods = usage.ThrottledPeriods, ThrottledTime = usage.ThrottledTime },
        },
        PrecpuStats = previous?.CpuStats ?? new(),
        MemoryStats = new() { Usage = usage.Memory, MaxUsage = usage.MemoryPeak, Limit = usage.MemoryLimit > 0 ? usage.MemoryLimit : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, Failcnt = usage.MemoryFailures, Stats = usage.MemoryDetails },
    };

    /// <summary>Version 1 has lists for all, empty or not; version 2 counts only two of them.</summary>
    private static BlkioStats BlockStats(CgroupUsage usage)
    {
        IReadOnlyList<BlkioEntry>? none = usage.CpuPerProcessor is null ? null : [];
        return new()
        {
            IoServiceBytesRecursive = Blocks(usage.BlockBytes) ?? none, IoServicedRecursive = Blocks(usage.BlockOperations) ?? none, IoQueueRecursive = none, IoServiceTimeRecursive = none,
            IoWaitTimeRecursive = none, IoMergedRecursive = none, IoTimeRecursive = none, SectorsRecursive = none,
        };
    }

    private static List<BlkioEntry>? Blocks(IReadOnlyList<CgroupDeviceCounter> counters) =>
        counters.Count == 0 ? null : [.. counters.Select(counter => new BlkioEntry { Major = counter.Major, Minor = counter.Minor, Op = counter.Operation, Value = counter.Value })];

    /// <summary>Nanoseconds that all processors together have had.</summary>
    private static long SystemTime()
    {
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(7);
        return fields.Sum(field => long.Parse(field, CultureInfo.InvariantCulture)) * 10_000_000;
    }
}

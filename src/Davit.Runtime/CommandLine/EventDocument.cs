using System.Globalization;
using System.Text;
using System.Text.Json;
using Davit.Linux.Cgroups;

namespace Davit.Runtime.CommandLine;

/// <summary>The line of <c>events</c>: the document that runc's users parse, zeros left out where runc leaves them out.</summary>
internal static class EventDocument
{
    private static readonly string[] CpuSetFlags =
        ["cpu_exclusive", "mem_hardwall", "mem_exclusive", "memory_migrate", "memory_spread_page", "memory_spread_slab", "memory_pressure", "sched_load_balance", "sched_relax_domain_level"];

    internal static string Stats(string id, CgroupUsage usage, CgroupHierarchies host, string cgroup)
    {
        var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("type", "stats");
            json.WriteString("id", id);
            json.WriteStartObject("data");
            Cpu(json, usage);
            CpuSet(json, host.MountOf("cpuset") is { } mount ? $"{mount}/{cgroup}" : null);
            Memory(json, usage, host.MountOf("memory") is { } memory ? $"{memory}/{cgroup}" : null, host.IsUnified ? $"{host.UnifiedMount}/{cgroup}" : null);
            json.WriteStartObject("pids");
            Some(json, "current", usage.Tasks);
            Some(json, "limit", usage.TaskLimit);
            json.WriteEndObject();
            json.WriteStartObject("blkio");
            Devices(json, "ioServiceBytesRecursive", usage.BlockBytes);
            Devices(json, "ioServicedRecursive", usage.BlockOperations);
            json.WriteEndObject();
            json.WriteStartObject("hugetlb");
            json.WriteEndObject();
            json.WriteStartObject("intel_rdt");
            json.WriteEndObject();
            json.WriteNull("network_interfaces");
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length) + "\n";
    }

    private static void Cpu(Utf8JsonWriter json, CgroupUsage usage)
    {
        json.WriteStartObject("cpu");
        json.WriteStartObject("usage");
        Some(json, "total", usage.CpuTotal);
        if (usage.CpuPerProcessor is { Count: > 0 } each)
        {
            json.WriteStartArray("percpu");
            foreach (var time in each) json.WriteNumberValue(time);
            json.WriteEndArray();
        }

        json.WriteNumber("kernel", usage.CpuSystem);
        json.WriteNumber("user", usage.CpuUser);
        json.WriteEndObject();
        json.WriteStartObject("throttling");
        Some(json, "periods", usage.Periods);
        Some(json, "throttledPeriods", usage.ThrottledPeriods);
        Some(json, "throttledTime", usage.ThrottledTime);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void CpuSet(Utf8JsonWriter json, string? directory)
    {
        json.WriteStartObject("cpuset");
        foreach (var name in (ReadOnlySpan<string>)["cpus", "mems"])
        {
            if (Text(directory, $"cpuset.{name}") is not { Length: > 0 } list) continue;
            json.WriteStartArray(name);
            foreach (var range in list.Split(','))
            {
                var ends = range.Split('-');
                for (var i = int.Parse(ends[0], CultureInfo.InvariantCulture); i <= int.Parse(ends[^1], CultureInfo.InvariantCulture); i++) json.WriteNumberValue(i);
            }

            json.WriteEndArray();
        }

        foreach (var flag in CpuSetFlags) json.WriteNumber(flag, Number(directory, $"cpuset.{flag}") ?? 0);
        json.WriteEndObject();
    }

    private static void Memory(Utf8JsonWriter json, CgroupUsage usage, string? version1, string? version2)
    {
        json.WriteStartObject("memory");
        Some(json, "cache", usage.MemoryDetails.GetValueOrDefault(version2 is null ? "cache" : "file"));
        json.WriteStartObject("usage");
        json.WriteNumber("limit", version1 is null ? (usage.MemoryLimit == 0 ? ulong.MaxValue : (ulong)usage.MemoryLimit) : (ulong)(Number(version1, "memory.limit_in_bytes") ?? 0));
        Some(json, "usage", usage.Memory);
        Some(json, "max", usage.MemoryPeak);
        json.WriteNumber("failcnt", usage.MemoryFailures);
        json.WriteEndObject();
        Part(json, "swap", version1, "memory.memsw", version2);
        Part(json, "kernel", version1, "memory.kmem", null);
        Part(json, "kernelTCP", version1, "memory.kmem.tcp", null);
        if (usage.MemoryDetails.Count > 0)
        {
            json.WriteStartObject("raw");
            foreach (var (name, value) in usage.MemoryDetails.OrderBy(d => d.Key, StringComparer.Ordinal)) json.WriteNumber(name, value);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void Part(Utf8JsonWriter json, string name, string? version1, string prefix, string? version2)
    {
        json.WriteStartObject(name);
        var swapLimit = Text(version2, "memory.swap.max") == "max" ? null : Number(version2, "memory.swap.max");
        json.WriteNumber("limit", version2 is not null ? (ulong)(swapLimit ?? -1) : (ulong)(Number(version1, prefix + ".limit_in_bytes") ?? 0));
        Some(json, "usage", Number(version1, prefix + ".usage_in_bytes") ?? Number(version2, "memory.swap.current") ?? 0);
        Some(json, "max", Number(version1, prefix + ".max_usage_in_bytes") ?? Number(version2, "memory.swap.peak") ?? 0);
        json.WriteNumber("failcnt", Number(version1, prefix + ".failcnt") ?? 0);
        json.WriteEndObject();
    }

    private static void Devices(Utf8JsonWriter json, string name, IReadOnlyList<CgroupDeviceCounter> counters)
    {
        if (counters.Count == 0) return;
        json.WriteStartArray(name);
        foreach (var counter in counters)
        {
            json.WriteStartObject();
            Some(json, "major", counter.Major);
            Some(json, "minor", counter.Minor);
            json.WriteString("op", char.ToUpperInvariant(counter.Operation[0]) + counter.Operation[1..]);
            Some(json, "value", counter.Value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Some(Utf8JsonWriter json, string name, long value)
    {
        if (value != 0) json.WriteNumber(name, value);
    }

    private static string? Text(string? directory, string file) => directory is not null && File.Exists($"{directory}/{file}") ? File.ReadAllText($"{directory}/{file}").Trim() : null;

    private static long? Number(string? directory, string file) => long.TryParse(Text(directory, file), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}

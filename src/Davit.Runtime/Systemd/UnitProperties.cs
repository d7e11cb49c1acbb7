using System.Globalization;
using Davit.Linux.Cgroups;
using Davit.Oci.Runtime;
using Davit.Primitives;
using Davit.Runtime.Planning;

namespace Davit.Runtime.Systemd;

/// <summary>What limits mean as properties of a unit (systemd.resource-control(5)). They say the same as the cgroup's files, which systemd writes again whenever it reloads.</summary>
internal static class UnitProperties
{
    private const string Annotation = "org.systemd.property.";
    private const ulong Infinity = ulong.MaxValue, DefaultPeriod = 100_000, Step = 10_000;

    private static readonly Dictionary<string, string> Numbers = new(StringComparer.Ordinal)
    {
        ["memory.limit_in_bytes"] = "MemoryLimit", ["memory.max"] = "MemoryMax", ["memory.low"] = "MemoryLow", ["memory.high"] = "MemoryHigh", ["memory.min"] = "MemoryMin", ["memory.swap.max"] = "MemorySwapMax",
        ["cpu.shares"] = "CPUShares", ["cpu.weight"] = "CPUWeight", ["blkio.weight"] = "BlockIOWeight", ["io.weight"] = "IOWeight", ["pids.max"] = "TasksMax",
    };

    /// <summary>Properties of a new scope or slice.</summary>
    /// <param name="host">The machine's hierarchies.</param>
    /// <param name="id">The container.</param>
    /// <param name="unit">The unit's name.</param>
    /// <param name="slice">The slice that it lies in.</param>
    /// <param name="pid">A process for it; null for a slice, which systemd gives none.</param>
    /// <param name="spec">The container's configuration.</param>
    internal static IReadOnlyList<UnitProperty> OfNew(CgroupHierarchies host, string id, string unit, string slice, int? pid, Spec spec) =>
    [
        UnitProperty.Of("Description", $"davit-oci container {id}"),
        .. unit.EndsWith(".slice", StringComparison.Ordinal) ? [new UnitProperty("Wants", "as", (string[])[slice])] : (UnitProperty[])[UnitProperty.Of("Slice", slice), UnitProperty.Of("Delegate", true)],
        .. pid is { } first ? (UnitProperty[])[new UnitProperty("PIDs", "au", (uint[])[(uint)first])] : [],
        UnitProperty.Of("MemoryAccounting", true), UnitProperty.Of("CPUAccounting", true), UnitProperty.Of(host.IsUnified ? "IOAccounting" : "BlockIOAccounting", true), UnitProperty.Of("TasksAccounting", true),
        UnitProperty.Of("DefaultDependencies", false),
        .. OfLimits(host, spec.Linux?.Resources),
        .. spec.Linux?.Resources?.Devices is { Count: > 0 } devices ? UnitDevices.Of(devices) : [],
        .. (spec.Annotations ?? new Dictionary<string, string>()).Where(a => a.Key.StartsWith(Annotation, StringComparison.Ordinal)).OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => OfAnnotation(a.Key[Annotation.Length..], a.Value)),
    ];

    /// <summary>Properties for limits.</summary>
    internal static IReadOnlyList<UnitProperty> OfLimits(CgroupHierarchies host, ResourcesSpec? limits)
    {
        if (limits is null) return [];
        var files = host.IsUnified ? CgroupV2Limits.Of(limits) : ((string[])["memory", "cpu", "cpuset", "pids", "blkio"]).SelectMany(c => CgroupV1Limits.Of(c, limits)).Select(f => (f.File, f.Value));
        var properties = new List<UnitProperty>();
        foreach (var (file, value) in files)
        {
            if (Numbers.TryGetValue(file, out var name)) properties.Add(UnitProperty.Of(name, value is "max" or "-1" ? Infinity : ulong.Parse(value, CultureInfo.InvariantCulture)));
            else if (file == CgroupV2Limits.BlockWeight && !value.Contains(' ', StringComparison.Ordinal)) properties.Add(UnitProperty.Of("IOWeight", ulong.Parse(CgroupV2Limits.IoWeight(value), CultureInfo.InvariantCulture)));
            else if (file is "cpuset.cpus" or "cpuset.mems") properties.Add(new(file.EndsWith("cpus", StringComparison.Ordinal) ? "AllowedCPUs" : "AllowedMemoryNodes", "ay", Bits(file, value)));
        }

        if (limits.Cpu is { } cpu && (cpu.Quota is not null and not 0 || cpu.Period is not null and not 0)) properties.AddRange(Quota(cpu.Quota ?? 0, cpu.Period ?? 0));
        return properties;
    }

    /// <summary>systemd counts in microseconds of each second, and in steps of ten milliseconds.</summary>
    private static IEnumerable<UnitProperty> Quota(long quota, ulong period)
    {
        if (period != 0) yield return UnitProperty.Of("CPUQuotaPeriodUSec", period);
        var perSecond = Infinity;
        if (quota > 0) perSecond = (((ulong)quota * 1_000_000 / (period == 0 ? DefaultPeriod : period)) + Step - 1) / Step * Step;
        yield return UnitProperty.Of("CPUQuotaPerSecUSec", perSecond);
    }

    /// <summary>A list like <c>0-3,8</c> as bits, the lowest number first.</summary>
    internal static byte[] Bits(string file, string list)
    {
        var bytes = new List<byte>();
        foreach (var part in list.Trim().Split(','))
        {
            var dash = part.IndexOf('-');
            if (!int.TryParse(dash < 0 ? part : part[..dash], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
                || !int.TryParse(part[(dash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var last) || last < first || last > 8191)
            {
                throw new DavitException(ErrorKind.InvalidArgument, $"{file}: \"{list}\" is no list of numbers", "write it as 0-3,8");
            }

            while (bytes.Count <= last / 8) bytes.Add(0);
            for (var i = first; i <= last; i++) bytes[i / 8] |= (byte)(1 << (i % 8));
        }

        return [.. bytes];
    }

    /// <summary>A property from an annotation, its value as GVariant prints it: <c>true</c>, <c>'text'</c>, <c>uint64 5</c>. Times named …Sec become …USec.</summary>
    internal static UnitProperty OfAnnotation(string name, string text)
    {
        if (name.Length < 3 || !name.All(char.IsAsciiLetter)) throw new DavitException(ErrorKind.InvalidArgument, $"annotation {Annotation}{name}: no name of a property", "use letters alone");
        var words = text.Trim().Split(' ', 2);
        object? value = null;
        var signature = "";
        if (text is "true" or "false") (signature, value) = ("b", text == "true");
        else if (text.Length >= 2 && text[0] is '\'' or '"' && text[^1] == text[0]) (signature, value) = ("s", text[1..^1]);
        else if (words is ["uint64", var t] && ulong.TryParse(t, CultureInfo.InvariantCulture, out var wide)) (signature, value) = ("t", wide);
        else if (words is ["uint32", var u] && uint.TryParse(u, CultureInfo.InvariantCulture, out var natural)) (signature, value) = ("u", natural);
        else if (words is ["int64", var x] && long.TryParse(x, CultureInfo.InvariantCulture, out var signed)) (signature, value) = ("x", signed);
        else if (int.TryParse(words[^1], CultureInfo.InvariantCulture, out var number) && words.Length == 1 || words is ["int32", _] && int.TryParse(words[1], CultureInfo.InvariantCulture, out number)) (signature, value) = ("i", number);
        if (value is null) throw new DavitException(ErrorKind.InvalidArgument, $"annotation {Annotation}{name}=\"{text}\": the value is not understood", "write true, 'text', uint64 5, uint32 5, int64 5 or int32 5");
        return name.EndsWith("Sec", StringComparison.Ordinal) && !name.EndsWith("USec", StringComparison.Ordinal)
            ? UnitProperty.Of(name[..^3] + "USec", checked(Convert.ToUInt64(value, CultureInfo.InvariantCulture) * 1_000_000))
            : new(name, signature, value);
    }
}

using System.Runtime.InteropServices;
using Davit.Oci.Runtime;
using Davit.Primitives;
using Davit.Runtime.Launch;

namespace Davit.Runtime.Planning;

/// <summary>Steps that say how a process is run: scheduling policy, CPUs, I/O priority, memory nodes, execution domain (config.md, "Linux Process"; config-linux.md).</summary>
internal static class SchedulingSteps
{
    private const int LargestCpu = 8191;

    private static readonly string[] Policies = ["SCHED_OTHER", "SCHED_FIFO", "SCHED_RR", "SCHED_BATCH", "SCHED_ISO", "SCHED_IDLE", "SCHED_DEADLINE"];

    private static readonly string[] SchedulerFlags =
    [
        "SCHED_FLAG_RESET_ON_FORK", "SCHED_FLAG_RECLAIM", "SCHED_FLAG_DL_OVERRUN", "SCHED_FLAG_KEEP_POLICY", "SCHED_FLAG_KEEP_PARAMS", "SCHED_FLAG_UTIL_CLAMP_MIN", "SCHED_FLAG_UTIL_CLAMP_MAX",
    ];

    internal static readonly string[] MemoryModes = ["MPOL_DEFAULT", "MPOL_PREFERRED", "MPOL_BIND", "MPOL_INTERLEAVE", "MPOL_LOCAL", "MPOL_PREFERRED_MANY", "MPOL_WEIGHTED_INTERLEAVE"];

    /// <summary>What a process's specification names, while it still has its starter's rights.</summary>
    internal static void Apply(ProgramWriter writer, ProcessSpec process, LinuxSpec? linux)
    {
        if (process.Scheduler is { } scheduler) Schedule(writer, scheduler);
        if (process.IoPriority is { } io) IoPriority(writer, io);
        if (linux?.MemoryPolicy is { } policy) MemoryPolicy(writer, policy);
        if (linux?.Personality is { } personality) Personality(writer, personality);
    }

    /// <summary>CPUs for a process, as a list such as <c>0-3,7</c>; nothing for an empty one.</summary>
    internal static void Affinity(ProgramWriter writer, string? cpus, string field)
    {
        if (string.IsNullOrEmpty(cpus)) return;
        var mask = Mask(cpus, field, LargestCpu);
        writer.Add($"set {field} to {cpus}", SystemCall.SchedSetaffinity, 0, mask.Length * 8L, writer.Words(mask));
    }

    private static void Schedule(ProgramWriter writer, SchedulerSpec scheduler)
    {
        var policy = Array.IndexOf(Policies, scheduler.Policy);
        if (policy < 0) throw new DavitException(ErrorKind.InvalidArgument, $"invalid scheduler policy: {scheduler.Policy}", "use " + string.Join(", ", Policies));
        if (policy is 0 or 3 && scheduler.Nice is < -20 or > 19) throw new DavitException(ErrorKind.InvalidArgument, $"invalid scheduler.nice: {scheduler.Nice}", "use -20 to 19");
        if (scheduler.Priority != 0 && policy is not (1 or 2)) throw new DavitException(ErrorKind.InvalidArgument, "scheduler.priority can only be specified for SchedFIFO or SchedRR policy");
        if (policy != 6 && (scheduler.Runtime != 0 || scheduler.Deadline != 0 || scheduler.Period != 0)) throw new DavitException(ErrorKind.InvalidArgument, "scheduler runtime/deadline/period can only be specified for SchedDeadline policy");
        long flags = 0;
        foreach (var name in scheduler.Flags ?? []) flags |= 1L << Number(SchedulerFlags, name, "scheduler flag");

        // struct sched_attr: size, policy; flags; nice, priority; runtime; deadline; period
        var attributes = writer.Words(48 | ((long)policy << 32), flags, (uint)scheduler.Nice | ((long)scheduler.Priority << 32), (long)scheduler.Runtime, (long)scheduler.Deadline, (long)scheduler.Period);
        writer.Add($"error setting scheduler {scheduler.Policy}", SystemCall.SchedSetattr, 0, attributes, 0);
    }

    private static void IoPriority(ProgramWriter writer, IoPrioritySpec io)
    {
        var level = 1 + Number(["IOPRIO_CLASS_RT", "IOPRIO_CLASS_BE", "IOPRIO_CLASS_IDLE"], io.Class, "ioPriority.class");
        if (io.Priority is < 0 or > 7) throw new DavitException(ErrorKind.InvalidArgument, $"invalid ioPriority.priority: {io.Priority}", "use 0 to 7");
        writer.Add($"error setting I/O priority {io.Class}", SystemCall.IoprioSet, 1, 0, ((long)level << 13) | (uint)io.Priority);
    }

    private static void MemoryPolicy(ProgramWriter writer, MemoryPolicySpec policy)
    {
        long mode = Number(MemoryModes, policy.Mode, "memoryPolicy.mode");
        foreach (var flag in policy.Flags ?? [])
        {
            mode |= flag switch
            {
                "MPOL_F_STATIC_NODES" => 1L << 15,
                "MPOL_F_RELATIVE_NODES" => 1L << 14,
                "MPOL_F_NUMA_BALANCING" => 1L << 13,
                _ => throw new DavitException(ErrorKind.InvalidArgument, $"invalid memoryPolicy flag: {flag}", "use MPOL_F_STATIC_NODES, MPOL_F_RELATIVE_NODES or MPOL_F_NUMA_BALANCING"),
            };
        }

        var what = $"error setting memory policy {policy.Mode} {policy.Nodes}";
        if (string.IsNullOrEmpty(policy.Nodes))
        {
            writer.Add(what, SystemCall.SetMempolicy, mode, 0, 0);
            return;
        }

        var mask = Mask(policy.Nodes, "memoryPolicy.nodes", 1023);
        writer.Add(what, SystemCall.SetMempolicy, mode, writer.Words(mask), (mask.Length * 64L) + 1);
    }

    private static void Personality(ProgramWriter writer, PersonalitySpec personality)
    {
        if (personality.Flags is { Count: > 0 }) throw new DavitException(ErrorKind.InvalidArgument, $"personality flag \"{personality.Flags[0]}\" is not known: the specification has none", "leave personality.flags out");
        var domain = personality.Domain switch
        {
            "LINUX" => 0,
            "LINUX32" => 8,
            _ => throw new DavitException(ErrorKind.InvalidArgument, $"unknown personality domain {personality.Domain}", "use LINUX or LINUX32"),
        };
        writer.Add($"set personality {personality.Domain}", SystemCall.Personality, domain);
    }

    private static int Number(string[] names, string name, string what)
    {
        var number = Array.IndexOf(names, name);
        return number >= 0 ? number : throw new DavitException(ErrorKind.InvalidArgument, $"invalid {what}: {name}", "use " + string.Join(", ", names));
    }

    /// <summary>Bits of a list of numbers and ranges.</summary>
    private static long[] Mask(string list, string field, int largest)
    {
        var mask = new List<long>();
        foreach (var part in list.Split(',', StringSplitOptions.TrimEntries))
        {
            var dash = part.IndexOf('-');
            if (!int.TryParse(dash < 0 ? part : part[..dash], System.Globalization.NumberStyles.None, null, out var first)
                || !int.TryParse(dash < 0 ? part : part[(dash + 1)..], System.Globalization.NumberStyles.None, null, out var last) || last < first || last > largest)
            {
                throw new DavitException(ErrorKind.InvalidArgument, $"invalid {field}: \"{list}\"", "write numbers and ranges, such as 0-3,7");
            }

            while (mask.Count <= last / 64) mask.Add(0);
            for (var i = first; i <= last; i++) mask[i / 64] |= 1L << (i % 64);
        }

        return [.. mask];
    }
}

using System.Text.Json.Serialization;
using Davit.Primitives;

namespace Davit.Oci.Runtime;

/// <summary>A process of a container (config.md, "Process").</summary>
public sealed record ProcessSpec
{
    /// <summary>Attach a terminal.</summary>
    public bool Terminal { get; init; }

    /// <summary>Initial size of the terminal.</summary>
    public ConsoleSize? ConsoleSize { get; init; }

    /// <summary>Ids that the process has; root when null.</summary>
    public UserSpec? User { get; init; }

    /// <summary>Program and arguments.</summary>
    public IReadOnlyList<string>? Args { get; init; }

    /// <summary>Environment, <c>KEY=value</c>.</summary>
    public IReadOnlyList<string>? Env { get; init; }

    /// <summary>Working directory, absolute.</summary>
    [JsonRequired]
    public string Cwd { get; init; } = "";

    /// <summary>Capability sets; null keeps none.</summary>
    public CapabilitiesSpec? Capabilities { get; init; }

    /// <summary>Resource limits (setrlimit(2)).</summary>
    public IReadOnlyList<RlimitSpec>? Rlimits { get; init; }

    /// <summary>Set no_new_privs (prctl(2)).</summary>
    public bool NoNewPrivileges { get; init; }

    /// <summary>AppArmor profile to change to on exec.</summary>
    public string? ApparmorProfile { get; init; }

    /// <summary>Value for /proc/self/oom_score_adj.</summary>
    public int? OomScoreAdj { get; init; }

    /// <summary>Scheduling policy (sched_setattr(2)).</summary>
    public SchedulerSpec? Scheduler { get; init; }

    /// <summary>SELinux label of the process.</summary>
    public string? SelinuxLabel { get; init; }

    /// <summary>I/O priority (ioprio_set(2)).</summary>
    public IoPrioritySpec? IoPriority { get; init; }

    /// <summary>CPU affinity of exec processes.</summary>
    [JsonPropertyName("execCPUAffinity")]
    public ExecCpuAffinitySpec? ExecCPUAffinity { get; init; }
}

/// <summary>Size of a terminal in characters.</summary>
public sealed record ConsoleSize
{
    /// <summary>Rows.</summary>
    [JsonRequired]
    public uint Height { get; init; }

    /// <summary>Columns.</summary>
    [JsonRequired]
    public uint Width { get; init; }
}

/// <summary>Ids of a process.</summary>
public sealed record UserSpec
{
    /// <summary>User id.</summary>
    [JsonRequired]
    public uint Uid { get; init; }

    /// <summary>Group id.</summary>
    [JsonRequired]
    public uint Gid { get; init; }

    /// <summary>Umask, or null to keep the runtime's.</summary>
    public uint? Umask { get; init; }

    /// <summary>Supplementary groups.</summary>
    public IReadOnlyList<uint>? AdditionalGids { get; init; }
}

/// <summary>The five capability sets, by names such as <c>CAP_CHOWN</c> (capabilities(7)).</summary>
public sealed record CapabilitiesSpec
{
    /// <summary>Bounding set.</summary>
    public IReadOnlyList<string>? Bounding { get; init; }

    /// <summary>Effective set.</summary>
    public IReadOnlyList<string>? Effective { get; init; }

    /// <summary>Inheritable set.</summary>
    public IReadOnlyList<string>? Inheritable { get; init; }

    /// <summary>Permitted set.</summary>
    public IReadOnlyList<string>? Permitted { get; init; }

    /// <summary>Ambient set.</summary>
    public IReadOnlyList<string>? Ambient { get; init; }
}

/// <summary>One resource limit.</summary>
public sealed record RlimitSpec
{
    private static readonly string[] Names =
        ["core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc", "rss", "rtprio", "rttime", "sigpending", "stack"];

    /// <summary>Name, for example <c>RLIMIT_NOFILE</c>.</summary>
    [JsonRequired]
    public string Type { get; init; } = "";

    /// <summary>Soft limit.</summary>
    [JsonRequired]
    public ulong Soft { get; init; }

    /// <summary>Hard limit.</summary>
    [JsonRequired]
    public ulong Hard { get; init; }

    /// <summary>A limit as Docker's <c>--ulimit</c> names it.</summary>
    /// <param name="name"><c>nofile</c> and so on.</param>
    /// <param name="soft">Soft limit, -1 for none.</param>
    /// <param name="hard">Hard limit, -1 for none.</param>
    /// <exception cref="DavitException">InvalidArgument: unknown name, or soft above hard.</exception>
    public static RlimitSpec FromUlimit(string name, long soft, long hard)
    {
        if (!Names.Contains(name)) throw new DavitException(ErrorKind.InvalidArgument, $"invalid ulimit type: {name}");
        if (hard != -1 && (soft == -1 || soft > hard))
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"ulimit soft limit must be less than or equal to hard limit: {soft} > {hard}");
        }

        if (soft < -1 || hard < -1) throw new DavitException(ErrorKind.InvalidArgument, $"invalid ulimit {name}: {soft}:{hard}");

        // -1 is "unlimited", the kernel's all ones
        return new() { Type = "RLIMIT_" + name.ToUpperInvariant(), Soft = unchecked((ulong)soft), Hard = unchecked((ulong)hard) };
    }
}

/// <summary>Scheduling of the process (sched_setattr(2)).</summary>
public sealed record SchedulerSpec
{
    /// <summary>For example <c>SCHED_OTHER</c>.</summary>
    [JsonRequired]
    public string Policy { get; init; } = "";

    /// <summary>Nice value.</summary>
    public int Nice { get; init; }

    /// <summary>Static priority.</summary>
    public int Priority { get; init; }

    /// <summary>Names of SCHED_FLAG_ constants.</summary>
    public IReadOnlyList<string>? Flags { get; init; }

    /// <summary>Deadline runtime in nanoseconds.</summary>
    public ulong Runtime { get; init; }

    /// <summary>Deadline in nanoseconds.</summary>
    public ulong Deadline { get; init; }

    /// <summary>Period in nanoseconds.</summary>
    public ulong Period { get; init; }
}

/// <summary>I/O priority.</summary>
public sealed record IoPrioritySpec
{
    /// <summary>IOPRIO_CLASS_RT, _BE or _IDLE.</summary>
    [JsonRequired]
    public string Class { get; init; } = "";

    /// <summary>0 to 7.</summary>
    [JsonRequired]
    public int Priority { get; init; }
}

/// <summary>CPU affinity of a process started by exec.</summary>
public sealed record ExecCpuAffinitySpec
{
    /// <summary>CPUs until it has joined the cgroup.</summary>
    public string? Initial { get; init; }

    /// <summary>CPUs from then on.</summary>
    public string? Final { get; init; }
}

using System.Text.Json;
using System.Text.Json.Serialization;
using Davit.Runtime.Lifecycle;
using Davit.Runtime.Planning;

namespace Davit.Runtime.CommandLine;

/// <summary>The <c>features</c> command (features.md of the runtime specification).</summary>
internal static class FeaturesCommand
{
    private static readonly string[] SeccompActions =
        ["SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO", "SCMP_ACT_KILL", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD", "SCMP_ACT_LOG", "SCMP_ACT_NOTIFY", "SCMP_ACT_TRACE", "SCMP_ACT_TRAP"];

    private static readonly string[] SeccompOperators =
        ["SCMP_CMP_EQ", "SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_LE", "SCMP_CMP_LT", "SCMP_CMP_MASKED_EQ", "SCMP_CMP_NE"];

    private static readonly string[] SeccompFlags =
        ["SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW", "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"];

    internal static int Run()
    {
        var features = new FeatureDocument
        {
            OciVersionMin = "1.0.0",
            OciVersionMax = RuntimeSettings.SpecVersion,
            Hooks = ["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"],
            MountOptions = [.. MountOptions.Names.Order(StringComparer.Ordinal)],
            Linux = new()
            {
                Namespaces = ["cgroup", "ipc", "mount", "network", "pid", "time", "user", "uts"],
                Capabilities = CapabilityNames.All,
                Cgroup = new() { V1 = true, V2 = true, Systemd = true, SystemdUser = true, Rdma = true },
                Seccomp = new() { Enabled = true, Actions = SeccompActions, Operators = SeccompOperators, Archs = [.. Seccomp.SeccompFilter.Foreign.Concat(["SCMP_ARCH_X32", "SCMP_ARCH_X86", "SCMP_ARCH_X86_64"]).Order(StringComparer.Ordinal)], KnownFlags = SeccompFlags, SupportedFlags = SeccompFlags },
                Apparmor = new() { Enabled = true },
                Selinux = new() { Enabled = true },
                MemoryPolicy = new() { Modes = SchedulingSteps.MemoryModes, Flags = ["MPOL_F_NUMA_BALANCING", "MPOL_F_RELATIVE_NODES", "MPOL_F_STATIC_NODES"] },
                MountExtensions = new() { Idmap = new() { Enabled = true } },
                IntelRdt = new() { Enabled = true, Schemata = true, Monitoring = true },
                NetDevices = new() { Enabled = true },
            },
        };
        OciProgram.Print(JsonSerializer.Serialize(features, FeatureJson.Default.FeatureDocument) + "\n");
        return 0;
    }
}

internal sealed record FeatureDocument
{
    public string OciVersionMin { get; init; } = "";

    public string OciVersionMax { get; init; } = "";

    public IReadOnlyList<string> Hooks { get; init; } = [];

    public IReadOnlyList<string> MountOptions { get; init; } = [];

    public FeatureLinux Linux { get; init; } = new();
}

internal sealed record FeatureLinux
{
    public IReadOnlyList<string> Namespaces { get; init; } = [];

    public IReadOnlyList<string> Capabilities { get; init; } = [];

    public FeatureCgroup Cgroup { get; init; } = new();

    public FeatureSeccomp Seccomp { get; init; } = new();

    public FeatureSwitch Apparmor { get; init; } = new();

    public FeatureSwitch Selinux { get; init; } = new();

    public FeatureMemoryPolicy MemoryPolicy { get; init; } = new();

    public FeatureRdt IntelRdt { get; init; } = new();

    public FeatureSwitch NetDevices { get; init; } = new();

    public FeatureMounts MountExtensions { get; init; } = new();
}

internal sealed record FeatureCgroup
{
    public bool V1 { get; init; }

    public bool V2 { get; init; }

    public bool Systemd { get; init; }

    public bool SystemdUser { get; init; }

    public bool Rdma { get; init; }
}

internal sealed record FeatureSeccomp
{
    public bool Enabled { get; init; }

    public IReadOnlyList<string> Actions { get; init; } = [];

    public IReadOnlyList<string> Operators { get; init; } = [];

    public IReadOnlyList<string> Archs { get; init; } = [];

    public IReadOnlyList<string> KnownFlags { get; init; } = [];

    public IReadOnlyList<string> SupportedFlags { get; init; } = [];
}

internal sealed record FeatureMemoryPolicy
{
    public IReadOnlyList<string> Modes { get; init; } = [];

    public IReadOnlyList<string> Flags { get; init; } = [];
}

internal sealed record FeatureRdt
{
    public bool Enabled { get; init; }

    public bool Schemata { get; init; }

    public bool Monitoring { get; init; }
}

internal sealed record FeatureMounts
{
    public FeatureSwitch Idmap { get; init; } = new();
}

internal sealed record FeatureSwitch
{
    public bool Enabled { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(FeatureDocument))]
internal sealed partial class FeatureJson : JsonSerializerContext;

using System.Text.Json;
using System.Text.Json.Nodes;
using Davit.Oci.Runtime;
using Davit.Runtime.Tests.Bundles;

namespace Davit.Runtime.Tests.Conformance;

/// <summary>config.md: process.</summary>
public sealed class ProcessTests
{
    private const string Waits = "while :; do sleep 0.01; done";

    [Fact]
    [Clause("config/process/console-size-no-terminal")]
    public Task Console_size_without_a_terminal_is_ignored() => Suite.CheckAsync(async bundle =>
    {
        bundle.Process(p => p with { ConsoleSize = new() { Height = 7, Width = 9 } });
        Assert.Equal("none", (await bundle.RunAsync("test -t 0 || echo none")).Succeeded().Text);
    });

    [Fact]
    [Clause("config/process/console-size", "config-linux/devices/default")]
    public Task Terminal_has_its_size_and_is_the_console() => Suite.CheckAsync(async bundle =>
    {
        bundle.Process(p => p with { Terminal = true, ConsoleSize = new() { Height = 33, Width = 99 }, Args = ["/bin/sh", "-c", "busybox stty size; stat -c %t /dev/console; echo console > /dev/console; test -t 0 && test -t 1 && test -t 2 && echo all"] });
        var run = await Terminals.RunAsync(bundle);
        Assert.Equal("33 99\n88\nconsole\nall\n", run.ReplaceLineEndings("\n"));
    });

    [Theory]
    [InlineData("cwd", null)]
    [InlineData("cwd", "tmp")]
    [InlineData("args", null)]
    [InlineData("args", "[]")]
    [Clause("config/process/cwd", "config/process/cwd-absolute", "config/process/args")]
    public Task Working_directory_and_arguments_are_needed(string field, string? value) => Suite.CheckAsync(async bundle =>
    {
        bundle.Process(p => p with { Args = ["/bin/true"] });
        bundle.Edit = c =>
        {
            if (value is null) c["process"]!.AsObject().Remove(field);
            else c["process"]![field] = field == "cwd" ? value : JsonNode.Parse(value);
        };
        await bundle.CreateFailsAsync();
    }, $"{field} {value}");

    [Fact]
    [Clause("config/process/cwd", "config/process/args")]
    public Task Program_is_looked_up_in_PATH_and_runs_in_its_directory() => Suite.CheckAsync(async bundle =>
    {
        bundle.Process(p => p with { Args = ["pwd"], Cwd = "/data", Env = ["PATH=/nowhere:/bin"] });
        Assert.Equal("/data", (await bundle.OciAsync("run", "-b", bundle.Directory, bundle.Id)).Succeeded().Text);
        File.CreateSymbolicLink(bundle.Root + "/data/echo", "/bin/busybox");
        bundle.Process(p => p with { Args = ["./echo", "a b", ""] });
        Assert.Equal("a b \n", (await bundle.OciAsync("run", "-b", bundle.Directory, bundle.Id)).Succeeded().Output);
    });

    [Theory]
    [InlineData("RLIMIT_FUN")]
    [InlineData("nofile")]
    [InlineData("")]
    [Clause("config/process/rlimits/type")]
    public Task Unknown_limit_is_an_error(string type) => Suite.CheckAsync(async bundle =>
    {
        bundle.Process(p => p with { Rlimits = [new() { Type = type, Soft = 10, Hard = 10 }] });
        await bundle.CreateFailsAsync();
    }, type);

    [Fact]
    [Clause("config/process/rlimits/duplicate")]
    public Task Limit_that_is_given_twice_is_an_error() => Suite.CheckAsync(async bundle =>
    {
        bundle.Process(p => p with { Rlimits = [new() { Type = "RLIMIT_CORE", Soft = 10, Hard = 10 }, new() { Type = "RLIMIT_CORE", Soft = 10, Hard = 10 }] });
        await bundle.CreateFailsAsync();
    });

    [Fact]
    [Clause("config/process/rlimits/getrlimit", "config/process/rlimits/soft", "config/process/rlimits/hard")]
    public Task Limits_of_every_type_are_as_given() => Suite.CheckAsync(async bundle =>
    {
        (string Type, string Line)[] types =
        [
            ("CPU", "Max cpu time"), ("FSIZE", "Max file size"), ("DATA", "Max data size"), ("STACK", "Max stack size"), ("CORE", "Max core file size"), ("RSS", "Max resident set"), ("NPROC", "Max processes"), ("NOFILE", "Max open files"),
            ("MEMLOCK", "Max locked memory"), ("AS", "Max address space"), ("LOCKS", "Max file locks"), ("SIGPENDING", "Max pending signals"), ("MSGQUEUE", "Max msgqueue size"), ("NICE", "Max nice priority"), ("RTPRIO", "Max realtime priority"), ("RTTIME", "Max realtime timeout"),
        ];

        // what this process has is an upper bound: not every root may raise a hard limit
        var own = (await File.ReadAllLinesAsync("/proc/self/limits")).Skip(1).ToDictionary(l => l[..26].Trim(), l => l[26..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);
        var limits = types.Select(t => (t, Hard: Math.Min(own[t.Line] == "unlimited" ? 2_000_000_000 : ulong.Parse(own[t.Line]), 2_000_000_000))).Select(l => (l.t, l.Hard, Soft: l.Hard > 1 ? l.Hard - 1 : l.Hard)).ToList();
        bundle.Process(p => p with { Rlimits = [.. limits.Select(l => new RlimitSpec { Type = "RLIMIT_" + l.t.Type, Soft = l.Soft, Hard = l.Hard })] });
        var seen = (await bundle.RunAsync("cat /proc/self/limits")).Succeeded().Output.Split('\n').Skip(1).Where(l => l.Length > 26).ToDictionary(l => l[..26].Trim(), l => l[26..].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.All(limits, l => Assert.Equal([$"{l.Soft}", $"{l.Hard}"], seen[l.t.Line][..2]));
    });

    [Fact]
    [Clause("config/process/rlimits/hard", "runtime/create/property-error")]
    public Task Limit_that_can_not_be_raised_is_an_error_not_another_limit() => Suite.CheckAsync(async bundle =>
    {
        Assert.SkipUnless(LacksResourceCapability(), "this root may raise limits");
        bundle.Process(p => p with { Rlimits = [new() { Type = "RLIMIT_NOFILE", Soft = 1000, Hard = 1 << 30 }] });
        await bundle.CreateFailsAsync();
    });

    [Fact]
    [Clause("config/process/capabilities/unknown", "config/process/capabilities/no-failure")]
    public Task Capability_that_can_not_be_granted_is_a_warning() => Suite.CheckAsync(async bundle =>
    {
        string[] asked = ["CAP_CHOWN", "CAP_FLY", .. LacksResourceCapability() ? ["CAP_SYS_RESOURCE"] : (string[])[]];
        bundle.Process(p => p with { Capabilities = new() { Bounding = asked, Effective = asked, Permitted = asked } });
        var run = (await bundle.RunAsync("grep CapEff /proc/self/status")).Succeeded();
        Assert.Equal("CapEff:\t0000000000000001", run.Text);
        var told = run.Error + (File.Exists(bundle.Log) ? await File.ReadAllTextAsync(bundle.Log) : "");
        Assert.Contains("warn", told);
        Assert.Contains("CAP_FLY", told);
    });

    [Fact]
    [Clause("config/process/capabilities/no-failure")]
    public Task Five_sets_of_capabilities_are_as_given() => Suite.CheckAsync(async bundle =>
    {
        bundle.Process(p => p with { Capabilities = new() { Bounding = ["CAP_CHOWN", "CAP_KILL", "CAP_SETUID"], Permitted = ["CAP_CHOWN", "CAP_KILL"], Inheritable = ["CAP_CHOWN"], Effective = ["CAP_CHOWN"], Ambient = ["CAP_CHOWN"] }, User = new() { Uid = 1000, Gid = 1000 } });
        var seen = (await bundle.RunAsync("grep Cap /proc/self/status")).Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).ToDictionary(l => l.Split(':')[0], l => Convert.ToUInt64(l.Split('\t')[1], 16));
        Assert.Equal(0b10100001UL, seen["CapBnd"]);
        Assert.Equal(1UL, seen["CapAmb"]);
        Assert.Equal(1UL, seen["CapEff"]);
        Assert.Equal(1UL, seen["CapInh"]);
    });

    [Fact]
    [Clause("config/process/oom-score-adj", "config/process/oom-score-adj-unset")]
    public Task Oom_score_is_as_given_or_untouched() => Suite.CheckAsync(async bundle =>
    {
        var own = (await File.ReadAllTextAsync("/proc/self/oom_score_adj")).Trim();
        Assert.Equal(own, (await bundle.RunAsync("cat /proc/self/oom_score_adj")).Succeeded().Text);
        bundle.Process(p => p with { OomScoreAdj = 777 });
        Assert.Equal("777", (await bundle.RunAsync("cat /proc/self/oom_score_adj")).Succeeded().Text);
    });

    [Fact]
    [Clause("config/process/oom-score-adj", "runtime/create/property-error")]
    public Task Oom_score_that_can_not_be_lowered_is_an_error() => Suite.CheckAsync(async bundle =>
    {
        Assert.SkipUnless(LacksResourceCapability(), "this root may lower it");
        bundle.Process(p => p with { OomScoreAdj = -500 });
        await bundle.CreateFailsAsync();
    });

    [Theory]
    [InlineData("SCHED_OTHER", 5, 0, "5 0")]
    [InlineData("SCHED_BATCH", 7, 0, "7 3")]
    [InlineData("SCHED_IDLE", 0, 0, "0 5")]
    [InlineData("SCHED_FIFO", 0, 10, "0 1")]
    [InlineData("SCHED_RR", 0, 10, "0 2")]
    [Clause("config/process/scheduler/policy")]
    public Task Scheduling_policy_is_as_given(string policy, int nice, int priority, string expected) => Suite.CheckAsync(async bundle =>
    {
        bundle.Process(p => p with { Scheduler = new() { Policy = policy, Nice = nice, Priority = priority, Flags = ["SCHED_FLAG_RESET_ON_FORK"] }, Args = ["cut", "-d ", "-f19,41", "/proc/self/stat"] });
        bundle.Linux(l => l with { CgroupsPath = null });
        var run = await bundle.OciAsync("run", "-b", bundle.Directory, bundle.Id);
        if (priority > 0 && run.ExitCode != 0 && (run.Error + await File.ReadAllTextAsync(bundle.Log)).Contains("not permitted", StringComparison.OrdinalIgnoreCase)) Assert.Skip("real time is not for cgroups of this kernel");
        Assert.Equal(expected, run.Succeeded().Text);
    }, policy);

    [Fact]
    [Clause("config/process/scheduler/policy")]
    public Task Scheduler_without_a_policy_is_refused() => Suite.CheckAsync(async bundle =>
    {
        bundle.Edit = c => c["process"]!["scheduler"] = new JsonObject { ["nice"] = 5 };
        await bundle.CreateFailsAsync();
    });

    [Theory]
    [InlineData("IOPRIO_CLASS_IDLE", 0, "idle")]
    [InlineData("IOPRIO_CLASS_BE", 7, "best-effort: prio 7")]
    [InlineData("IOPRIO_CLASS_RT", 3, "realtime: prio 3")]
    [Clause("config/process/io-priority")]
    public Task Io_priority_is_as_given(string ioClass, int priority, string expected) => Suite.CheckAsync(async bundle =>
    {
        bundle.Process(p => p with { IoPriority = new() { Class = ioClass, Priority = priority } });
        Assert.Equal(expected, (await bundle.RunAsync("ionice")).Succeeded().Text);
    }, ioClass);

    [Fact]
    [Clause("config/process/io-priority")]
    public Task Io_priority_without_a_class_is_refused() => Suite.CheckAsync(async bundle =>
    {
        bundle.Edit = c => c["process"]!["ioPriority"] = new JsonObject { ["priority"] = 5 };
        await bundle.CreateFailsAsync();
    });

    [Fact]
    [Clause("config/process/exec-cpu-affinity/final")]
    public Task Affinity_of_exec_is_left_alone_without_a_final_one() => Suite.CheckAsync(async bundle =>
    {
        Assert.SkipUnless(Environment.ProcessorCount > 1, "one CPU");
        bundle.Process(p => p with { ExecCPUAffinity = new() { Initial = "0" } });
        await bundle.StartAsync(Waits);
        var exec = (await bundle.RawAsync(["exec", bundle.Id, "/bin/grep", "Cpus_allowed_list", "/proc/self/status"])).Succeeded().Text;
        Assert.DoesNotContain("exec", exec);
        var container = (await File.ReadAllLinesAsync($"/proc/{await bundle.PidAsync()}/status")).First(l => l.StartsWith("Cpus_allowed_list", StringComparison.Ordinal));

        // an affinity of before the cgroup stays, as the kernel decides; the container's own process never has it
        Assert.NotEqual("Cpus_allowed_list:\t0", container);
        Assert.Equal("Cpus_allowed_list:\t0", exec);
    });

    [Fact]
    [Clause("config/process/user/uid", "config/process/user/gid")]
    public Task User_and_groups_are_as_given_in_the_containers_namespace() => Suite.CheckAsync(async bundle =>
    {
        bundle.Process(p => p with { User = new() { Uid = 1000, Gid = 1001, AdditionalGids = [5, 6], Umask = 0x3f } });
        Assert.Equal("1000 1001 1001 5 6 0077", (await bundle.RunAsync("echo $(id -u) $(id -g) $(id -G) $(umask)")).Succeeded().Text);
        bundle.UserNamespace();
        await bundle.StartAsync(Waits);
        Assert.Contains("Uid:\t101000\t101000\t101000\t101000", await File.ReadAllTextAsync($"/proc/{await bundle.PidAsync()}/status"));
    });

    [Theory]
    [InlineData("LINUX", "00000000")]
    [InlineData("LINUX32", "00000008")]
    [Clause("config-linux/personality/domain")]
    public Task Personality_is_as_given(string domain, string number) => Suite.CheckAsync(async bundle =>
    {
        bundle.Linux(l => l with { Personality = new() { Domain = domain } });
        Assert.Equal(number, (await bundle.RunAsync("cat /proc/self/personality")).Succeeded().Text);
    }, domain);

    [Fact]
    [Clause("config-linux/personality/domain")]
    public Task Personality_without_a_domain_is_refused() => Suite.CheckAsync(async bundle =>
    {
        bundle.Edit = c => c["linux"]!["personality"] = new JsonObject();
        await bundle.CreateFailsAsync();
    });

    [Fact]
    [Clause("config-linux/memory-policy/mode")]
    public Task Memory_policy_is_in_effect_or_refused() => Suite.CheckAsync(async bundle =>
    {
        bundle.Edit = c => c["linux"]!["memoryPolicy"] = new JsonObject { ["nodes"] = "0" };
        await bundle.CreateFailsAsync();
        Assert.SkipUnless(File.Exists("/proc/self/numa_maps"), "this kernel knows no memory nodes");
        bundle.Edit = c => c["linux"]!["memoryPolicy"] = new JsonObject { ["mode"] = "MPOL_BIND", ["nodes"] = "0", ["flags"] = new JsonArray("MPOL_F_STATIC_NODES") };
        Assert.Matches("bind.*:0", (await bundle.RunAsync("cat /proc/self/numa_maps")).Succeeded().Output);
    });

    [Fact]
    [Clause("config/process/required")]
    public Task Environment_and_no_new_privileges_are_as_given() => Suite.CheckAsync(async bundle =>
    {
        bundle.Process(p => p with { NoNewPrivileges = true, Env = ["PATH=/bin", "A=b c", "EMPTY="] });
        Assert.Equal("NoNewPrivs:\t1\nA=b c\nEMPTY=\n", (await bundle.RunAsync("grep NoNewPrivs /proc/self/status; env | grep -E '^(A|EMPTY)=' | sort")).Succeeded().Output);
    });

    /// <summary>Root may lack CAP_SYS_RESOURCE, on small virtual machines for example.</summary>
    internal static bool LacksResourceCapability() =>
        (Convert.ToUInt64(File.ReadLines("/proc/self/status").First(l => l.StartsWith("CapEff", StringComparison.Ordinal)).Split('\t')[1], 16) >> 24 & 1) == 0;
}

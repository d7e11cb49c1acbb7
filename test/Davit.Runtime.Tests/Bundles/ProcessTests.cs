using System.Net.Sockets;
using System.Text;
using Davit.Oci.Runtime;

namespace Davit.Runtime.Tests.Bundles;

public sealed class ProcessTests
{
    [Fact]
    public async Task Scheduler_priority_umask_personality_and_oom_score_are_applied()
    {
        await using var bundle = new OciBundle();
        bundle.Process(p => p with
        {
            Scheduler = new() { Policy = "SCHED_BATCH", Nice = 7 },
            IoPriority = new() { Class = "IOPRIO_CLASS_IDLE" },
            OomScoreAdj = 321,
            User = new() { Umask = 0x3f },
        });
        bundle.Linux(l => l with { Personality = new() { Domain = "LINUX32" } });

        var run = await bundle.RunAsync("cat /proc/self/oom_score_adj; umask; cat /proc/self/personality; cut -d' ' -f19,41 /proc/self/stat; busybox ionice");

        Assert.Equal("321\n0077\n00000008\n7 3\nidle", run.Succeeded().Text);
    }

    [Theory]
    [InlineData("policy", "invalid scheduler policy: SCHED_FAST")]
    [InlineData("flag", "invalid scheduler flag: SCHED_FLAG_X")]
    [InlineData("deadline", "scheduler runtime/deadline/period can only be specified for SchedDeadline policy")]
    [InlineData("priority", "scheduler.priority can only be specified for SchedFIFO or SchedRR policy")]
    [InlineData("io", "invalid ioPriority.class: IOPRIO_CLASS_FAST")]
    [InlineData("personality", "unknown personality domain BSD")]
    [InlineData("personality flag", "personality flag \"ADDR_NO_RANDOMIZE\" is not known")]
    [InlineData("memory policy", "invalid memoryPolicy.mode: MPOL_NEAR")]
    [InlineData("memory nodes", "invalid memoryPolicy.nodes: \"0-x\"")]
    [InlineData("rdt", "linux.intelRdt is asked for, and no resctrl file system is mounted")]
    [InlineData("device", "network device eth9 does not exist")]
    [InlineData("selinux", "selinux label \"system_u:object_r:x\" is specified in config, but selinux is disabled or not supported")]
    [InlineData("unified", "cannot use unified (memory.high) on cgroup v1")]
    [InlineData("rlimit", "invalid rlimit type: RLIMIT_FUN")]
    [InlineData("namespace", "namespace \"space\" does not exist")]
    [InlineData("duplicate", "duplicated ns")]
    [InlineData("hostname", "unable to set hostname without a private UTS namespace")]
    [InlineData("time", "time namespace offsets specified, but time namespace isn't enabled in the config")]
    [InlineData("clock", "timeOffsets: clock \"wall\" does not exist")]
    [InlineData("maps", "user namespace mappings specified, but user namespace isn't enabled in the config")]
    [InlineData("sysctl", "sysctl \"kernel.panic\" is not in a separate kernel namespace")]
    [InlineData("sysctl net", "sysctl \"net.ipv4.ip_forward\" not allowed in host network namespace")]
    [InlineData("hook", "hook path \"bin/true\" is not absolute")]
    [InlineData("hook timeout", "hook /bin/true: timeout 0 is not greater than zero")]
    public async Task What_can_not_be_done_is_refused_by_name(string what, string message)
    {
        await using var bundle = new OciBundle();
        if (what == "unified") Assert.SkipWhen(File.Exists("/sys/fs/cgroup/cgroup.controllers"), "cgroup version 2 has unified limits");
        var spec = bundle.Spec;
        var (process, linux) = (spec.Process!, spec.Linux!);
        bundle.Spec = what switch
        {
            "policy" => spec with { Process = process with { Scheduler = new() { Policy = "SCHED_FAST" } } },
            "flag" => spec with { Process = process with { Scheduler = new() { Policy = "SCHED_OTHER", Flags = ["SCHED_FLAG_X"] } } },
            "deadline" => spec with { Process = process with { Scheduler = new() { Policy = "SCHED_OTHER", Deadline = 5 } } },
            "priority" => spec with { Process = process with { Scheduler = new() { Policy = "SCHED_OTHER", Priority = 5 } } },
            "io" => spec with { Process = process with { IoPriority = new() { Class = "IOPRIO_CLASS_FAST" } } },
            "personality" => spec with { Linux = linux with { Personality = new() { Domain = "BSD" } } },
            "personality flag" => spec with { Linux = linux with { Personality = new() { Domain = "LINUX", Flags = ["ADDR_NO_RANDOMIZE"] } } },
            "memory policy" => spec with { Linux = linux with { MemoryPolicy = new() { Mode = "MPOL_NEAR" } } },
            "memory nodes" => spec with { Linux = linux with { MemoryPolicy = new() { Mode = "MPOL_BIND", Nodes = "0-x" } } },
            "rdt" => spec with { Linux = linux with { IntelRdt = new() { ClosID = "x" } } },
            "device" => spec with { Linux = linux with { NetDevices = new Dictionary<string, NetDeviceSpec> { ["eth9"] = new() } } },
            "selinux" => spec with { Process = process with { SelinuxLabel = "system_u:object_r:x" } },
            "unified" => spec with { Linux = linux with { Resources = new() { Unified = new Dictionary<string, string> { ["memory.high"] = "1" } } } },
            "rlimit" => spec with { Process = process with { Rlimits = [new() { Type = "RLIMIT_FUN" }] } },
            "namespace" => spec with { Linux = linux with { Namespaces = [.. linux.Namespaces!, new() { Type = "space" }] } },
            "duplicate" => spec with { Linux = linux with { Namespaces = [.. linux.Namespaces!, new() { Type = "uts" }] } },
            "hostname" => spec with { Linux = linux with { Namespaces = [.. linux.Namespaces!.Where(n => n.Type != "uts")] } },
            "time" => spec with { Linux = linux with { TimeOffsets = new Dictionary<string, TimeOffsetSpec> { ["monotonic"] = new() { Secs = 1 } } } },
            "clock" => spec with { Linux = linux with { Namespaces = [.. linux.Namespaces!, new() { Type = "time" }], TimeOffsets = new Dictionary<string, TimeOffsetSpec> { ["wall"] = new() } } },
            "maps" => spec with { Linux = linux with { UidMappings = [new() { Size = 1 }], GidMappings = [new() { Size = 1 }] } },
            "sysctl" => spec with { Linux = linux with { Sysctl = new Dictionary<string, string> { ["kernel.panic"] = "1" } } },
            "sysctl net" => spec with { Linux = linux with { Namespaces = [.. linux.Namespaces!.Where(n => n.Type != "network")], Sysctl = new Dictionary<string, string> { ["net.ipv4.ip_forward"] = "1" } } },
            "hook" => spec with { Hooks = new() { Poststop = [new() { Path = "bin/true" }] } },
            _ => spec with { Hooks = new() { Poststop = [new() { Path = "/bin/true", Timeout = 0 }] } },
        };

        var run = await bundle.RunAsync("true");

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains(message, run.Error);
        Assert.Contains("\"level\":\"error\"", await File.ReadAllTextAsync(bundle.Log));
        Assert.NotEqual(0, (await bundle.OciAsync("state", bundle.Id)).ExitCode);
    }

    [Fact]
    public async Task Exec_runs_on_the_cpus_that_are_asked_for()
    {
        await using var bundle = new OciBundle();
        Assert.SkipUnless(Environment.ProcessorCount > 1, "one CPU");
        bundle.Process(p => p with { ExecCPUAffinity = new() { Initial = "0", Final = "1" } });
        await bundle.StartAsync("grep Cpus_allowed_list /proc/self/status; while :; do sleep 1; done");

        var exec = await bundle.OciAsync("exec", bundle.Id, "grep", "Cpus_allowed_list", "/proc/self/status");

        Assert.Equal("Cpus_allowed_list:\t1", exec.Succeeded().Text);
    }

    [Fact]
    public async Task Time_namespace_has_its_offsets_also_for_exec()
    {
        await using var bundle = new OciBundle();
        bundle.Namespace("time");
        bundle.Linux(l => l with { TimeOffsets = new Dictionary<string, TimeOffsetSpec> { ["boottime"] = new() { Secs = 10_000_000 }, ["monotonic"] = new() { Secs = 20_000_000, Nanosecs = 5 } } });
        await bundle.StartAsync("cut -d. -f1 /proc/uptime; while :; do sleep 1; done");

        var exec = await bundle.OciAsync("exec", bundle.Id, "cut", "-d.", "-f1", "/proc/uptime");

        Assert.InRange(long.Parse(exec.Succeeded().Text), 10_000_000, long.MaxValue);
        Assert.InRange(long.Parse(bundle.Output), 10_000_000, long.MaxValue);
        Assert.InRange(double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0]), 0, 10_000_000);
    }

    [Fact]
    public async Task Namespaces_of_another_container_are_joined_by_path()
    {
        await using var first = new OciBundle();
        first.UserNamespace();
        first.Namespace("time");
        first.Linux(l => l with { TimeOffsets = new Dictionary<string, TimeOffsetSpec> { ["boottime"] = new() { Secs = 10_000_000 } } });
        await first.StartAsync("while :; do sleep 1; done");
        var pid = System.Text.Json.JsonDocument.Parse((await first.OciAsync("state", first.Id)).Succeeded().Output).RootElement.GetProperty("pid").GetInt32();
        (string Type, string File)[] types = [("user", "user"), ("pid", "pid"), ("network", "net"), ("ipc", "ipc"), ("uts", "uts"), ("time", "time")];

        await using var second = new OciBundle();
        second.UserNamespace();
        second.Linux(l => l with { UidMappings = null, GidMappings = null });
        foreach (var (type, file) in types) second.Namespace(type, $"/proc/{pid}/ns/{file}");
        second.Spec = second.Spec with { Hostname = null };
        var run = await second.RunAsync("for n in user pid net ipc uts time mnt; do readlink /proc/self/ns/$n; done; hostname; id -u");

        var lines = run.Succeeded().Output.Split('\n');
        var theirs = types.Select(t => new FileInfo($"/proc/{pid}/ns/{t.File}").LinkTarget).ToArray();
        Assert.Equal(theirs, lines[..6]);
        Assert.NotEqual(new FileInfo($"/proc/{pid}/ns/mnt").LinkTarget, lines[6]);
        Assert.Equal(["bundle", "0"], lines[7..9]);
    }

    [Fact]
    public async Task Descriptors_and_activation_sockets_are_preserved_and_no_others()
    {
        await using var bundle = new OciBundle();
        bundle.Process(p => p with { Args = ["/bin/sh", "-c", "ls /proc/self/fd; echo $LISTEN_FDS $LISTEN_PID"] });
        await bundle.OciAsync("list");
        var line = $"exec 3</etc/passwd 4</etc/passwd 5</etc/passwd; exec {OciBundle.Runtime} --root {bundle.Directory}/state run --preserve-fds 1 -b {bundle.Directory} {bundle.Id}";

        var plain = (await Davit.Testing.Command.RunAsync("bash", ["-c", line])).Succeeded();
        var activated = (await Davit.Testing.Command.RunAsync("bash", ["-c", line], environment: new Dictionary<string, string?> { ["LISTEN_FDS"] = "1" })).Succeeded();

        // 4 (and 5) is ls's own on the directory
        Assert.Equal("0\n1\n2\n3\n4\n\n", plain.Output);
        Assert.Equal("0\n1\n2\n3\n4\n5\n1 1\n", activated.Output);
    }

    [Fact]
    public async Task Console_socket_gets_the_terminal()
    {
        await using var bundle = new OciBundle();
        using var console = new ConsoleSocket(bundle, "console.sock");
        bundle.Process(p => p with { Terminal = true, ConsoleSize = new() { Width = 111, Height = 33 }, Args = ["/bin/sh", "-c", "busybox stty size; test -t 0 && echo terminal"] });
        var create = bundle.OciAsync("create", "--console-socket", console.Path, "--pid-file", bundle.Directory + "/pid", "-b", bundle.Directory, bundle.Id);
        var terminal = await console.ReadAsync();
        (await create).Succeeded();
        (await bundle.OciAsync("start", bundle.Id)).Succeeded();

        Assert.Equal("33 111\r\nterminal\r\n", await terminal);
        Assert.True(int.TryParse(await File.ReadAllTextAsync(bundle.Directory + "/pid", TestContext.Current.CancellationToken), out _));
    }
}

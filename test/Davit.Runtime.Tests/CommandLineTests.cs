using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using Davit.Oci.Runtime;
using Davit.Runtime.Tests.Bundles;
using Davit.Testing;

namespace Davit.Runtime.Tests;

/// <summary>The command line, compared with what runc 1.3 and crun 1.28 say and do.</summary>
public sealed class CommandLineTests
{
    private static readonly string Runtime = Project.Executable("davit-oci");

    [Theory]
    [InlineData("--nope", 1, "flag provided but not defined: -nope")]
    [InlineData("nope", 3, "No help topic for 'nope'")]
    [InlineData("help nope", 3, "No help topic for 'nope'")]
    [InlineData("kill", 1, "davit-oci: \"kill\" requires a minimum of 1 argument(s)")]
    [InlineData("kill a b c", 1, "davit-oci: \"kill\" requires a maximum of 2 argument(s)")]
    [InlineData("kill --all=maybe a", 1, "invalid boolean value \"maybe\" for -all: parse error")]
    [InlineData("create", 1, "davit-oci: \"create\" requires exactly 1 argument(s)")]
    [InlineData("create a b", 1, "davit-oci: \"create\" requires exactly 1 argument(s)")]
    [InlineData("create --nope a", 1, "flag provided but not defined: -nope")]
    [InlineData("create --preserve-fds x a", 1, "invalid value \"x\" for flag -preserve-fds: parse error")]
    [InlineData("run --pid-file", 1, "flag needs an argument: -pid-file")]
    [InlineData("features x", 1, "davit-oci: \"features\" requires exactly 0 argument(s)")]
    [InlineData("state nosuch", 1, "container does not exist")]
    [InlineData("exec nosuch sh", 255, "exec failed: container does not exist")]
    [InlineData("kill nosuch NOPE", 1, "container does not exist")]
    [InlineData("--log-format x list", 1, "invalid log-format: x")]
    [InlineData("--root /nosuch list", 1, "open /nosuch: no such file or directory")]
    [InlineData("--root /tmp list -f x", 1, "invalid format option")]
    [InlineData("--rootless x list", 1, "strconv.ParseBool: parsing \"x\": invalid syntax")]
    [InlineData("--cgroup-manager x list", 1, "invalid cgroup-manager: x")]
    [InlineData("--root /tmp/nosuch.d/x delete -r a", 1, "open /tmp/nosuch.d/x: no such file or directory")]
    [InlineData("delete --regex [a", 1, "invalid regular expression \"[a\": Unmatched [, [^, [:, [., or [=")]
    public async Task What_no_command_takes_is_refused_in_runcs_words(string line, int code, string message)
    {
        var run = await Command.RunAsync(Runtime, line.Split(' '));
        Assert.Equal(code, run.ExitCode);
        Assert.Equal(message + "\n", run.Complaint);
        Assert.Equal(message.StartsWith("davit-oci:", StringComparison.Ordinal) || message.Contains("flag", StringComparison.Ordinal) || message.Contains("parse error", StringComparison.Ordinal), run.Output.StartsWith("Incorrect Usage", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Path_of_criu_is_taken_with_a_warning()
    {
        var run = await Command.RunAsync(Runtime, ["--criu", "/bin/criu", "list"]);
        Assert.Equal((0, "warning: --criu ignored (criu binary from $PATH is used); do not use\n"), (run.ExitCode, run.Complaint));
        Assert.DoesNotContain("criu value", (await Command.RunAsync(Runtime, ["help"])).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_command_has_help_that_names_its_options()
    {
        var all = (await Command.RunAsync(Runtime, ["help"])).Succeeded().Output;
        foreach (var command in (string[])["checkpoint", "create", "delete", "events", "exec", "kill", "list", "pause", "ps", "restore", "resume", "run", "spec", "start", "state", "update", "features"])
        {
            Assert.Contains($"   {command} ", all, StringComparison.Ordinal);
            var help = (await Command.RunAsync(Runtime, [command, "--help"])).Succeeded().Output;
            Assert.StartsWith($"NAME:\n   davit-oci {command} - ", help, StringComparison.Ordinal);
            Assert.Equal(help, (await Command.RunAsync(Runtime, ["help", command])).Succeeded().Output);
        }
    }

    [Fact]
    public async Task Log_has_the_error_and_with_debug_what_was_done()
    {
        await using var bundle = new OciBundle();
        (await bundle.RunAsync("true")).Succeeded();
        Assert.False(File.Exists(bundle.Log));
        (await bundle.RawAsync(["--debug", "run", "-b", bundle.Directory, bundle.Id])).Succeeded();
        var lines = await File.ReadAllLinesAsync(bundle.Log, TestContext.Current.CancellationToken);
        Assert.Equal(["debug"], lines.Select(l => JsonDocument.Parse(l).RootElement.GetProperty("level").GetString()).Distinct());
        Assert.Contains($"container {bundle.Id}: process ", lines[0], StringComparison.Ordinal);

        await Command.RunAsync(Runtime, ["--log", bundle.Log, "state", "nosuch"]);
        Assert.Matches("^time=\"[0-9T:Z-]+\" level=error msg=\"container does not exist\"$", (await File.ReadAllLinesAsync(bundle.Log, TestContext.Current.CancellationToken))[^1]);
    }

    [Fact]
    public async Task List_names_who_owns_a_container()
    {
        await using var bundle = new OciBundle();
        await bundle.StartAsync("while :; do sleep 1; done");
        Davit.Linux.Directories.DirectoryCalls.ChangeOwner(-100, $"{bundle.Directory}/state/{bundle.Id}", 1, 1);

        Assert.Matches($"^ID +PID +STATUS +BUNDLE +CREATED +OWNER\n{bundle.Id} +[0-9]+ +running +{bundle.Directory} +[0-9T:.-]+Z +daemon\n$", (await bundle.OciAsync("list")).Succeeded().Output);
        Assert.Equal("daemon", JsonDocument.Parse((await bundle.OciAsync("list", "-f", "json")).Succeeded().Output).RootElement[0].GetProperty("owner").GetString());
        Assert.Equal(bundle.Id + "\n", (await bundle.OciAsync("list", "-q")).Succeeded().Output);
    }

    [Fact]
    public async Task Ps_takes_the_options_of_ps()
    {
        await using var bundle = new OciBundle();
        await bundle.StartAsync("sleep 1000; true");

        Assert.Matches("^UID +PID +PPID .*\nroot .*\n", (await bundle.OciAsync("ps", bundle.Id)).Succeeded().Output);
        Assert.Matches("^ *PID COMMAND\n *[0-9]+ sh\n *[0-9]+ sleep\n$", (await bundle.OciAsync("ps", bundle.Id, "-e", "-o", "pid,comm")).Succeeded().Output);
        Assert.Equal("couldn't find PID field in ps output\n", (await bundle.OciAsync("ps", bundle.Id, "-e", "-o", "comm")).Complaint);
        Assert.Equal(2, JsonDocument.Parse((await bundle.OciAsync("ps", "-f", "json", bundle.Id)).Succeeded().Output).RootElement.GetArrayLength());
    }

    [Fact]
    public async Task Events_tell_what_is_used_and_when_memory_runs_out()
    {
        await using var bundle = new OciBundle();
        bundle.Linux(l => l with { Resources = new() { Memory = new() { Limit = 32 << 20 }, Pids = new() { Limit = 20 } } });
        await bundle.StartAsync("until test -e /go; do sleep 0.1; done; busybox tail /dev/zero; exit 0");

        var stats = JsonDocument.Parse((await bundle.OciAsync("events", "--stats", bundle.Id)).Succeeded().Output).RootElement;
        Assert.Equal(("stats", bundle.Id), (stats.GetProperty("type").GetString(), stats.GetProperty("id").GetString()));
        var data = stats.GetProperty("data");
        Assert.NotEqual(0, data.GetProperty("cpu").GetProperty("usage").GetProperty("total").GetInt64());
        Assert.Equal(32 << 20, data.GetProperty("memory").GetProperty("usage").GetProperty("limit").GetInt64());
        Assert.Equal(20, data.GetProperty("pids").GetProperty("limit").GetInt64());
        foreach (var part in (string[])["cpuset", "blkio", "hugetlb", "intel_rdt", "network_interfaces"]) Assert.True(data.TryGetProperty(part, out _), part);

        var stream = bundle.OciAsync("events", "--interval", "100ms", bundle.Id);
        await File.WriteAllTextAsync(bundle.Root + "/go", "", TestContext.Current.CancellationToken);
        var types = (await stream).Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement.GetProperty("type").GetString()).ToList();
        Assert.Equal("oom", types[^1] == "oom" ? "oom" : types.Find(t => t == "oom"));
        Assert.Equal("invalid value \"x\" for flag -interval: parse error\n", (await bundle.OciAsync("events", "--interval", "x", bundle.Id)).Complaint);
        Assert.Equal($"container with id {bundle.Id} is not running\n", (await bundle.OciAsync("events", bundle.Id)).Complaint);
    }

    [Fact]
    public async Task Events_tell_at_once_when_memory_runs_out()
    {
        await using var bundle = new OciBundle();
        bundle.Linux(l => l with { Resources = new() { Memory = new() { Limit = 32 << 20 } } });
        await bundle.StartAsync("while :; do busybox tail /dev/zero; sleep 0.1; done");

        var first = await Command.RunAsync("/bin/sh", ["-c", $"{OciBundle.Runtime} --root {bundle.Directory}/state events --interval 1h {bundle.Id} | head -n 1"], limit: TimeSpan.FromSeconds(60));

        Assert.Equal($"{{\"type\":\"oom\",\"id\":\"{bundle.Id}\"}}", first.Text);
    }

    [Fact]
    public async Task Exec_options_reach_the_process()
    {
        await using var bundle = new OciBundle();
        await bundle.StartAsync("while :; do sleep 1; done");
        var memory = Directory.Exists("/sys/fs/cgroup/memory") ? "/sys/fs/cgroup/memory" : "/sys/fs/cgroup";
        Directory.CreateDirectory($"{memory}/{bundle.Id}/below");
        Directory.CreateDirectory($"/sys/fs/cgroup{(memory.EndsWith("memory", StringComparison.Ordinal) ? "/pids" : "")}/{bundle.Id}/below");

        var status = (await bundle.OciAsync("exec", "--cwd", "/tmp", "-e", "A=b", "-u", "7:8", "-g", "9", "-g", "10", "--no-new-privs", "-c", "CAP_SYS_PTRACE", bundle.Id, "/bin/sh", "-c", "pwd; echo $A; grep -E '^(Uid|Gid|Groups|NoNewPrivs|CapBnd):' /proc/self/status")).Succeeded().Output;
        Assert.Equal("/tmp\nb\nUid:\t7\t7\t7\t7\nGid:\t8\t8\t8\t8\nGroups:\t9 10 \nCapBnd:\t00000000080c24eb\nNoNewPrivs:\t1\n", status);

        var controllers = memory.EndsWith("memory", StringComparison.Ordinal);
        Assert.Contains($"/{bundle.Id}/below", (await bundle.OciAsync("exec", "--cgroup", controllers ? "memory:below" : "below", bundle.Id, "cat", "/proc/self/cgroup")).Succeeded().Output, StringComparison.Ordinal);
        Assert.Contains("/nosuch", (await bundle.OciAsync("exec", "--cgroup", "nosuch", bundle.Id, "true")).Error, StringComparison.Ordinal);
        Assert.Contains("AppArmor profile \"nosuch\"", (await bundle.OciAsync("exec", "--apparmor", "nosuch", bundle.Id, "true")).Error, StringComparison.Ordinal);
        Assert.Contains("selinux label \"l\"", (await bundle.OciAsync("exec", "--process-label", "l", bundle.Id, "true")).Error, StringComparison.Ordinal);
        (await bundle.OciAsync("pause", bundle.Id)).Succeeded();
        Assert.Contains("cannot exec in a paused container (use --ignore-paused to override)", (await bundle.OciAsync("exec", bundle.Id, "true")).Error, StringComparison.Ordinal);
        (await bundle.OciAsync("resume", bundle.Id)).Succeeded();
        foreach (var directory in (string[])[memory, "/sys/fs/cgroup/pids"]) if (Directory.Exists($"{directory}/{bundle.Id}/below")) Directory.Delete($"{directory}/{bundle.Id}/below");
    }

    [Fact]
    public async Task Kill_all_reaches_every_process()
    {
        await using var bundle = new OciBundle();
        bundle.Linux(l => l with { Namespaces = [.. l.Namespaces!.Where(n => n.Type != "pid")] });
        await bundle.StartAsync("sleep 1000 & sleep 1000 & wait");
        (await bundle.OciAsync("kill", "-a", bundle.Id, "KILL")).Succeeded();
        (await Command.RunAsync("/bin/sh", ["-c", $"until [ \"$({OciBundle.Runtime} --root {bundle.Directory}/state ps -f json {bundle.Id} | tr -d ' \\n')\" = '[]' ]; do :; done"], limit: TimeSpan.FromSeconds(30))).Succeeded();
    }

    [Fact]
    public async Task Expression_stands_for_all_containers_that_it_matches()
    {
        await using var first = new OciBundle();
        await first.StartAsync("while :; do sleep 1; done");
        foreach (var id in (string[])["a1", "a2", "b1"]) Assert.True((await first.OciAsync("create", "-b", Configured(first, id), id)).ExitCode == 0, first.Errors);

        (await first.OciAsync("kill", "--regex", "^a[12]$", "KILL")).Succeeded();
        foreach (var id in (string[])["a1", "a2"]) (await Command.RunAsync("/bin/sh", ["-c", $"until {OciBundle.Runtime} --root {first.Directory}/state state {id} | grep -q stopped; do :; done"], limit: TimeSpan.FromSeconds(30))).Succeeded();
        (await first.OciAsync("delete", "-r", "^a")).Succeeded();
        Assert.Equal(["b1", first.Id], (await first.OciAsync("list", "-q")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
        var refused = await first.OciAsync("delete", "-r", "b");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("container b1: cannot delete container b1 that is not stopped: created", await File.ReadAllTextAsync(first.Log, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        (await first.OciAsync("delete", "-f", "-r", "^b1$")).Succeeded();
        (await first.OciAsync("delete", "-r", "^nobody")).Succeeded();
    }

    /// <summary>A bundle beside, whose container has a cgroup of its own.</summary>
    private static string Configured(OciBundle bundle, string id)
    {
        bundle.Linux(l => l with { CgroupsPath = $"/{bundle.Id}/{id}" });
        return bundle.Directory;
    }

    [Fact]
    public async Task Limits_that_kernels_have_no_more_are_taken_with_a_warning_and_caches_refused_where_there_are_none()
    {
        Assert.SkipWhen(Directory.Exists("/sys/fs/resctrl/info"), "resctrl is mounted");
        await using var bundle = new OciBundle();
        await bundle.StartAsync("while :; do sleep 1; done");
        (await bundle.OciAsync("update", "--kernel-memory", "1m", bundle.Id)).Succeeded();
        Assert.Contains("Kernel memory settings are ignored and will be removed", await File.ReadAllTextAsync(bundle.Log, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal("Intel RDT/CAT: l3 cache schema is not enabled\n", (await bundle.OciAsync("update", "--l3-cache-schema", "L3:0=f", bundle.Id)).Complaint);
        Assert.Equal("Intel RDT/MBA: memory bandwidth schema is not enabled\n", (await bundle.OciAsync("update", "--mem-bw-schema", "MB:0=50", bundle.Id)).Complaint);
        (await bundle.OciAsync("spec", "-b", bundle.Directory, "-f", "other.json")).Succeeded();
        Assert.True(File.Exists(bundle.Directory + "/other.json"));
    }

    [Theory]
    [InlineData("runc")]
    [InlineData("crun")]
    [Trait("Ring", "engines")]
    public async Task Peers_have_no_command_and_no_option_that_is_not_here(string peer)
    {
        (await Command.RunAsync(Path.Combine(Project.Root, "eng/peers/peers"), ["tree"], limit: TimeSpan.FromMinutes(15))).Succeeded();

        // the engines' tests take the tree down and up meanwhile: its files are enough for this
        var runtime = Path.Combine(Project.Root, "eng/peers/runtime");

        // --usage is of crun's library; mounts changes a running container, which no engine asks for
        string[] left = ["--usage", "--help"];
        var all = (await Command.RunAsync(runtime, [peer, "--help"])).Output;
        var commands = Regex.Matches(all, @"^(?:   |\t)([a-z]+)\s+(?:- )?[a-zS]", RegexOptions.Multiline).Select(m => m.Groups[1].Value).Where(c => c is not ("runc" or "help" or "mounts")).ToList();
        Assert.Contains("restore", commands);
        var missing = new List<string>();
        foreach (var command in commands.Append(""))
        {
            var ours = await Command.RunAsync(Runtime, command.Length == 0 ? ["help"] : ["help", command]);
            if (ours.ExitCode != 0) missing.Add(command);
            var theirs = command.Length == 0 ? all : (await Command.RunAsync(runtime, [peer, command, "--help"])).Output;
            missing.AddRange(Options(theirs).Except(Options(ours.Output)).Except(left).Select(o => $"{command} {o}"));
        }

        Assert.Empty(missing);

        static IEnumerable<string> Options(string help) => Regex.Matches(help, @"^\s+(?:-\S, +)?(--[a-z0-9-]+)|^   --[a-z0-9-]+(?: value)?, (-[a-z])\b", RegexOptions.Multiline).SelectMany(m => new[] { m.Groups[1].Value, m.Groups[2].Value }).Where(o => o.Length > 0).Distinct();
    }

    [Theory]
    [InlineData("1z", "invalid value for memory: invalid suffix: 'z'")]
    [InlineData("m", "invalid value for memory: invalid size: 'm'")]
    [InlineData("64m", null)]
    public async Task Update_takes_sizes_with_units(string memory, string? message)
    {
        await using var bundle = new OciBundle();
        await bundle.StartAsync("while :; do sleep 1; done");
        var update = await bundle.OciAsync("update", "--memory", memory, "--pids-limit", "33", bundle.Id);
        if (message is not null)
        {
            Assert.Equal((1, message + "\n"), (update.ExitCode, update.Complaint));
            return;
        }

        update.Succeeded();
        var data = JsonDocument.Parse((await bundle.OciAsync("events", "--stats", bundle.Id)).Succeeded().Output).RootElement.GetProperty("data");
        Assert.Equal(64 << 20, data.GetProperty("memory").GetProperty("usage").GetProperty("limit").GetInt64());
        Assert.Equal(33, data.GetProperty("pids").GetProperty("limit").GetInt64());
        Assert.Equal("invalid value for cpu-period: strconv.ParseUint: parsing \"z\": invalid syntax\n", (await bundle.OciAsync("update", "--cpu-period", "z", bundle.Id)).Complaint);
    }

    [Fact]
    public async Task Configuration_of_another_name_without_a_cgroup_and_without_pivot_root_runs()
    {
        await using var bundle = new OciBundle();
        bundle.Process(p => p with { Args = ["/bin/sh", "-c", "cat /proc/self/cgroup; ls /"] });
        await bundle.OciAsync("list");
        File.Move(bundle.Directory + "/config.json", bundle.Directory + "/other.json");

        var run = await bundle.RawAsync(["--cgroup-manager", "disabled", "run", "--no-pivot", "--no-new-keyring", "--no-subreaper", "-f", "other.json", "-b", bundle.Directory, bundle.Id]);

        Assert.DoesNotContain(bundle.Id, run.Succeeded().Output, StringComparison.Ordinal);
        Assert.EndsWith("bin\ndata\ndev\netc\nproc\nsys\ntmp\n", run.Output, StringComparison.Ordinal);
        bundle.Linux(l => l with { Resources = new() { Pids = new() { Limit = 5 } } });
        await bundle.OciAsync("list");
        Assert.Contains("limits need a cgroup", (await bundle.RawAsync(["--cgroup-manager=disabled", "run", "-b", bundle.Directory, bundle.Id])).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Descriptor_of_the_process_goes_over_its_socket()
    {
        await using var bundle = new OciBundle();
        bundle.Process(p => p with { Args = ["/bin/true"] });
        var path = bundle.Directory + "/pidfd";
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        var create = bundle.OciAsync("create", "--pidfd-socket", path, "--pid-file", bundle.Directory + "/pid", "-b", bundle.Directory, bundle.Id);
        using var connection = await listener.AcceptAsync(TestContext.Current.CancellationToken);
        var fd = ReceivedDescriptor.Take(connection);
        Assert.Equal(0, (await create).ExitCode);
        Assert.Contains($"Pid:\t{await File.ReadAllTextAsync(bundle.Directory + "/pid", TestContext.Current.CancellationToken)}\n", await File.ReadAllTextAsync($"/proc/self/fdinfo/{fd}", TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Davit.Linux.Directories.FileIo.Close(fd);
    }
}

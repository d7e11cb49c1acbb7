using System.Text.Json;

namespace Davit.Integration.Tests;

/// <summary>The life of a container after its creation, by the docker client.</summary>
public sealed class LifecycleTests(BusyboxDaemon fixture) : DockerTests(fixture)
{
    private Task<string> Sleeper(string name, params string[] flags) => Docker(["run", "-d", "--network", "none", "--name", name, .. flags, "busybox", "sleep", "1000"]);

    [Fact]
    public async Task Create_start_stop_and_remove()
    {
        var name = Unique("life");
        await Docker("create", "--name", name, "--network", "none", "busybox", "sh", "-c", "trap 'exit 5' TERM; echo up; while true; do sleep 0.05; done");
        Assert.Equal("created", await Docker("inspect", "-f", "{{.State.Status}}", name));
        Assert.Equal(name, await Docker("start", name));
        Assert.Equal("running", await Docker("inspect", "-f", "{{.State.Status}}", name));
        Assert.Contains("cannot remove container", await Fails(1, "rm", name), StringComparison.Ordinal);
        await Docker("stop", name);
        Assert.Equal("exited 5", await Docker("inspect", "-f", "{{.State.Status}} {{.State.ExitCode}}", name));
        Assert.Contains("up", await Docker("logs", name), StringComparison.Ordinal);
        Assert.Equal(name, await Docker("rm", name));
        Assert.Contains($"No such container: {name}", await Fails(1, "start", name), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_kills_after_its_time()
    {
        var name = Unique("stubborn");
        await Docker("run", "-d", "--network", "none", "--name", name, "busybox", "sh", "-c", "trap '' TERM; while true; do sleep 1; done");
        await Docker("stop", "-t", "1", name);
        Assert.Equal("137", await Docker("inspect", "-f", "{{.State.ExitCode}}", name));
        await Docker("rm", name);
    }

    [Fact]
    public async Task Kill_sends_the_signal()
    {
        var name = Unique("killed");
        await Docker("run", "-d", "--network", "none", "--name", name, "busybox", "sh", "-c", "trap 'echo usr1; exit 9' USR1; echo ready; while true; do sleep 0.05; done");
        await Daemon.ScriptAsync($"until docker logs {name} | grep -q ready; do sleep 0.05; done", TimeSpan.FromSeconds(20));
        await Docker("kill", "-s", "USR1", name);
        Assert.Equal("9", await Docker("wait", name));
        Assert.Contains("is not running", await Fails(1, "kill", name), StringComparison.Ordinal);
        await Docker("rm", name);
    }

    [Fact]
    public async Task Restart_gives_a_new_process_and_keeps_the_files()
    {
        var name = Unique("again");
        await Docker("run", "-d", "--network", "none", "--name", name, "busybox", "sh", "-c", "echo x >> /count; sleep 1000");
        var first = await Docker("inspect", "-f", "{{.State.Pid}}", name);
        await Docker("restart", "-t", "0", name);
        Assert.NotEqual(first, await Docker("inspect", "-f", "{{.State.Pid}}", name));
        Assert.Equal("2", await Docker("exec", name, "sh", "-c", "while [ $(wc -l < /count) -lt 2 ]; do sleep 0.05; done; wc -l < /count"));
        await Docker("rm", "-f", name);
    }

    [Fact]
    public async Task Restart_policy_starts_it_again_until_its_count_is_used_up()
    {
        var name = Unique("policy");
        await Docker("run", "-d", "--network", "none", "--name", name, "--restart", "on-failure:2", "busybox", "sh", "-c", "echo run; exit 3");
        await Daemon.ScriptAsync($"until [ \"$(docker inspect -f '{{{{.RestartCount}}}} {{{{.State.Status}}}}' {name})\" = '2 exited' ]; do sleep 0.1; done", TimeSpan.FromSeconds(30));
        Assert.Equal("run\nrun\nrun", await Docker("logs", name));
        await Docker("rm", name);
    }

    [Fact]
    public async Task Rename_and_labels_and_filters()
    {
        var name = Unique("old");
        var renamed = Unique("new");
        await Sleeper(name, "-l", "kind=" + name, "-l", "empty");
        await Docker("rename", name, renamed);
        Assert.Equal(renamed, await Docker("ps", "--filter", "label=kind=" + name, "--format", "{{.Names}}"));
        Assert.Equal("", await Docker("ps", "-q", "--filter", "name=" + name));
        Assert.Equal(renamed, await Docker("ps", "-a", "--filter", "status=running", "--filter", "name=" + renamed, "--format", "{{.Names}}"));
        await Docker("rm", "-f", renamed);
    }

    [Fact]
    public async Task Pause_freezes_and_unpause_goes_on()
    {
        var name = Unique("frozen");
        await Sleeper(name);
        await Docker("pause", name);
        Assert.Equal("paused", await Docker("inspect", "-f", "{{.State.Status}}", name));
        Assert.Contains("is paused", await Fails(1, "exec", name, "true"), StringComparison.Ordinal);
        Assert.Contains("(Paused)", await Docker("ps", "--filter", "name=" + name), StringComparison.Ordinal);
        await Docker("unpause", name);
        Assert.Equal("x", await Docker("exec", name, "echo", "x"));
        await Docker("rm", "-f", name);
    }

    [Fact]
    public async Task Top_lists_the_processes()
    {
        var name = Unique("top");
        await Sleeper(name);
        var top = await Docker("top", name);
        Assert.Contains("PID", top, StringComparison.Ordinal);
        Assert.Contains("sleep 1000", top, StringComparison.Ordinal);
        Assert.Contains("sleep", await Docker("top", name, "-o", "pid,comm"), StringComparison.Ordinal);
        await Docker("rm", "-f", name);
    }

    [Fact]
    public async Task Update_changes_limits_of_a_running_container()
    {
        var name = Unique("update");
        await Sleeper(name, "-m", "64m", "--memory-swap", "64m");
        await Docker("update", "-m", "96m", "--memory-swap", "96m", "--pids-limit", "50", "--restart", "no", name);
        Assert.Equal("100663296 50", await Docker("inspect", "-f", "{{.HostConfig.Memory}} {{.HostConfig.PidsLimit}}", name));
        Assert.Equal("100663296", await Docker("exec", name, "sh", "-c", "cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max"));
        await Docker("rm", "-f", name);
    }

    [Fact]
    public async Task Stats_shows_the_limit_and_the_processes()
    {
        var name = Unique("stats");
        await Sleeper(name, "-m", "64m");
        var line = await Docker("stats", "--no-stream", "--format", "{{.Name}}|{{.MemUsage}}|{{.PIDs}}", name);
        Assert.StartsWith(name + "|", line, StringComparison.Ordinal);
        Assert.Contains("/ 64MiB|1", line, StringComparison.Ordinal);
        await Docker("rm", "-f", name);
    }

    [Fact]
    public async Task Wait_returns_the_exit_code_of_one_that_is_still_to_end()
    {
        var name = Unique("wait");
        await Docker("run", "-d", "--network", "none", "--name", name, "busybox", "sh", "-c", "sleep 0.5; exit 4");
        Assert.Equal("4", await Docker("wait", name));
        await Docker("rm", name);
    }

    [Fact]
    public async Task Inspect_tells_what_was_asked_for()
    {
        var name = Unique("inspect");
        await Docker("create", "--name", name, "-e", "A=1", "-w", "/w", "-m", "32m", "--cpus", "0.5", "-l", "a=b", "--restart", "unless-stopped", "--network", "none", "busybox", "sleep", "9");
        using var document = JsonDocument.Parse(await Docker("inspect", name));
        var root = document.RootElement[0];
        Assert.Equal("/" + name, root.GetProperty("Name").GetString());
        Assert.Equal("sleep", root.GetProperty("Path").GetString());
        Assert.Equal("created", root.GetProperty("State").GetProperty("Status").GetString());
        Assert.Equal(33554432, root.GetProperty("HostConfig").GetProperty("Memory").GetInt64());
        Assert.Equal(500000000, root.GetProperty("HostConfig").GetProperty("NanoCpus").GetInt64());
        Assert.Equal("unless-stopped", root.GetProperty("HostConfig").GetProperty("RestartPolicy").GetProperty("Name").GetString());
        Assert.Equal("/w", root.GetProperty("Config").GetProperty("WorkingDir").GetString());
        Assert.True(root.GetProperty("NetworkSettings").GetProperty("Networks").TryGetProperty("none", out _));
        await Docker("rm", name);
    }

    [Fact]
    public async Task Events_tell_the_life_in_order()
    {
        var name = Unique("events");
        var since = await Docker("info", "-f", "{{.SystemTime}}");
        await Docker("run", "--rm", "--network", "none", "--name", name, "busybox", "true");
        var until = await Docker("info", "-f", "{{.SystemTime}}");
        var events = await Docker("events", "--since", since, "--until", until, "--filter", "container=" + name, "--format", "{{.Action}}");
        Assert.Equal("create attach start die destroy", string.Join(' ', events.Split('\n').Where(e => e is not "resize" and not "disconnect" and not "connect")));
    }

    [Fact]
    public async Task Prune_takes_the_stopped_ones()
    {
        var label = Unique("prune");
        await Docker("create", "-l", label, "--network", "none", "busybox");
        await Sleeper(label, "-l", label);
        var output = await Docker("container", "prune", "-f", "--filter", "label=" + label);
        Assert.Contains("Deleted Containers:", output, StringComparison.Ordinal);
        Assert.Equal(label, await Docker("ps", "-a", "--filter", "label=" + label, "--format", "{{.Names}}"));
        await Docker("rm", "-f", label);
    }

    [Fact]
    public async Task Version_and_info_answer()
    {
        Assert.Matches(@"^1\.\d+$", await Docker("version", "-f", "{{.Server.APIVersion}}"));
        Assert.Equal("linux", await Docker("info", "-f", "{{.OSType}}"));
    }
}

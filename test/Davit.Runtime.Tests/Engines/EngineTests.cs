using Davit.Testing;

namespace Davit.Runtime.Tests.Engines;

/// <summary>Docker, Podman and containerd run their containers on davit-oci.</summary>
[Trait("Ring", "engines")]
public sealed class EngineTests(RuntimeInTree tree) : IClassFixture<RuntimeInTree>
{
    private readonly string _name = $"davit-engines-{Environment.ProcessId}";

    [Theory]
    [InlineData("docker")]
    [InlineData("podman")]
    public async Task Containers_live_their_lives(string engine)
    {
        try
        {
            Assert.Equal("hi", await Ok(engine, "run", "--rm", RuntimeInTree.Image, "echo", "hi"));
            Assert.Matches("inet 1[0-9.]+/16", await Ok(engine, "run", "--rm", RuntimeInTree.Image, "ip", "-4", "addr", "show", "eth0"));
            Assert.Equal("/dev/pts/0", await Ok(engine, "run", "--rm", "-t", "--network", "none", RuntimeInTree.Image, "tty"));
            Assert.Equal(7, (await Engine(engine, "run", "--rm", "--network", "none", RuntimeInTree.Image, "sh", "-c", "exit 7")).ExitCode);
            var confined = await Ok(engine, "run", "--rm", "--network", "none", "-u", "nobody", "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--tmpfs", "/scratch:mode=1777", RuntimeInTree.Image,
                "sh", "-c", "touch /x 2>&1; touch /scratch/x && echo scratch; grep -E '^(CapBnd|NoNewPrivs|Seccomp):' /proc/self/status");
            Assert.Contains("Read-only file system", confined, StringComparison.Ordinal);
            Assert.Contains("scratch\nCapBnd:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2", confined.ReplaceLineEndings("\n"), StringComparison.Ordinal);

            await Ok(engine, "run", "-d", "--name", _name, "--network", "none", "-m", "64m", "--pids-limit", "20", "--stop-timeout", "0", RuntimeInTree.Image, "sh", "-c", "echo started; exec sleep 1000");
            Assert.Equal("0\n/tmp\nb", await Ok(engine, "exec", "-w", "/tmp", "-e", "A=b", _name, "sh", "-c", "id -u; pwd; echo $A"));
            Assert.Equal("1000", await Ok(engine, "exec", "-u", "1000", _name, "id", "-u"));
            Assert.Equal("/dev/pts/0", await Ok(engine, "exec", "-t", _name, "tty"));
            Assert.Contains("executable file not found in $PATH", await Fails(127, engine, "exec", _name, "nosuch"), StringComparison.Ordinal);
            await Ok(engine, "pause", _name);
            Assert.Equal("paused", await Ok(engine, "inspect", "-f", "{{.State.Status}}", _name));
            await Ok(engine, "unpause", _name);
            await Ok(engine, "update", "-m", "128m", "--memory-swap", "128m", _name);
            Assert.Equal("134217728", await Ok(engine, "exec", _name, "sh", "-c", "cat /sys/fs/cgroup/memory/memory.limit_in_bytes || cat /sys/fs/cgroup/memory.max"));
            Assert.Contains("sleep 1000", await Ok(engine, "top", _name), StringComparison.Ordinal);
            Assert.Matches("/ (128MiB|134.2MB)", await Ok(engine, "stats", "--no-stream", _name));
            Assert.Contains("fork", (await Engine(engine, "exec", _name, "sh", "-c", "for i in $(seq 30); do sleep 1 & done; wait")).Error, StringComparison.Ordinal);
            await Ok(engine, "restart", _name);
            Assert.Equal("started\nstarted", await Ok(engine, "logs", _name));
            await Ok(engine, "stop", _name);
            Assert.Equal("137 false", await Ok(engine, "inspect", "-f", "{{.State.ExitCode}} {{.State.OOMKilled}}", _name));
            await Ok(engine, "start", _name);
            await Ok(engine, "kill", "-s", "KILL", _name);
            await Ok(engine, "rm", "-f", _name);

            Assert.Equal(137, (await Engine(engine, "run", "--name", _name, "--network", "none", "-m", "32m", RuntimeInTree.Image, "tail", "/dev/zero")).ExitCode);
            Assert.Equal("true", await Ok(engine, "inspect", "-f", "{{.State.OOMKilled}}", _name));
        }
        finally
        {
            await Engine(engine, "rm", "-f", _name);
        }
    }

    [Theory]
    [InlineData("docker")]
    [InlineData("podman")]
    public async Task What_cannot_be_executed_is_told_through_the_engine(string engine)
    {
        var directory = tree.Write("crlf", "#!/bin/sh\r\necho\r\n");
        tree.Write("text", "hello\n");
        string[] run = ["run", "--rm", "--network", "none", "-v", directory + ":/b:ro", RuntimeInTree.Image];
        Assert.Contains("executable file not found in $PATH", await Fails(127, [engine, .. run, "nosuch"]), StringComparison.Ordinal);
        Assert.Contains("is a directory", await Fails(126, [engine, .. run, "/etc"]), StringComparison.Ordinal);
        Assert.Contains("its first line ends with a carriage return", await Fails(127, [engine, .. run, "/b/crlf"]), StringComparison.Ordinal);
        Assert.Contains("exec format error: it is no program for Linux", (await Engine([engine, .. run, "/b/text"])).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Containerd_runs_execs_pauses_and_kills()
    {
        string[] runtime = ["--runc-binary", tree.Runtime];
        try
        {
            Assert.Equal("hi", await Ok(["ctr", "run", "--rm", .. runtime, RuntimeInTree.Image, _name, "echo", "hi"]));
            await Ok(["ctr", "run", "-d", "--memory-limit", "67108864", .. runtime, RuntimeInTree.Image, _name, "sleep", "1000"]);
            Assert.StartsWith("uid=0(root)", await Ok("ctr", "task", "exec", "--exec-id", "one", _name, "id"), StringComparison.Ordinal);
            await Ok("ctr", "task", "pause", _name);
            Assert.Matches(_name + @" +\d+ +PAUSED", await Ok("ctr", "task", "ls"));
            await Ok("ctr", "task", "resume", _name);
            Assert.Contains("67108864", await Ok("ctr", "task", "metrics", "--format", "json", _name), StringComparison.Ordinal);
            await Ok("ctr", "task", "kill", "-s", "9", _name);
            await Ok("sh", "-c", $"until ctr task ls | grep -q '{_name} .*STOPPED'; do :; done");
        }
        finally
        {
            await Engine("ctr", "task", "rm", "-f", _name);
            await Engine("ctr", "container", "rm", _name);
        }
    }

    /// <summary>A command of an engine; what it runs is run by davit-oci.</summary>
    private Task<Command> Engine(params string[] command) => Peers.RunAsync(command switch
    {
        ["docker", "run", .. var rest] => ["docker", "run", "--runtime", "davit", .. rest],
        ["podman", .. var rest] => ["podman", "--log-level", "error", "--runtime", tree.Runtime, .. rest],
        _ => command,
    });

    private async Task<string> Ok(params string[] command) => (await Engine(command)).Succeeded().Text.ReplaceLineEndings("\n");

    private Task<string> Fails(int code, string engine, params string[] rest) => Fails(code, [engine, .. rest]);

    private async Task<string> Fails(int code, string[] command)
    {
        var result = await Engine(command);
        Assert.True(result.ExitCode == code, $"{string.Join(' ', command)}: {result.ExitCode}, not {code}\n{result.Output}{result.Error}");
        return result.Output + result.Error; // docker has exec's errors in the stream
    }
}

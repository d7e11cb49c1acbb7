namespace Davit.Integration.Tests;

/// <summary><c>docker exec</c>.</summary>
public sealed class ExecTests(BusyboxDaemon fixture) : DockerTests(fixture)
{
    private async Task<string> Target()
    {
        var name = Unique("target");
        await Docker("run", "-d", "--network", "none", "--name", name, "-e", "FROM_CONTAINER=1", "busybox", "sleep", "1000");
        return name;
    }

    [Fact]
    public async Task Streams_exit_code_environment_directory_and_user()
    {
        var name = await Target();
        var both = (await Daemon.DockerAsync("exec", name, "sh", "-c", "echo out; echo err >&2; exit 3"));
        Assert.Equal((3, "out\n", "err\n"), (both.ExitCode, both.Output, both.Error));
        Assert.Equal("1 2", await Docker("exec", "-e", "X=2", name, "sh", "-c", "echo $FROM_CONTAINER $X"));
        Assert.Equal("/tmp", await Docker("exec", "-w", "/tmp", name, "pwd"));
        Assert.Equal("uid=65532(nonroot) gid=65532(nonroot) groups=65532(nonroot)", await Docker("exec", "-u", "nonroot", name, "id"));
        await Docker("rm", "-f", name);
    }

    [Fact]
    public async Task Input_with_half_close()
    {
        var name = await Target();
        var command = await Daemon.DockerAsync(["exec", "-i", name, "wc", "-c"], new byte[100_000]);
        Assert.Equal("100000", command.Succeeded().Text);
        await Docker("rm", "-f", name);
    }

    [Fact]
    public async Task Errors_have_dockers_codes()
    {
        var name = await Target();
        Assert.Contains("executable file not found", (await Daemon.DockerAsync("exec", name, "nosuch")) is { ExitCode: 127 } missing ? missing.Error + missing.Output : "wrong exit code", StringComparison.Ordinal);
        Assert.Equal(126, (await Daemon.DockerAsync("exec", name, "/etc/passwd")).ExitCode);
        Assert.Contains("No such container: nosuch", await Fails(1, "exec", "nosuch", "true"), StringComparison.Ordinal);
        await Docker("stop", "-t", "0", name);
        Assert.Contains("is not running", await Fails(1, "exec", name, "true"), StringComparison.Ordinal);
        await Docker("rm", "-f", name);
    }

    [Fact]
    public async Task Detached_goes_on_by_itself()
    {
        var name = await Target();
        Assert.Equal("", await Docker("exec", "-d", name, "sh", "-c", "echo done > /mark"));
        Assert.Equal("done", await Docker("exec", name, "sh", "-c", "until [ -s /mark ]; do sleep 0.02; done; cat /mark"));
        await Docker("rm", "-f", name);
    }

    [Fact]
    public async Task It_ends_with_the_container()
    {
        var name = await Target();
        var exec = Daemon.DockerAsync("exec", name, "sleep", "1000");
        await Docker("exec", name, "sh", "-c", "until ps | grep -v grep | grep -q 'sleep 1000'; do sleep 0.02; done");
        await Docker("kill", name);
        Assert.Equal(137, (await exec).ExitCode);
        await Docker("rm", "-f", name);
    }
}

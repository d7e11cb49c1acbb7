namespace Davit.Integration.Tests;

/// <summary><c>docker logs</c>.</summary>
public sealed class LogsTests(BusyboxDaemon fixture) : DockerTests(fixture)
{
    [Fact]
    public async Task Tail_since_until_and_timestamps()
    {
        var name = Unique("logs");
        await Docker("run", "--name", name, "--network", "none", "busybox", "sh", "-c", "for i in $(seq 1 100); do echo line $i; done; sleep 0.2; echo err >&2");
        var tail = await Daemon.DockerAsync("logs", "--tail", "3", name);
        Assert.Equal(("line 99\nline 100\n", "err\n"), (tail.Output, tail.Error));
        Assert.Equal("", await Docker("logs", "--since", "2099-01-01T00:00:00", name));
        Assert.Equal("", await Docker("logs", "--until", "2001-01-01T00:00:00", name));
        Assert.Equal(101, ((await Daemon.DockerAsync("logs", "--since", "1h", name)).Output + "err").Split('\n').Length);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z line 100$", await Docker("logs", "-t", "-n", "2", name));
        await Docker("rm", name);
    }

    [Fact]
    public async Task Follow_ends_with_the_container()
    {
        var name = Unique("follow");
        await Docker("run", "-d", "--name", name, "--network", "none", "busybox", "sh", "-c", "for i in 1 2 3 4 5; do echo $i; sleep 0.1; done");
        Assert.Equal("1\n2\n3\n4\n5", await Docker("logs", "-f", name));
        await Docker("rm", name);
    }

    [Fact]
    public async Task Ten_thousand_lines_are_all_there_in_order()
    {
        var name = Unique("many");
        await Docker("run", "--name", name, "--network", "none", "busybox", "seq", "1", "10000");
        Assert.Equal(Enumerable.Range(1, 10000).Select(i => i.ToString()), (await Docker("logs", name)).Split('\n'));
        await Docker("rm", name);
    }

    [Fact]
    public async Task Rotation_keeps_the_end()
    {
        var name = Unique("rotate");
        await Docker("run", "--name", name, "--network", "none", "--log-driver", "local", "--log-opt", "max-size=64k", "--log-opt", "max-file=2", "busybox", "seq", "1", "100000");
        var lines = (await Docker("logs", name)).Split('\n');
        Assert.Equal("100000", lines[^1]);
        Assert.True(lines.Length < 60000, $"{lines.Length} lines kept");
        Assert.Equal(Enumerable.Range(100001 - lines.Length, lines.Length).Select(i => i.ToString()), lines);
        await Docker("rm", name);
    }

    [Fact]
    public async Task Driver_none_keeps_nothing()
    {
        var name = Unique("none");
        Assert.Equal("x", await Docker("run", "--name", name, "--network", "none", "--log-driver", "none", "busybox", "echo", "x"));
        Assert.Contains("configured logging driver does not support reading", await Fails(1, "logs", name), StringComparison.Ordinal);
        await Docker("rm", name);
    }
}

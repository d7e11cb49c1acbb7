using Davit.Testing;

namespace Davit.Integration.Tests;

/// <summary>kill -9 of davitd: containers, exit codes, log lines and names go on, and the next daemon adopts them.</summary>
public sealed class KillDaemonTests : IAsyncLifetime
{
    private TestDaemon? _daemon;

    private TestDaemon Daemon => _daemon!;

    public async ValueTask InitializeAsync() => _daemon = await (await TestDaemon.StartAsync()).WithBusyboxAsync();

    public async ValueTask DisposeAsync()
    {
        if (_daemon is not null) await _daemon.DisposeAsync();
    }

    [Fact]
    public async Task No_line_no_exit_code_and_no_container_is_lost()
    {
        if (TestDaemon.IsPeer) return;
        // the writer tells its progress in a file of a volume, so that the kill comes in the middle of its writing
        (await Daemon.DockerAsync("run", "-d", "--name", "writer", "--network", "none", "-v", Daemon.Directory + ":/shared", "busybox", "sh", "-c",
            "i=0; while [ $i -lt 10000 ]; do i=$((i+1)); echo $i; [ $i = 2000 ] && touch /shared/begun; [ $((i % 500)) = 0 ] && usleep 20000; done; exit 42")).Succeeded();
        (await Daemon.DockerAsync("run", "-d", "--name", "sleeper", "--network", "none", "busybox", "sleep", "1000")).Succeeded();
        (await Command.RunAsync("sh", ["-c", $"until [ -e {Daemon.Directory}/begun ]; do sleep 0.01; done"])).Succeeded();
        await Daemon.KillAsync();
        (await Command.RunAsync("sh", ["-c", "sleep 0.3"])).Succeeded();
        await Daemon.LaunchAsync();

        Assert.Equal("42", (await Daemon.DockerAsync("wait", "writer")).Succeeded().Text);
        Assert.Equal(Enumerable.Range(1, 10000).Select(i => i.ToString()), (await Daemon.DockerAsync("logs", "writer")).Succeeded().Text.Split('\n'));
        Assert.Equal("alive", (await Daemon.DockerAsync("exec", "sleeper", "echo", "alive")).Succeeded().Text);
        Assert.Equal("running", (await Daemon.DockerAsync("inspect", "-f", "{{.State.Status}}", "sleeper")).Succeeded().Text);
        (await Daemon.DockerAsync("stop", "-t", "0", "sleeper")).Succeeded();
        Assert.Equal("137", (await Daemon.DockerAsync("inspect", "-f", "{{.State.ExitCode}}", "sleeper")).Succeeded().Text);
    }

    [Fact]
    public async Task An_exit_while_no_daemon_runs_is_known_afterwards()
    {
        if (TestDaemon.IsPeer) return;
        (await Daemon.DockerAsync("run", "-d", "--name", "brief", "--network", "none", "-v", Daemon.Directory + ":/shared", "busybox", "sh", "-c", "until [ -e /shared/go ]; do usleep 10000; done; echo last words; exit 9")).Succeeded();
        await Daemon.KillAsync();
        await File.WriteAllTextAsync(Daemon.Directory + "/go", "");
        (await Command.RunAsync("sh", ["-c", $"while pgrep -f '[s]hared/go' >/dev/null; do sleep 0.02; done"])).Succeeded();
        await Daemon.LaunchAsync();
        Assert.Equal("exited 9", (await Daemon.DockerAsync("inspect", "-f", "{{.State.Status}} {{.State.ExitCode}}", "brief")).Succeeded().Text);
        Assert.Equal("last words", (await Daemon.DockerAsync("logs", "brief")).Succeeded().Text);
    }

    [Fact]
    public async Task Names_resolve_while_the_daemon_is_dead()
    {
        if (TestDaemon.IsPeer) return;
        (await Daemon.DockerAsync("network", "create", "names")).Succeeded();
        (await Daemon.DockerAsync("run", "-d", "--name", "target", "--network", "names", "busybox", "sleep", "1000")).Succeeded();
        (await Daemon.DockerAsync("run", "-d", "--name", "asker", "--network", "names", "busybox", "sh", "-c", "while true; do ping -c1 -W1 target >/dev/null 2>&1 && echo found || echo lost; usleep 50000; done")).Succeeded();
        var pid = (await Daemon.DockerAsync("inspect", "-f", "{{.State.Pid}}", "asker")).Succeeded().Text;
        await Daemon.KillAsync();
        var answer = await Command.RunAsync("nsenter", ["-t", pid, "-n", "-m", "-r", "ping", "-c1", "-W2", "target"]);
        await Daemon.LaunchAsync();
        Assert.True(answer.ExitCode == 0, answer.ToString());
    }

    [Fact]
    public async Task A_second_daemon_on_the_same_data_is_refused()
    {
        if (TestDaemon.IsPeer) return;
        var second = await Command.RunAsync(Project.Executable("davitd"), ["--instance", Daemon.Name + "x", "--data-root", Daemon.DataRoot, "--exec-root", Daemon.RunRoot + "2", "-H", $"unix://{Daemon.Directory}/second.sock"]);
        Assert.NotEqual(0, second.ExitCode);
        Assert.Contains(Daemon.DataRoot, second.Error + second.Output, StringComparison.Ordinal);
    }
}

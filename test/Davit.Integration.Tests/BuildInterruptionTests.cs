using Davit.Testing;

namespace Davit.Integration.Tests;

/// <summary>Builds that end in the middle: nothing of a step stays, what was done before it does.</summary>
public sealed class BuildInterruptionTests : IAsyncLifetime
{
    private static int _next = Environment.ProcessId % 10000 * 100;
    private TestDaemon? _daemon;

    private TestDaemon Daemon => _daemon!;

    public async ValueTask InitializeAsync() => _daemon = await (await TestDaemon.StartAsync()).WithBusyboxAsync();

    public async ValueTask DisposeAsync()
    {
        if (_daemon is not null) await _daemon.DisposeAsync();
    }

    [Fact]
    public async Task The_clients_interrupt_ends_the_step()
    {
        if (TestDaemon.IsPeer) return;
        var (context, sleep) = Context();
        var inside = Peers.Inside(context);

        // a job of its own, so that the interrupt is not ignored, as it would be in the background of a script
        var build = await Daemon.ScriptAsync($"set -m; docker build {inside} >{inside}/output 2>&1 & until grep -q begun {inside}/output; do sleep 0.02; done; kill -INT $!; wait $!");
        Assert.NotEqual(0, build.ExitCode);
        await GoneAsync(sleep);
    }

    [Fact]
    public async Task A_killed_daemon_leaves_nothing_of_the_step_and_keeps_its_cache()
    {
        if (TestDaemon.IsPeer) return;
        var (context, sleep) = Context();
        var build = Daemon.DockerAsync("build", Peers.Inside(context));
        (await Command.RunAsync("sh", ["-c", $"until pgrep -f 'sleep {sleep}[.]5' >/dev/null; do sleep 0.02; done"])).Succeeded();
        await Daemon.KillAsync();
        Assert.NotEqual(0, (await build).ExitCode);
        await Daemon.LaunchAsync();
        await GoneAsync(sleep);
        Assert.Contains("Using cache", (await Daemon.DockerAsync("build", "--target", "made", Peers.Inside(context))).Succeeded().Output, StringComparison.Ordinal);
    }

    private (string Directory, int Sleep) Context()
    {
        var sleep = Interlocked.Increment(ref _next) + 100000;
        var directory = Path.Combine(Daemon.Directory, $"context-{sleep}");
        Directory.CreateDirectory(directory);
        File.WriteAllText(directory + "/Dockerfile", $"FROM busybox AS made\nRUN head -c 16 /dev/urandom > /random\nFROM made\nRUN echo begun; touch /half; sleep {sleep}.5\n");
        return (directory, sleep);
    }

    /// <summary>The step's process, directories, mounts and cgroup go, whoever asked for it.</summary>
    private async Task GoneAsync(int sleep)
    {
        (await Command.RunAsync("sh", ["-c", $"while pgrep -f 'sleep {sleep}[.]5' >/dev/null; do sleep 0.02; done"])).Succeeded();
        (await Command.RunAsync("sh", ["-c", $"while [ -n \"$(ls {Daemon.RunRoot}/build {Daemon.DataRoot}/build/tmp 2>/dev/null | grep -v :)\" ]; do sleep 0.02; done"])).Succeeded();
        Assert.Equal("", (await Command.RunAsync("sh", ["-c", $"find {Daemon.DataRoot} {Daemon.RunRoot} -name 'build-*' -not -path '*/diff/*'; grep {Daemon.Directory} /proc/self/mountinfo | grep build; find /sys/fs/cgroup -path '*davit-{Daemon.Name}/*' -type d; true"])).Text);
    }
}

using System.Text;
using Davit.Monitor.Logs;
using Davit.Monitor.Runner;
using Davit.Oci.Runtime;
using Davit.Primitives;

namespace Davit.Monitor.Tests.Running;

public sealed class ContainerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Container_runs_logs_and_leaves_its_exit_record(bool withoutZygote)
    {
        await using var host = new ContainerHost(withoutZygote);

        var container = await host.StartAsync("one", "echo out; echo err >&2; exit 7");
        var exit = await container.Exited.WaitAsync(Patience, Cancellation);

        Assert.Equal((7, 0, false, ""), (exit.ExitCode, exit.Signal, exit.OomKilled, exit.Error));
        Assert.InRange(exit.FinishedAt, container.StartedAt.AddSeconds(-1), container.StartedAt.AddSeconds(10));
        Assert.Equal(0, container.Pid);
        Assert.Equal("out\n", await host.LogAsync("one", new LogQuery { Stderr = false }));
        Assert.Equal("err\n", await host.LogAsync("one", new LogQuery { Stdout = false }));
        Assert.Equal(exit, ExitRecord.TryRead(Path.Combine(host.Instance.DataRoot, "one", "exit")));
    }

    [Fact]
    public async Task Output_of_a_process_that_ends_at_once_is_whole()
    {
        await using var host = new ContainerHost();
        await using var streams = host.Runner.PrepareAttach(stdin: false, stdout: true, stderr: true);

        var container = await host.StartAsync(host.Launch("burst", "seq 1 20000") with { Attachments = [streams] });

        var expected = string.Concat(Enumerable.Range(1, 20000).Select(n => $"{n}\n"));
        Assert.Equal(expected, await ContainerHost.ReadAllAsync(streams).WaitAsync(Patience, Cancellation));
        await container.Exited.WaitAsync(Patience, Cancellation);
        Assert.Equal(expected, await host.LogAsync("burst"));
    }

    [Fact]
    public async Task Slow_reader_delays_and_loses_nothing()
    {
        await using var host = new ContainerHost();
        await using var streams = host.Runner.PrepareAttach(stdin: false, stdout: true, stderr: true);
        var container = await host.StartAsync(host.Launch("slow", "seq 1 700000") with { Attachments = [streams], LogSegmentSize = 64 << 20 });

        // 5 MB wait in front of a reader that has not begun: the container stands still.
        await Assert.ThrowsAsync<TimeoutException>(() => container.Exited.WaitAsync(TimeSpan.FromMilliseconds(500), Cancellation));
        var text = await ContainerHost.ReadAllAsync(streams).WaitAsync(Patience, Cancellation);

        Assert.Equal(0, (await container.Exited.WaitAsync(Patience, Cancellation)).ExitCode);
        Assert.Equal(text.Length, Enumerable.Range(1, 700000).Sum(n => n.ToString().Length + 1));
        Assert.Equal(text, await host.LogAsync("slow"));
    }

    [Fact]
    public async Task Input_is_delivered_and_half_closed()
    {
        await using var host = new ContainerHost();
        await using var streams = host.Runner.PrepareAttach(stdin: true, stdout: true, stderr: true);
        var container = await host.StartAsync(host.Launch("cat", "cat; echo ended") with { Attachments = [streams], OpenStdin = true, StdinOnce = true });

        var big = string.Concat(Enumerable.Range(0, 30_000).Select(n => $"line {n}\n"));
        var reading = ContainerHost.ReadAllAsync(streams);
        await streams.WriteAsync(Encoding.ASCII.GetBytes(big), Cancellation);
        await streams.CloseInputAsync(Cancellation);

        Assert.Equal(big + "ended\n", await reading.WaitAsync(Patience, Cancellation));
        Assert.Equal(0, (await container.Exited.WaitAsync(Patience, Cancellation)).ExitCode);
    }

    [Fact]
    public async Task Several_clients_attach_to_one_container()
    {
        await using var host = new ContainerHost();
        var container = await host.StartAsync(host.Launch("many", "read a; echo got $a; read b; echo got $b >&2") with { OpenStdin = true });
        await using var first = await container.AttachAsync(stdin: true, stdout: true, stderr: true, Cancellation);
        await using var second = await container.AttachAsync(stdin: true, stdout: true, stderr: false, Cancellation);

        await first.WriteAsync("one\n"u8.ToArray(), Cancellation);
        await first.CloseInputAsync(Cancellation);
        await WaitForLogAsync(host, "many", "got one\n");
        await second.WriteAsync("two\n"u8.ToArray(), Cancellation);

        // Two streams keep no order between them.
        Assert.Equal(["", "got one", "got two"], (await ContainerHost.ReadAllAsync(first).WaitAsync(Patience, Cancellation)).Split('\n').Order(StringComparer.Ordinal));
        Assert.Equal("got one\n", await ContainerHost.ReadAllAsync(second).WaitAsync(Patience, Cancellation));
        await container.Exited.WaitAsync(Patience, Cancellation);
        await Assert.ThrowsAsync<DavitException>(() => container.AttachAsync(false, true, true, Cancellation));
    }

    [Fact]
    public async Task Terminal_has_its_size_and_echoes()
    {
        await using var host = new ContainerHost();
        await using var streams = host.Runner.PrepareAttach(stdin: true, stdout: true, stderr: true);
        var launch = host.Launch("tty", "stty size; read x; stty size; echo $x; exit 3", spec => spec with { Process = spec.Process! with { Terminal = true } });
        var container = await host.StartAsync(launch with { Attachments = [streams], OpenStdin = true, TerminalSize = (100, 40) });

        var buffer = new byte[1000];
        var text = new StringBuilder();
        while (!text.ToString().Contains("40 100", StringComparison.Ordinal))
        {
            var piece = await streams.ReadAsync(buffer, Cancellation).AsTask().WaitAsync(Patience, Cancellation);
            Assert.Equal(1, piece.Stream);
            Assert.NotEqual(0, piece.Count);
            text.Append(Encoding.ASCII.GetString(buffer, 0, piece.Count));
        }

        await container.ResizeAsync(133, 50, Cancellation);
        await streams.WriteAsync("hello\n"u8.ToArray(), Cancellation);
        var rest = await ContainerHost.ReadAllAsync(streams).WaitAsync(Patience, Cancellation);

        Assert.Contains("50 133", rest);
        Assert.Equal(2, rest.Split("hello").Length - 1);
        Assert.Equal(3, (await container.Exited.WaitAsync(Patience, Cancellation)).ExitCode);
    }

    [Fact]
    public async Task Signals_reach_the_first_process_and_kill_ends_all()
    {
        await using var host = new ContainerHost();
        var container = await host.StartAsync("signals", "trap 'echo caught; exit 9' USR1; echo ready; while :; do sleep 0.05; done");
        await using (var streams = await container.AttachAsync(false, true, true, Cancellation))
        {
            await WaitForLogAsync(host, "signals", "ready\n");
            await container.SignalAsync(10, all: false, Cancellation);
            Assert.Equal(9, (await container.Exited.WaitAsync(Patience, Cancellation)).ExitCode);
        }

        var second = await host.StartAsync("killed", "sleep 1000 & sleep 1000");
        await second.SignalAsync(9, all: true, Cancellation);
        var exit = await second.Exited.WaitAsync(Patience, Cancellation);
        Assert.Equal((137, 9), (exit.ExitCode, exit.Signal));
        await Assert.ThrowsAsync<DavitException>(() => second.SignalAsync(9, all: false, Cancellation));
    }

    [Fact]
    public async Task Exec_has_streams_an_exit_code_and_its_own_terminal()
    {
        await using var host = new ContainerHost();
        var container = await host.StartAsync("exec", "while :; do sleep 1; done");

        await using (var exec = await container.ExecAsync(new ExecLaunch { Id = "a", Process = ContainerHost.Process(["/bin/sh", "-c", "cat; echo err >&2; exit 5"]), Stdin = true }, Cancellation))
        {
            Assert.NotEqual(0, exec.Pid);
            await exec.Streams!.WriteAsync("through\n"u8.ToArray(), Cancellation);
            await exec.Streams.CloseInputAsync(Cancellation);
            Assert.Equal("through\nerr\n", await ContainerHost.ReadAllAsync(exec.Streams).WaitAsync(Patience, Cancellation));
            Assert.Equal(5, await exec.Exited.WaitAsync(Patience, Cancellation));
        }

        await using (var exec = await container.ExecAsync(
            new ExecLaunch { Id = "b", Process = ContainerHost.Process(["/bin/sh", "-c", "stty size; test -t 0 && echo terminal"], terminal: true), Stdin = true, TerminalSize = (77, 22) }, Cancellation))
        {
            Assert.Equal("22 77\r\nterminal\r\n", await ContainerHost.ReadAllAsync(exec.Streams!).WaitAsync(Patience, Cancellation));
        }

        await using (var exec = await container.ExecAsync(new ExecLaunch { Id = "c", Process = ContainerHost.Process(["/bin/sh", "-c", "exit 4"]), Detached = true }, Cancellation))
        {
            Assert.Null(exec.Streams);
            Assert.Equal(4, await exec.Exited.WaitAsync(Patience, Cancellation));
        }

        // Nobody reads: the exit code comes all the same.
        var unread = await container.ExecAsync(new ExecLaunch { Id = "d", Process = ContainerHost.Process(["/bin/seq", "1", "300000"]) }, Cancellation);
        await unread.DisposeAsync();
        Assert.Equal(0, await unread.Exited.WaitAsync(Patience, Cancellation));

        var missing = await Assert.ThrowsAsync<DavitException>(() => container.ExecAsync(new ExecLaunch { Id = "e", Process = ContainerHost.Process(["nonesuch"]) }, Cancellation));
        Assert.Contains("nonesuch", missing.Message);
        Assert.Equal("", await host.LogAsync("exec"));
        await container.SignalAsync(9, all: true, Cancellation);
        await container.Exited.WaitAsync(Patience, Cancellation);
        var late = await Assert.ThrowsAsync<DavitException>(() => container.ExecAsync(new ExecLaunch { Id = "f", Process = ContainerHost.Process(["/bin/true"]) }, Cancellation));
        Assert.Equal(ErrorKind.Conflict, late.Kind);
    }

    [Fact]
    public async Task Failed_start_says_why_and_leaves_nothing()
    {
        await using var host = new ContainerHost();
        var launch = host.Launch("bad", "", spec => spec with { Process = spec.Process! with { Args = ["/bin/nonesuch"] } });

        var error = await Assert.ThrowsAsync<DavitException>(() => host.StartAsync(launch));

        Assert.Contains("nonesuch", error.Message);
        Assert.False(File.Exists(Path.Combine(launch.RunDirectory, "monitor.sock")));
        Assert.False(File.Exists(launch.ExitFile));
        Assert.Null(await host.Runner.AdoptAsync("bad", launch.RunDirectory, Cancellation));
        await using var foreign = host.Runner.PrepareAttach(false, true, true);
        await foreign.DisposeAsync();
        await Assert.ThrowsAsync<DavitException>(() => host.StartAsync(host.Launch("worse", "true") with { Attachments = [foreign] }));
    }

    [Fact]
    public async Task Containers_are_adopted_with_every_line_once()
    {
        await using var host = new ContainerHost();
        await host.StartAsync("lines", "i=0; while [ $i -lt 10000 ]; do echo line $i; i=$((i+1)); done; exit 12");
        await host.StartAsync("stays", "while :; do sleep 1; done");
        await host.RestartRunnerAsync();

        var lines = await host.Runner.AdoptAsync("lines", host.RunDirectory("lines"), Cancellation);
        var stays = await host.Runner.AdoptAsync("stays", host.RunDirectory("stays"), Cancellation);

        Assert.Equal(12, (await lines!.Exited.WaitAsync(Patience, Cancellation)).ExitCode);
        Assert.Equal(string.Concat(Enumerable.Range(0, 10000).Select(n => $"line {n}\n")), await host.LogAsync("lines"));
        Assert.NotEqual(0, stays!.Pid);
        await using var exec = await stays.ExecAsync(new ExecLaunch { Id = "x", Process = ContainerHost.Process(["/bin/echo", "still"]) }, Cancellation);
        Assert.Equal("still\n", await ContainerHost.ReadAllAsync(exec.Streams!).WaitAsync(Patience, Cancellation));
        await stays.SignalAsync(9, all: false, Cancellation);
        Assert.Equal(137, (await stays.Exited.WaitAsync(Patience, Cancellation)).ExitCode);
        Assert.Equal(12, (await (await host.Runner.AdoptAsync("lines", host.RunDirectory("lines"), Cancellation))!.Exited).ExitCode);
        Assert.Null(await host.Runner.AdoptAsync("none", host.RunDirectory("none"), Cancellation));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Container_dies_with_its_monitor(bool whileDaemonIsAway)
    {
        await using var host = new ContainerHost();
        var container = await host.StartAsync("orphan", "while :; do sleep 1; done");
        int pid = container.Pid, monitor = int.Parse(File.ReadAllLines(Path.Combine(host.RunDirectory("orphan"), "monitor.state")).Single(line => line.StartsWith("monitor=", StringComparison.Ordinal))[8..]);
        if (whileDaemonIsAway)
        {
            await host.RestartRunnerAsync();
        }

        Kernel.Sys.Kill(monitor, 9);
        if (whileDaemonIsAway)
        {
            container = (await host.Runner.AdoptAsync("orphan", host.RunDirectory("orphan"), Cancellation))!;
        }

        var exit = await container.Exited.WaitAsync(Patience, Cancellation);
        Assert.Equal((137, "monitor died"), (exit.ExitCode, exit.Error));
        Assert.Contains(StateOf(pid), (string[])["", "Z"]);
        Assert.Equal(exit, ExitRecord.TryRead(Path.Combine(host.Instance.DataRoot, "orphan", "exit")));
    }

    [Fact]
    public async Task Lost_zygote_is_replaced_and_containers_stay()
    {
        await using var host = new ContainerHost();
        var before = await host.StartAsync("before", "while :; do sleep 1; done");
        int zygote = int.Parse(host.Processes().Single(line => line.Contains(" zygote ", StringComparison.Ordinal) && Comm(line) == "davit-zygote").Split(' ')[0]);
        Kernel.Sys.Kill(zygote, 9);

        var after = await host.StartAsync("after", "exit 6");

        Assert.Equal(6, (await after.Exited.WaitAsync(Patience, Cancellation)).ExitCode);
        Assert.False(before.Exited.IsCompleted);
        await before.SignalAsync(9, all: true, Cancellation);
        await before.Exited.WaitAsync(Patience, Cancellation);
    }

    [Fact]
    public async Task Another_build_replaces_the_zygote_and_adopts_its_monitors()
    {
        await using var host = new ContainerHost();
        await host.StartAsync("old", "while :; do sleep 1; done");
        string Zygote() => host.Processes().Single(line => Comm(line) == "davit-zygote").Split(' ')[0];
        var first = Zygote();
        var other = host["davit-monitor-other"];
        File.Copy(MonitorBinary.Path!, other);
        File.SetLastWriteTimeUtc(other, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        await host.RestartRunnerAsync(other);

        var adopted = await host.Runner.AdoptAsync("old", host.RunDirectory("old"), Cancellation);
        Assert.Equal(5, (await (await host.StartAsync("new", "exit 5")).Exited.WaitAsync(Patience, Cancellation)).ExitCode);
        Assert.NotEqual(first, Zygote());
        Assert.False(adopted!.Exited.IsCompleted, adopted.Exited.IsCompleted ? (await adopted.Exited).ToString() : "");
        await adopted.SignalAsync(9, all: true, Cancellation);
        Assert.Equal(137, (await adopted.Exited.WaitAsync(Patience, Cancellation)).ExitCode);
    }

    [Fact]
    public async Task Zygote_that_hangs_is_passed_over_and_replaced()
    {
        await using var host = new ContainerHost(startTimeout: TimeSpan.FromSeconds(1));
        await host.Runner.WarmUpAsync(Cancellation);
        string Zygote() => host.Processes().Single(line => Comm(line) == "davit-zygote").Split(' ')[0];
        var first = Zygote();
        Kernel.Sys.Kill(int.Parse(first), 19);

        Assert.Equal(3, (await (await host.StartAsync("around", "exit 3")).Exited.WaitAsync(Patience, Cancellation)).ExitCode);
        Assert.Equal(4, (await (await host.StartAsync("again", "exit 4")).Exited.WaitAsync(Patience, Cancellation)).ExitCode);
        Assert.NotEqual(first, Zygote());
    }

    [Fact]
    public async Task Memory_limit_shows_as_oom()
    {
        await using var host = new ContainerHost();
        var launch = host.Launch("oom", "x=a; while :; do x=$x$x; done", spec => spec with
        {
            Linux = spec.Linux! with { Resources = spec.Linux.Resources! with { Memory = new MemorySpec { Limit = 16 << 20, Swap = 16 << 20 } } },
        });

        var container = await host.StartAsync(launch);
        var exit = await container.Exited.WaitAsync(Patience, Cancellation);

        Assert.Equal((137, true), (exit.ExitCode, exit.OomKilled));
    }

    [Fact]
    public async Task Background_child_does_not_hold_the_end_up()
    {
        await using var host = new ContainerHost();
        var container = await host.StartAsync("child", "sleep 1000 & echo done");
        Assert.Equal(0, (await container.Exited.WaitAsync(TimeSpan.FromSeconds(5), Cancellation)).ExitCode);
    }

    [Fact]
    public async Task Start_that_is_given_up_leaves_nothing()
    {
        await using var host = new ContainerHost();
        await host.Runner.WarmUpAsync(Cancellation);
        for (int i = 0; i < 10; i++)
        {
            using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(i * 2));
            try
            {
                var container = await host.Runner.StartAsync(host.Launch("given-up", "while :; do sleep 1; done"), cancel.Token);
                await container.SignalAsync(9, all: true, Cancellation);
                await container.Exited.WaitAsync(Patience, Cancellation);
            }
            catch (OperationCanceledException)
            {
                // what this is about
            }

            // A monitor ends a moment after its last word; one that goes on would still be there after ten seconds.
            for (int wait = 0; wait < 1000 && host.Processes().Exists(process => Comm(process) == "davit-monitor"); wait++)
            {
                await Task.Delay(10, Cancellation);
            }

            Assert.DoesNotContain(host.Processes(), process => Comm(process) == "davit-monitor");
        }
    }

    [Fact]
    public async Task Signal_to_all_reaches_children()
    {
        await using var host = new ContainerHost();
        var container = await host.StartAsync("all", "trap 'exit 0' TERM; (trap 'echo child; exit' TERM; echo ready; while :; do sleep 0.05; done) & while :; do wait; done");
        await WaitForLogAsync(host, "all", "ready\n");

        await container.SignalAsync(15, all: true, Cancellation);

        Assert.Equal(0, (await container.Exited.WaitAsync(Patience, Cancellation)).ExitCode);
    }

    [Fact]
    public async Task Monitor_keeps_nothing_of_execs_and_attachments_that_have_ended()
    {
        await using var host = new ContainerHost();
        var container = await host.StartAsync(host.Launch("leaks", "while :; do sleep 1; done") with { OpenStdin = true });
        var monitor = File.ReadAllLines(Path.Combine(host.RunDirectory("leaks"), "monitor.state")).Single(line => line.StartsWith("monitor=", StringComparison.Ordinal))[8..];
        int Descriptors() => Directory.GetFiles($"/proc/{monitor}/fd").Length;
        long Private() => File.ReadLines($"/proc/{monitor}/smaps_rollup").Where(line => line.StartsWith("Private_Dirty:", StringComparison.Ordinal)).Sum(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]));
        async Task ExerciseAsync(int times)
        {
            for (int i = 0; i < times; i++)
            {
                await using var streams = await container.AttachAsync(true, true, true, Cancellation);
                await using var exec = await container.ExecAsync(new ExecLaunch { Id = "x", Process = ContainerHost.Process(["/bin/echo", "x"], terminal: i % 2 == 0), Stdin = true }, Cancellation);
                await ContainerHost.ReadAllAsync(exec.Streams!);
            }

            // A request that is answered stands behind everything sent before on the loop.
            await container.ResizeAsync(80, 24, Cancellation);
        }

        await ExerciseAsync(30);
        int descriptors = Descriptors();
        long memory = Private();
        await ExerciseAsync(150);

        Assert.InRange(Descriptors(), descriptors - 2, descriptors + 2);
        Assert.InRange(Private(), 0, memory + 1024);
        await container.SignalAsync(9, all: true, Cancellation);
        await container.Exited.WaitAsync(Patience, Cancellation);
    }

    [Fact]
    public async Task A_hundred_containers_start_at_once()
    {
        await using var host = new ContainerHost();
        await host.Runner.WarmUpAsync(Cancellation);

        var containers = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => host.StartAsync($"n{i}", $"echo {i}; exit {i}")));
        var exits = await Task.WhenAll(containers.Select(container => container.Exited.WaitAsync(TimeSpan.FromSeconds(30), Cancellation)));

        Assert.Equal(Enumerable.Range(0, 100), exits.Select(exit => exit.ExitCode));
        Assert.Equal("42\n", await host.LogAsync("n42"));
    }

    [Fact]
    public async Task Restarted_container_writes_on_in_its_log()
    {
        await using var host = new ContainerHost();
        for (int i = 0; i < 3; i++)
        {
            var container = await host.StartAsync("again", $"echo run {i}; exit {i}");
            Assert.Equal(i, (await container.Exited.WaitAsync(Patience, Cancellation)).ExitCode);
        }

        Assert.Equal("run 0\nrun 1\nrun 2\n", await host.LogAsync("again"));
    }

    /// <summary>Its letter in /proc, empty when it is gone; a dead one may wait for the host's first process to reap it.</summary>
    private static string StateOf(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..][..1];
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static string Comm(string process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process.Split(' ')[0]}/comm").Trim();
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static async Task WaitForLogAsync(ContainerHost host, string id, string expected)
    {
        await foreach (var record in host.Logs.ReadAsync(host.LogDirectory(id), new LogQuery { Follow = true }, Cancellation))
        {
            if (Encoding.UTF8.GetString(record.Bytes.Span) == expected)
            {
                return;
            }
        }
    }
}

using System.Diagnostics;
using Davit.Monitor.Logs;
using Davit.Monitor.Runner;

namespace Davit.Monitor.Tests.Running;

/// <summary>Figures for SPECIFICATION.md, on demand: <c>--explicit only --filter-class …Measurements</c>.</summary>
public sealed class Measurements(ITestOutputHelper output)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Explicit = true)]
    public async Task Log_of_one_gigabyte()
    {
        await using var host = new ContainerHost();
        var clock = Stopwatch.StartNew();
        var launch = host.Launch("gigabyte", "yes 0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789 | head -c 1000000000; sleep 1; exit 0");
        var container = await host.StartAsync(launch with { LogSegmentSize = 200 << 20, LogSegments = 20 });
        var monitor = File.ReadAllLines(Path.Combine(host.RunDirectory("gigabyte"), "monitor.state")).Single(line => line.StartsWith("monitor=", StringComparison.Ordinal))[8..];
        string[] stat = [];
        while (!container.Exited.IsCompleted)
        {
            try
            {
                stat = File.ReadAllText($"/proc/{monitor}/stat").Split(' ');
            }
            catch (IOException)
            {
                break;
            }

            await Task.Delay(50, Cancellation);
        }

        await container.Exited;
        output.WriteLine($"written in {clock.ElapsedMilliseconds - 1000} ms, monitor's CPU {(long.Parse(stat[13]) + long.Parse(stat[14])) * 10} ms");

        clock.Restart();
        long bytes = 0, records = 0;
        await foreach (var batch in host.Logs.ReadBatchesAsync(host.LogDirectory("gigabyte"), new LogQuery(), Cancellation))
        {
            foreach (var record in batch)
            {
                bytes += record.Bytes.Length;
                records++;
            }
        }

        output.WriteLine($"{bytes} bytes in {records} records read in {clock.ElapsedMilliseconds} ms");
        clock.Restart();
        await host.LogAsync("gigabyte", new LogQuery { Tail = 10 });
        output.WriteLine($"tail 10 in {clock.Elapsed.TotalMilliseconds:0.0} ms");
    }

    [Fact(Explicit = true)]
    public async Task Start_to_exec_and_to_exit()
    {
        await using var host = new ContainerHost();
        await host.Runner.WarmUpAsync(Cancellation);
        var started = new List<double>();
        var ended = new List<double>();
        for (int i = 0; i < 60; i++)
        {
            var launch = host.Launch($"n{i}", "", spec => spec with { Process = spec.Process! with { Args = ["/bin/true"] } }) with { ExitFile = Path.Combine(host.RunDirectory($"n{i}"), "exit") };
            var clock = Stopwatch.StartNew();
            var container = await host.StartAsync(launch);
            started.Add(clock.Elapsed.TotalMilliseconds);
            await container.Exited;
            ended.Add(clock.Elapsed.TotalMilliseconds);
        }

        output.WriteLine($"started: min {started.Min():0.00} median {started.Order().ElementAt(30):0.00} ms; ended: min {ended.Min():0.00} median {ended.Order().ElementAt(30):0.00} ms");
    }

    [Fact(Explicit = true)]
    public async Task Memory_of_a_monitor()
    {
        await using var host = new ContainerHost();
        for (int i = 0; i < 10; i++)
        {
            var container = await host.StartAsync(host.Launch($"m{i}", "yes 0123456789012345678901234567890123456789 | head -c 1000000; while :; do sleep 100; done") with { OpenStdin = true });
            await using var streams = await container.AttachAsync(true, true, true, Cancellation);
            await using var exec = await container.ExecAsync(new ExecLaunch { Id = "x", Process = ContainerHost.Process(["/bin/seq", "1", "1000"]) }, Cancellation);
            await ContainerHost.ReadAllAsync(exec.Streams!);
        }

        await Task.Delay(3000, Cancellation);
        foreach (var process in host.Processes())
        {
            var rollup = File.ReadAllLines($"/proc/{process.Split(' ')[0]}/smaps_rollup").Where(line => line.StartsWith("Rss:", StringComparison.Ordinal) || line.StartsWith("Pss:", StringComparison.Ordinal) || line.StartsWith("Private_Dirty", StringComparison.Ordinal));
            output.WriteLine($"{process.Split(' ')[0]} {string.Join("  ", rollup.Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries))))}");
        }
    }
}

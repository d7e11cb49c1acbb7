using System.Diagnostics;
using Davit.Monitor.Runner;

namespace Davit.Monitor.Tests.Running;

/// <summary>Full starts, eight in flight, with collections forced in the zygote and in monitors between the forks: no hang, and nothing left.</summary>
public sealed class StressTests(ITestOutputHelper output)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public Task A_hundred_and_sixty_starts_hold() => StartAsync(160);

    /// <summary>DAVIT_STRESS asks for another number.</summary>
    [Fact]
    [Trait("Ring", "soak")]
    public Task Twenty_thousand_starts_hold() => StartAsync(int.Parse(Environment.GetEnvironmentVariable("DAVIT_STRESS") ?? "20000"));

    private async Task StartAsync(int count)
    {
        int next = 0, trims = 0;
        await using var host = new ContainerHost();
        await host.Runner.WarmUpAsync(Cancellation);
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref next) is var number && number <= count)
            {
                var id = $"s{worker}";
                var launch = host.Launch(id, "", spec => spec with { Process = spec.Process! with { Args = ["/bin/sh", "-c", $"exit {number % 100}"] } });
                launch = launch with { LogDirectory = null, ExitFile = Path.Combine(launch.RunDirectory, "exit") };
                await using var container = (RunningContainer)await host.Runner.StartAsync(launch, Cancellation);
                await host.Runner.TrimZygoteAsync(Cancellation);
                try
                {
                    await container.TrimAsync(Cancellation);
                    Interlocked.Increment(ref trims);
                }
                catch (Davit.Primitives.DavitException)
                {
                    // ended already
                }

                var exit = await container.Exited.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
                Assert.Equal((number % 100, ""), (exit.ExitCode, exit.Error));
            }
        })));
        output.WriteLine($"{count} starts, {trims} collections in monitors, {count} in the zygote, {clock.ElapsedMilliseconds} ms");
    }
}

using System.Diagnostics;
using System.IO.Compression;
using Davit.Monitor.Runner;
using Davit.Oci;
using Davit.Oci.Image;
using Davit.Primitives;
using Davit.Testing;

namespace Davit.Build.Tests;

/// <summary>Steps that really run, under the published monitor, in the stand-in busybox image.</summary>
public class RealRunTests
{
    private static string Monitor => Path.Combine(Environment.GetEnvironmentVariable("DAVIT_BIN") ?? Path.Combine(Project.Root, "artifacts/bin"), "davit-monitor");

    [Fact]
    public async Task A_step_runs_and_leaves_only_what_it_made()
    {
        await using var fixture = await BusyboxAsync();
        var outcome = await fixture.BuildAsync("""
            FROM base
            RUN echo out; echo err >&2; echo made > /made; cat /etc/hosts > /dev/null; id -u
            RUN rm /made && mkdir -p /d/e && echo two > /d/e/f
            """);
        Assert.Contains("out\n", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("\u001b[91merr\n\u001b[0m", outcome.Output, StringComparison.Ordinal);
        Assert.Null(fixture.Look(outcome.Image, "/made"));
        Assert.Equal("two\n", fixture.Look(outcome.Image, "/d/e/f")!.Value.Content);
        var top = Davit.Storage.Layers.ChainId.All(outcome.Image.Config.RootFs.DiffIds).TakeLast(2).Select(c => fixture.Store.Layers.Find(c)!.Directory).ToList();
        Assert.Equal(["made"], Directory.EnumerateFileSystemEntries(top[0]).Select(Path.GetFileName));
        Assert.Equal(["d", "made"], Directory.EnumerateFileSystemEntries(top[1]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Two_stages_that_sleep_sleep_at_once()
    {
        await using var fixture = await BusyboxAsync();
        await fixture.BuildAsync("FROM base\nRUN true\n");
        var clock = Stopwatch.StartNew();
        _ = (await fixture.BuildAsync("FROM base AS a\nRUN sleep 2; touch /a\nFROM base AS b\nRUN sleep 2; touch /b\nFROM base\nCOPY --from=a /a /\nCOPY --from=b /b /\n")).Image;
        Assert.InRange(clock.Elapsed.TotalSeconds, 2, 3.5);
    }

    [Fact]
    public async Task A_failing_step_gives_its_code_and_a_missing_program_its_name()
    {
        await using var fixture = await BusyboxAsync();
        var outcome = await fixture.BuildAsync("FROM base\nRUN exit 42\n");
        Assert.StartsWith("The command '/bin/sh -c exit 42' returned a non-zero code: 42", outcome.ErrorText, StringComparison.Ordinal);
        Assert.Equal(42, outcome.Error!.Data["ExitCode"]);
        Assert.Contains("/no/such", (await fixture.BuildAsync("FROM base\nRUN [\"/no/such\"]\n")).ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mounts_of_run_work()
    {
        await using var fixture = await BusyboxAsync();
        var outcome = await fixture.BuildAsync("""
            FROM base
            RUN --mount=target=/ctx --mount=type=cache,target=/cache --mount=type=tmpfs,target=/scratch cat /ctx/in; echo kept > /cache/f; touch /scratch/x; ! touch /ctx/no 2>/dev/null
            RUN --mount=type=cache,target=/cache cat /cache/f; ls /scratch 2>/dev/null | wc -l
            RUN <<EOF
            #!/bin/sh
            echo from-script $0
            EOF
            """, [("in", "from-context\n")]);
        Assert.Null(outcome.Error);
        Assert.Contains("from-context\n", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("kept\n0\n", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("from-script /dev/pipes/EOF\n", outcome.Output, StringComparison.Ordinal);
        Assert.Null(fixture.Look(outcome.Image, "/cache"));
        Assert.Null(fixture.Look(outcome.Image, "/ctx"));
    }

    [Fact]
    public async Task Cancellation_ends_the_process()
    {
        await using var fixture = await BusyboxAsync();
        using var cancel = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        var clock = Stopwatch.StartNew();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fixture.BuildAsync("FROM base\nRUN sleep 60\n", cancellation: cancel.Token));
        Assert.InRange(clock.Elapsed.TotalSeconds, 0.5, 15);
    }

    private static async Task<BuilderFixture> BusyboxAsync()
    {
        const string Archive = "/var/cache/davit-images/busybox/1.tar.gz";
        Assert.SkipUnless(File.Exists(Monitor) && File.Exists(Archive), $"needs {Monitor} (./build.sh publish) and {Archive} (eng/images/images make busybox)");
        var fixture = new BuilderFixture(runner: instance => new ContainerRunner(instance, new RunnerOptions { MonitorPath = Monitor }));
        await using var file = File.OpenRead(Archive);
        await using var tar = new GZipStream(file, CompressionMode.Decompress);
        await fixture.Images.ImportAsync(tar, Reference.Parse("base"), new ImageRunConfig(), null, null, new Progress<ProgressEvent>(), CancellationToken.None);
        return fixture;
    }
}

using System.Globalization;
using Davit.Oci.Runtime;
using Davit.Runtime.Tests.Bundles;
using Davit.Testing;

namespace Davit.Runtime.Tests.Checkpoint;

/// <summary>Containers that are saved and go on, by the real CRIU of the peers' tree, where its own check passes.</summary>
[Trait("Ring", "engines")]
public sealed class CheckpointTests
{
    private const string Count = "i=0; while :; do i=$((i+1)); echo $i >/data/n.new; busybox mv /data/n.new /data/n; sleep 0.02; done";

    private static readonly Dictionary<string, string?> s_environment = new() { ["PATH"] = Path.Combine(Project.Root, "eng/peers") + ":" + Environment.GetEnvironmentVariable("PATH") };

    [Fact]
    public async Task Restored_container_goes_on_where_it_was_saved()
    {
        await using var bundle = await BundleAsync();
        bundle.Linux(l => l with { Resources = new() { Pids = new() { Limit = 40 } }, MaskedPaths = ["/proc/kcore", "/proc/tty"], ReadonlyPaths = ["/proc/sys"] });
        bundle.Mount(new() { Destination = "/bound", Type = "bind", Source = "/usr/share", Options = ["rbind", "ro"] });
        bundle.Mount(new() { Destination = "/sys/fs/cgroup", Type = "cgroup", Source = "cgroup", Options = ["ro"] });
        bundle.Mount(new() { Destination = "/memory", Type = "tmpfs", Source = "tmpfs" });
        bundle.Spec = bundle.Spec with { Hooks = new() { CreateRuntime = [new() { Path = "/bin/sh", Args = ["sh", "-c", $"cat >{bundle.Directory}/hooked"] }] } };
        await bundle.StartAsync("echo kept >/memory/file; " + Count);
        await UntilAsync(bundle, 3);
        (await CriuAsync(bundle, "checkpoint", bundle.Id)).Succeeded();
        Assert.NotEqual(0, (await bundle.RawAsync(["state", bundle.Id])).ExitCode);
        Assert.False(Directory.Exists(Pids(bundle)));
        var saved = Counted(bundle);
        File.Delete(bundle.Directory + "/hooked");

        await RestoreAsync(bundle, "--pid-file", bundle.Directory + "/pid");

        await UntilAsync(bundle, saved + 3);
        Assert.Equal("running", (await bundle.StateAsync()).GetProperty("status").GetString());
        Assert.Equal(await bundle.PidAsync(), int.Parse(await File.ReadAllTextAsync(bundle.Directory + "/pid", TestContext.Current.CancellationToken), CultureInfo.InvariantCulture));
        Assert.Contains($"\"id\":\"{bundle.Id}\"", await File.ReadAllTextAsync(bundle.Directory + "/hooked", TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal("40\n", await File.ReadAllTextAsync(Pids(bundle) + "/pids.max", TestContext.Current.CancellationToken));
        Assert.Contains((await bundle.PidAsync()).ToString(CultureInfo.InvariantCulture), await File.ReadAllLinesAsync(Pids(bundle) + "/cgroup.procs", TestContext.Current.CancellationToken));
        var inside = (await bundle.RawAsync(["exec", bundle.Id, "sh", "-c", "cat /memory/file; readlink /proc/1/ns/time; readlink /proc/self/ns/time; head -c 1 /proc/kcore | wc -c; test -d /bound/doc && echo bound; touch /proc/sys/x || hostname"])).Output.Split('\n');
        Assert.Equal(["kept", inside[1], inside[1], "0", "bound", "bundle", ""], inside);
        (await bundle.RawAsync(["pause", bundle.Id])).Succeeded();
        (await bundle.RawAsync(["resume", bundle.Id])).Succeeded();
        (await bundle.RawAsync(["delete", "-f", bundle.Id])).Succeeded();
        Assert.False(Directory.Exists(Pids(bundle)));
    }

    [Fact]
    public async Task Container_that_is_left_running_goes_on_and_can_be_brought_back_later()
    {
        await using var bundle = await BundleAsync();
        await bundle.StartAsync(Count);
        await UntilAsync(bundle, 3);
        var before = Counted(bundle);
        (await CriuAsync(bundle, "checkpoint", "--leave-running", "--work-path", bundle.Directory + "/criu-work", "--manage-cgroups-mode", "full", bundle.Id)).Succeeded();
        Assert.True(File.Exists(bundle.Directory + "/criu-work/dump.log"));
        var saved = Counted(bundle);
        await UntilAsync(bundle, saved + 100);
        (await bundle.RawAsync(["delete", "-f", bundle.Id])).Succeeded();
        File.Delete(bundle.Root + "/data/n");

        await RestoreAsync(bundle);

        await UntilAsync(bundle, 1);
        Assert.InRange(Counted(bundle), before, saved + 90);
    }

    [Fact]
    public async Task Restore_stays_with_the_container_and_ends_with_its_exit_code()
    {
        await using var bundle = await BundleAsync();
        bundle.Spec = bundle.Spec with { Hooks = new() { Poststop = [new() { Path = "/bin/sh", Args = ["sh", "-c", $"echo stopped >>{bundle.Directory}/stopped"] }] } };
        var run = bundle.RunAsync("i=5; echo 1 >/data/n; until test -e /data/go; do sleep 0.02; done; echo out; echo err >&2; exit $((i+2))");
        await UntilAsync(bundle, 1);
        (await CriuAsync(bundle, "checkpoint", bundle.Id)).Succeeded();
        Assert.Equal(137, (await run).ExitCode);
        await File.WriteAllTextAsync(bundle.Root + "/data/go", "", TestContext.Current.CancellationToken);

        var restore = await CriuAsync(bundle, "restore", "-b", bundle.Directory, bundle.Id);

        Assert.Equal(2, (await File.ReadAllLinesAsync(bundle.Directory + "/stopped", TestContext.Current.CancellationToken)).Length);
        Assert.Equal((7, "out\n", "err\n"), (restore.ExitCode, restore.Output, restore.Complaint));
        Assert.NotEqual(0, (await bundle.RawAsync(["state", bundle.Id])).ExitCode);
    }

    [Fact]
    public async Task Terminal_goes_to_whoever_takes_it()
    {
        await using var bundle = await BundleAsync();
        bundle.Process(p => p with { Terminal = true, Args = ["/bin/sh", "-c", "i=0; while :; do i=$((i+1)); echo $i; echo $i >/data/n; sleep 0.02; done"] });
        using var first = new ConsoleSocket(bundle, "first");
        var run = bundle.OciAsync("run", "-d", "--console-socket", first.Path, "-b", bundle.Directory, bundle.Id);
        var before = await first.ReadAsync();
        Assert.True((await run).ExitCode == 0, bundle.Errors);
        await UntilAsync(bundle, 3);
        (await CriuAsync(bundle, "checkpoint", bundle.Id)).Succeeded();
        await before;
        var saved = Counted(bundle);
        using var second = new ConsoleSocket(bundle, "second");

        var restore = CriuAsync(bundle, "restore", "-d", "--console-socket", second.Path, "-b", bundle.Directory, bundle.Id);
        var after = await second.ReadAsync(restore);
        Assert.True((await restore).ExitCode == 0, bundle.Errors);
        await UntilAsync(bundle, saved + 3);
        (await bundle.RawAsync(["delete", "-f", bundle.Id])).Succeeded();

        Assert.InRange(int.Parse((await after).Split('\n')[0].Trim(), CultureInfo.InvariantCulture), saved, saved + 2);
    }

    [Fact]
    public async Task Memory_is_saved_before_the_rest_where_the_kernel_tracks_it()
    {
        await using var bundle = await BundleAsync();
        await bundle.StartAsync(Count);
        await UntilAsync(bundle, 3);
        var images = bundle.Directory + "/images";

        var before = await CriuAsync(bundle, "checkpoint", "--pre-dump", "--image-path", images + "/1", bundle.Id);

        await UntilAsync(bundle, Counted(bundle) + 3);
        if (before.ExitCode != 0)
        {
            Assert.Equal("criu is missing features: [MemTrack]: this kernel doesn't track which memory changes (CONFIG_MEM_SOFT_DIRTY), which --pre-dump needs\n", before.Complaint);
            return;
        }

        (await bundle.RawAsync(["checkpoint", "--image-path", images + "/2", "--parent-path", "../1", bundle.Id], s_environment)).Succeeded();
        var saved = Counted(bundle);
        Assert.True((await bundle.RawAsync(["restore", "-d", "--image-path", images + "/2", "-b", bundle.Directory, bundle.Id], s_environment)).ExitCode == 0, bundle.Errors);
        await UntilAsync(bundle, saved + 3);
    }

    [Fact]
    public async Task What_can_not_be_saved_is_told_by_its_reason_and_the_container_goes_on()
    {
        await using var bundle = await BundleAsync();
        await bundle.StartAsync("exec 3>/data/a; busybox ln /data/a /data/b; busybox rm /data/a; " + Count);
        await UntilAsync(bundle, 3);

        var checkpoint = await CriuAsync(bundle, "checkpoint", bundle.Id);

        Assert.Equal(1, checkpoint.ExitCode);
        Assert.StartsWith("criu failed: type DUMP errno 0: Can't create link remap for /data/a. Use link-remap option.", checkpoint.Error, StringComparison.Ordinal);
        Assert.EndsWith($" (criu's log is {bundle.Directory}/images/dump.log)\n", checkpoint.Error, StringComparison.Ordinal);
        await UntilAsync(bundle, Counted(bundle) + 3);
        (await CriuAsync(bundle, "checkpoint", "--link-remap", bundle.Id)).Succeeded();
        var saved = Counted(bundle);
        await RestoreAsync(bundle, "--link-remap");
        await UntilAsync(bundle, saved + 3);
        Assert.Contains("/data/a", (await bundle.RawAsync(["exec", bundle.Id, "readlink", "/proc/1/fd/3"])).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failed_restore_leaves_nothing()
    {
        await using var bundle = await BundleAsync();
        await bundle.StartAsync(Count);
        (await CriuAsync(bundle, "checkpoint", bundle.Id)).Succeeded();
        bundle.Spec = bundle.Spec with { Hooks = new() { CreateRuntime = [new() { Path = "/bin/false" }], Poststop = [new() { Path = "/bin/touch", Args = ["touch", bundle.Directory + "/stopped"] }] } };

        await bundle.OciAsync("list");
        var restore = await CriuAsync(bundle, "restore", "-b", bundle.Directory, bundle.Id);

        Assert.Equal((1, "error running hook: /bin/false: exit status 1\n"), (restore.ExitCode, restore.Complaint));
        Assert.True(File.Exists(bundle.Directory + "/stopped"));
        Assert.False(Directory.Exists($"{bundle.Directory}/state/{bundle.Id}"));
        Assert.False(Directory.Exists(Pids(bundle)));
    }

    private static async Task<OciBundle> BundleAsync()
    {
        var check = await Command.RunAsync(Path.Combine(Project.Root, "eng/peers/criu"), ["check"], limit: TimeSpan.FromMinutes(10));
        Assert.SkipUnless(check.ExitCode == 0, $"criu check: {check.Error}");
        return new OciBundle();
    }

    private static Task<Command> CriuAsync(OciBundle bundle, string command, params string[] arguments) => bundle.RawAsync([command, "--image-path", bundle.Directory + "/images", .. arguments], s_environment);

    private static async Task RestoreAsync(OciBundle bundle, params string[] options)
    {
        Assert.True((await CriuAsync(bundle, "restore", ["-d", .. options, "-b", bundle.Directory, bundle.Id])).ExitCode == 0, bundle.Errors);
    }

    private static string Pids(OciBundle bundle) => $"/sys/fs/cgroup{(File.Exists("/sys/fs/cgroup/cgroup.controllers") ? "" : "/pids")}/{bundle.Id}";

    private static int Counted(OciBundle bundle) => File.Exists(bundle.Root + "/data/n") && int.TryParse(File.ReadAllText(bundle.Root + "/data/n"), out var count) ? count : 0;

    private static async Task UntilAsync(OciBundle bundle, int count)
    {
        for (var end = Environment.TickCount64 + 20_000; Counted(bundle) < count; await Task.Yield()) Assert.True(Environment.TickCount64 < end, $"the container counted to {Counted(bundle)}, not {count}");
    }
}

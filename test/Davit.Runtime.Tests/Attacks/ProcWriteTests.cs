using System.Text.Json;
using Davit.Oci.Runtime;
using Davit.Runtime.Tests.Bundles;
using Davit.Testing;

namespace Davit.Runtime.Tests.Attacks;

/// <summary>The class of CVE-2025-52881: what is written to /proc (kernel parameters, labels, scores) goes to a file that somebody put in its place.</summary>
public sealed class ProcWriteTests
{
    [Fact]
    public async Task File_that_is_mounted_over_the_runtimes_own_proc_is_not_written()
    {
        await using var bundle = new OciBundle();
        bundle.Linux(l => l with { Sysctl = new Dictionary<string, string> { ["kernel.domainname"] = "changed" } });
        await File.WriteAllTextAsync(bundle.Directory + "/planted", "planted", TestContext.Current.CancellationToken);
        bundle.Process(p => p with { Args = ["/bin/true"] });
        await bundle.OciAsync("list");

        var line = $"mount --bind {bundle.Directory}/planted /proc/sys/kernel/domainname && exec {OciBundle.Runtime} --root {bundle.Directory}/state run -b {bundle.Directory} {bundle.Id}";
        var run = await Command.RunAsync("unshare", ["-m", "sh", "-c", line], limit: TimeSpan.FromSeconds(30));

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("/proc is not procfs", run.Error, StringComparison.Ordinal);
        Assert.Equal("planted", await File.ReadAllTextAsync(bundle.Directory + "/planted", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Exec_writes_to_no_file_of_a_false_proc()
    {
        await using var bundle = new OciBundle();
        var planted = Directory.CreateDirectory(bundle.Directory + "/planted").FullName;
        foreach (var directory in (string[])["self", "thread-self", "self/attr/apparmor", "sys/net/ipv4"]) Directory.CreateDirectory($"{planted}/{directory}");
        foreach (var file in (string[])["self/oom_score_adj", "self/attr/exec", "self/attr/apparmor/exec", "sys/net/ipv4/ip_default_ttl"]) await File.WriteAllTextAsync($"{planted}/{file}", "planted");
        bundle.Spec = bundle.Spec with { Mounts = [.. bundle.Spec.Mounts!.Where(m => m.Destination != "/proc"), new() { Destination = "/proc", Type = "bind", Source = planted, Options = ["rbind"] }] };
        bundle.Linux(l => l with { Sysctl = new Dictionary<string, string> { ["net.ipv4.ip_default_ttl"] = "77" } });
        bundle.Process(p => p with { OomScoreAdj = 400 });
        await bundle.StartAsync("while :; do sleep 1; done");
        await File.WriteAllBytesAsync(bundle.Directory + "/process.json", JsonSerializer.SerializeToUtf8Bytes(bundle.Spec.Process! with { OomScoreAdj = 500, Args = ["/bin/sleep", "1000"] }, RuntimeJson.Default.ProcessSpec), TestContext.Current.CancellationToken);

        Assert.True((await bundle.OciAsync("exec", "-d", "--pid-file", bundle.Directory + "/pid", "--process", bundle.Directory + "/process.json", bundle.Id)).ExitCode == 0, bundle.Errors);

        var pid = await File.ReadAllTextAsync(bundle.Directory + "/pid", TestContext.Current.CancellationToken);
        Assert.Equal("500\n", await File.ReadAllTextAsync($"/proc/{pid}/oom_score_adj", TestContext.Current.CancellationToken));
        Assert.Equal("77", (await Command.RunAsync("nsenter", ["-t", pid, "-n", "cat", "/proc/sys/net/ipv4/ip_default_ttl"])).Succeeded().Text);
        Assert.All(Directory.GetFiles(planted, "*", SearchOption.AllDirectories), file => Assert.Equal("planted", File.ReadAllText(file)));
    }
}

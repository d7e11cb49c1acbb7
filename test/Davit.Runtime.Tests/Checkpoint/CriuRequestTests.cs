using System.Globalization;
using System.Text.RegularExpressions;
using Davit.Oci.Runtime;
using Davit.Runtime.Tests.Bundles;

namespace Davit.Runtime.Tests.Checkpoint;

/// <summary>What CRIU is asked for, to the field (images/rpc.proto), and what is said where it can't be asked.</summary>
public sealed class CriuRequestTests
{
    [Fact]
    public async Task Checkpoint_with_every_option_asks_for_each()
    {
        await using var bundle = new OciBundle();
        var criu = new StandInCriu(bundle.Directory + "/criu");
        bundle.Linux(l => l with { MaskedPaths = ["/proc/uptime", "/proc/nosuch", "/proc/tty"], Namespaces = [.. l.Namespaces!.Where(n => n.Type != "network"), new() { Type = "network", Path = "/proc/self/ns/net" }] });
        bundle.Mount(new() { Destination = "/data/bound", Type = "bind", Source = "/usr/share", Options = ["bind"] });
        await bundle.StartAsync("while :; do sleep 1; done");
        Directory.CreateDirectory(bundle.Directory + "/images/1");
        var pid = await bundle.PidAsync();

        (await bundle.RawAsync(
            [
                "checkpoint", "--image-path", bundle.Directory + "/images/2", "--work-path", bundle.Directory + "/work", "--parent-path", "../1", "--leave-running", "--tcp-established", "--tcp-skip-in-flight", "--link-remap",
                "--ext-unix-sk", "--shell-job", "--lazy-pages", "--status-fd", "1", "--page-server", "127.0.0.1:27", "--file-locks", "--manage-cgroups-mode", "strict", "--empty-ns", "network", "--auto-dedup", "--network-lock", "skip", bundle.Id,
            ],
            criu.Environment)).Succeeded();

        var network = new FileInfo("/proc/self/ns/net").LinkTarget!;
        var requests = criu.Requests();
        Assert.Equal(["1=10", "1=9 5=[2=1]"], requests.Take(2));
        Assert.Equal(
            $"1=1 2=[1=N 4=1 5=1 7=1 8=1 9=4 10=dump.log 12=1 13={bundle.Root} 16=1 18=1 24=1 34=5 38=1073741824 48=1 50=1 51=/etc/criu/runc.conf 17=N 64=3 23=[1=/data/bound 2=/data/bound] 23=[1=/proc/uptime 2=/dev/null] "
            + $"2={pid} 3=1 14=../1 15=1 46=1 44={Freezer(bundle)} 11=[1=127.0.0.1 2=27] {Streams(bundle, pid)}37={network.Replace(":", "", StringComparison.Ordinal)}:extRootNetNS]",
            Numbered(requests[2]));
        Assert.Equal(Enumerable.Repeat("1=6 3=1", 4), requests.Skip(3));
        Assert.Equal("running", (await bundle.StateAsync()).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Memory_alone_needs_no_mounts_and_leaves_the_container()
    {
        await using var bundle = new OciBundle();
        var criu = new StandInCriu(bundle.Directory + "/criu");
        bundle.Spec = bundle.Spec with { Annotations = new Dictionary<string, string> { ["org.criu.config"] = "/etc/own.conf" } };
        await bundle.StartAsync("while :; do sleep 1; done");
        (await bundle.RawAsync(["checkpoint", "--pre-dump", "--image-path", bundle.Directory + "/images", "--network-lock", "nftables", bundle.Id], criu.Environment)).Succeeded();
        var requests = criu.Requests();
        Assert.Equal(["1=10", "1=9 5=[1=1]"], requests.Take(2));
        Assert.Contains(" 51=/etc/own.conf 64=2 ", requests[2], StringComparison.Ordinal);
        Assert.Contains(" 15=1 ", requests[2], StringComparison.Ordinal);
        Assert.StartsWith("1=4 ", requests[2], StringComparison.Ordinal);
        Assert.DoesNotContain("23=", requests[2], StringComparison.Ordinal);
        Assert.False(File.Exists(bundle.Directory + "/images/descriptors.json"));
        Assert.Equal("running", (await bundle.StateAsync()).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Restore_with_every_option_asks_for_each()
    {
        await using var bundle = new OciBundle();
        var criu = new StandInCriu(bundle.Directory + "/criu");
        bundle.Linux(l => l with { MaskedPaths = ["/proc/kcore"], Namespaces = [.. l.Namespaces!.Where(n => n.Type is not ("network" or "uts")), new() { Type = "network", Path = "/proc/self/ns/net" }, new() { Type = "uts", Path = "/proc/self/ns/uts" }] });
        bundle.Spec = bundle.Spec with { Hostname = null, Hooks = new() { CreateRuntime = [new() { Path = "/bin/sh", Args = ["sh", "-c", $"cat >{bundle.Directory}/hooked"] }] } };
        bundle.Mount(new() { Destination = "/data/new/bound", Type = "bind", Source = "/usr/share", Options = ["rbind"] });
        Directory.CreateDirectory(bundle.Directory + "/images");
        await File.WriteAllTextAsync(bundle.Directory + "/images/descriptors.json", "[\"/dev/null\",\"pipe:[1]\",\"file[1a:2b]\"]", TestContext.Current.CancellationToken);
        await bundle.OciAsync("list");

        var restore = await bundle.RawAsync(
            [
                "restore", "-d", "--image-path", bundle.Directory + "/images", "--work-path", bundle.Directory + "/work", "--tcp-established", "--tcp-close", "--link-remap", "--ext-unix-sk", "--shell-job", "--lazy-pages", "--file-locks", "--manage-cgroups-mode",
                "soft", "--empty-ns", "network", "--auto-dedup", "--network-lock", "skip", "--lsm-profile", "apparmor:p", "--lsm-mount-context", "c", "--pid-file", bundle.Directory + "/pid", "--no-subreaper", "-b", bundle.Directory, bundle.Id,
            ],
            criu.Environment);

        Assert.True(restore.ExitCode == 0, bundle.Errors);
        var requests = criu.Requests();
        Assert.Equal(["1=10"], requests.Take(1));
        Assert.Equal(
            $"1=2 2=[1=N 4=1 5=1 7=1 8=1 9=4 10=restore.log 12=1 13={bundle.Directory}/state/{bundle.Id}/criu-root 16=1 18=1 24=1 34=3 38=1073741824 48=1 50=1 51=/etc/criu/runc.conf 17=N 64=3 23=[1=/data/new/bound 2=/usr/share] 23=[1=/dev/null 2=/dev/null] "
            + "6=1 26=1 52=1 53=apparmor:p 63=c CGROUPS27=[1=pipe:[1] 2=N] 27=[1=file[1a:2b] 2=N] 27=[1=extRootNetNS 2=N] 39=[1=uts 2=/proc/self/ns/uts]]",
            Regex.Replace(Numbered(requests[1]), "(25=.[^]]*. )+", "CGROUPS"));
        Assert.Contains($"25=[1={(Unified ? "" : "pids")} 2=/{bundle.Id}]".Replace("1= ", "1=0 ", StringComparison.Ordinal), requests[1], StringComparison.Ordinal);
        Assert.True(Directory.Exists(bundle.Root + "/data/new/bound"));
        Assert.False(Directory.Exists($"{bundle.Directory}/state/{bundle.Id}/criu-root"));
        var pid = await File.ReadAllTextAsync(bundle.Directory + "/pid", TestContext.Current.CancellationToken);
        Assert.Contains($"\"pid\":{pid}", await File.ReadAllTextAsync(bundle.Directory + "/hooked", TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(("running", pid), ((await bundle.StateAsync()).GetProperty("status").GetString(), (await bundle.PidAsync()).ToString(CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task Hook_that_fails_makes_criu_give_up()
    {
        await using var bundle = new OciBundle();
        var criu = new StandInCriu(bundle.Directory + "/criu");
        bundle.Spec = bundle.Spec with { Hooks = new() { Prestart = [new() { Path = "/bin/false" }] } };
        Directory.CreateDirectory(bundle.Directory + "/images");
        await File.WriteAllTextAsync(bundle.Directory + "/images/descriptors.json", "[]", TestContext.Current.CancellationToken);
        await bundle.OciAsync("list");

        var restore = await bundle.RawAsync(["restore", "--image-path", bundle.Directory + "/images", "-b", bundle.Directory, bundle.Id], criu.Environment);

        Assert.Equal((1, "error running hook: /bin/false: exit status 1\n"), (restore.ExitCode, restore.Complaint));
        Assert.Equal(["1=6 3=1", "1=6 3=0"], criu.Requests().Skip(2));
        Assert.False(Directory.Exists($"{bundle.Directory}/state/{bundle.Id}"));
    }

    [Theory]
    [InlineData("checkpoint --parent-path /x", "--parent-path must be relative")]
    [InlineData("checkpoint --parent-path nosuch", "invalid --parent-path: stat {D}/images/nosuch: no such file or directory")]
    [InlineData("checkpoint --page-server 127.0.0.1", "Use --page-server ADDRESS:PORT to specify page server")]
    [InlineData("checkpoint --page-server 127.0.0.1:x", "Invalid port number")]
    [InlineData("checkpoint --lazy-pages --status-fd 77", "invalid --status-fd argument 77: bad file descriptor")]
    [InlineData("checkpoint --empty-ns mount", "namespace \"mount\" is not supported")]
    [InlineData("checkpoint --manage-cgroups-mode x", "invalid manage-cgroups-mode: x")]
    [InlineData("checkpoint --network-lock x", "invalid network-lock: x")]
    [InlineData("restore -b {D} --no-pivot", "--no-pivot: criu always leaves the host's root by pivot_root")]
    public async Task Option_that_can_not_be_is_refused(string line, string message)
    {
        await using var bundle = new OciBundle();
        var criu = new StandInCriu(bundle.Directory + "/criu");
        await bundle.StartAsync("while :; do sleep 1; done");
        Directory.CreateDirectory(bundle.Directory + "/images");
        var words = line.Replace("{D}", bundle.Directory, StringComparison.Ordinal).Split(' ');

        var run = await bundle.RawAsync([words[0], "--image-path", bundle.Directory + "/images", .. words[1..], bundle.Id], criu.Environment);

        Assert.Equal((1, message.Replace("{D}", bundle.Directory, StringComparison.Ordinal) + "\n"), (run.ExitCode, run.Complaint));
        Assert.Empty(criu.Requests());
    }

    [Fact]
    public async Task Without_criu_or_with_one_that_does_not_work_here_the_reason_is_told()
    {
        await using var bundle = new OciBundle();
        await bundle.CreateAsync("while :; do sleep 1; done");
        Assert.Equal("Container cannot be checkpointed in created state\n", (await bundle.RawAsync(["checkpoint", bundle.Id])).Complaint);
        (await bundle.RawAsync(["start", bundle.Id])).Succeeded();
        string[] checkpoint = ["checkpoint", "--image-path", bundle.Directory + "/images", bundle.Id];
        var none = new Dictionary<string, string?> { ["PATH"] = "/nosuch" };
        const string Missing = "exec: \"criu\": executable file not found in $PATH: checkpoint and restore need CRIU, which Debian and Ubuntu have as package criu\n";
        Assert.Equal((1, Missing), (await bundle.RawAsync(checkpoint, none)) is var run ? (run.ExitCode, run.Complaint) : default);
        Assert.Equal(Missing, (await bundle.RawAsync(["restore", "-b", bundle.Directory, "other"], none)).Complaint);

        var criu = new StandInCriu(bundle.Directory + "/criu");
        Assert.Equal($"{bundle.Directory}/nosuch holds no checkpoint: open {bundle.Directory}/nosuch/descriptors.json: no such file or directory\n", (await bundle.RawAsync(["restore", "--image-path", bundle.Directory + "/nosuch", "-b", bundle.Directory, "other"], criu.Environment)).Complaint);
        Assert.Equal("container with given ID already exists\n", (await bundle.RawAsync(["restore", "-b", bundle.Directory, bundle.Id], criu.Environment)).Complaint);
        criu.Be("old");
        Assert.Equal($"--network-lock requires at least CRIU 3.17, and {bundle.Directory}/criu/criu is 3.15.1\n", (await bundle.RawAsync(["checkpoint", "--network-lock", "skip", .. checkpoint[1..]], criu.Environment)).Complaint);
        criu.Be("dies");
        Assert.Equal("criu ended without an answer: vdso: Unexpected rt vDSO area bounds\n", (await bundle.RawAsync(["checkpoint", "--pre-dump", .. checkpoint[1..]], criu.Environment)).Error.Replace("CRIU feature check failed: ", "", StringComparison.Ordinal).Replace("CRIU version check failed: ", "", StringComparison.Ordinal).Replace(": `criu check` tells more", "", StringComparison.Ordinal));
        Assert.Equal("running", (await bundle.StateAsync()).GetProperty("status").GetString());
        Assert.False(Directory.Exists($"{bundle.Directory}/state/other"));
    }

    private static bool Unified => File.Exists("/sys/fs/cgroup/cgroup.controllers");

    private static string Freezer(OciBundle bundle) => $"/sys/fs/cgroup{(Unified ? "" : "/freezer")}/{bundle.Id}";

    /// <summary>Streams of a container that was started with files of the host's.</summary>
    private static string Streams(OciBundle bundle, int pid)
    {
        string Fact(int stream, string name) => File.ReadAllLines($"/proc/{pid}/fdinfo/{stream}").First(l => l.StartsWith(name, StringComparison.Ordinal))[name.Length..].Trim();
        Assert.Equal(bundle.Directory + "/out", new FileInfo($"/proc/{pid}/fd/1").LinkTarget);
        return string.Concat(Enumerable.Range(0, 3).Select(i => string.Create(CultureInfo.InvariantCulture, $"37=file[{int.Parse(Fact(i, "mnt_id:"), CultureInfo.InvariantCulture):x}:{ulong.Parse(Fact(i, "ino:"), CultureInfo.InvariantCulture):x}] ")));
    }

    /// <summary>A request without the numbers of descriptors, which may be any.</summary>
    private static string Numbered(string request) => Regex.Replace(Regex.Replace(request, @"(?<=\b2=\[1=|\b17=)\d+", "N"), @"(?<=\b27=\[1=\S+ 2=)\d+", "N");
}

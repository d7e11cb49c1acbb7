using System.Text.Json.Nodes;
using Davit.Oci.Runtime;

namespace Davit.Runtime.Tests.Conformance;

/// <summary>config.md: root and mounts; config-linux.md: default file systems, propagation, masked and read-only paths.</summary>
public sealed class MountTests
{
    [Fact]
    [Clause("config/root/readonly")]
    public Task Read_only_root_is_read_only() => Suite.CheckAsync(async bundle =>
    {
        bundle.Spec = bundle.Spec with { Root = new() { Path = "rootfs", Readonly = true } };
        var run = await bundle.RunAsync("touch /x 2>&1; touch /data/x 2>&1; touch /dev/x && echo dev");
        Assert.Equal("touch: /x: Read-only file system\ntouch: /data/x: Read-only file system\ndev\n", run.Succeeded().Output);
        Assert.Equal("yes", (await NewBundle("yes")).Trim());

        async Task<string> NewBundle(string text)
        {
            bundle.Spec = bundle.Spec with { Root = new() { Path = "rootfs" } };
            return (await bundle.RunAsync($"touch /data/x && echo {text}")).Succeeded().Output;
        }
    });

    [Theory]
    [InlineData("none")]
    [InlineData("no path")]
    [InlineData("missing")]
    [InlineData("file")]
    [Clause("config/root", "config/root/path", "config/root/path-directory")]
    public Task Root_that_is_no_directory_is_refused(string what) => Suite.CheckAsync(async bundle =>
    {
        bundle.Edit = c =>
        {
            if (what == "none") c.Remove("root");
            if (what == "no path") c["root"]!.AsObject().Remove("path");
            if (what == "missing") c["root"]!["path"] = "nowhere";
            if (what == "file") c["root"]!["path"] = "rootfs/bin/busybox";
        };
        await bundle.CreateFailsAsync();
    }, what);

    [Fact]
    [Clause("config/root/path-conventional")]
    public Task Root_may_lie_elsewhere_than_the_convention_says() => Suite.CheckAsync(async bundle =>
    {
        Directory.Move(bundle.Root, bundle.Directory + "/other");
        bundle.Spec = bundle.Spec with { Root = new() { Path = bundle.Directory + "/other" } };
        Assert.Equal("yes", (await bundle.RunAsync("echo yes")).Succeeded().Text);
        Directory.Move(bundle.Directory + "/other", bundle.Root);
    });

    [Fact]
    [Clause("config/mounts/order")]
    public Task Mounts_are_made_in_order() => Suite.CheckAsync(async bundle =>
    {
        foreach (var name in (string[])["one", "two"])
        {
            Directory.CreateDirectory($"{bundle.Directory}/{name}/sub");
            await File.WriteAllTextAsync($"{bundle.Directory}/{name}/name", name);
        }

        bundle.Mount(Bind(bundle.Directory + "/one", "/data"));
        bundle.Mount(Bind(bundle.Directory + "/two", "/data/sub"));
        bundle.Mount(new() { Destination = "/tmp", Type = "tmpfs", Source = "tmpfs" });
        bundle.Mount(Bind(bundle.Directory + "/one", "/tmp/later"));
        bundle.Mount(Bind(bundle.Directory + "/two", "/tmp/later"));
        Assert.Equal("one two two", (await bundle.RunAsync("echo $(cat /data/name) $(cat /data/sub/name) $(cat /tmp/later/name)")).Succeeded().Text);
    });

    [Fact]
    [Clause("config/mounts/destination")]
    public Task Mount_without_a_destination_is_refused() => Suite.CheckAsync(async bundle =>
    {
        bundle.Edit = c => c["mounts"]!.AsArray().Add(new JsonObject { ["type"] = "tmpfs", ["source"] = "tmpfs" });
        await bundle.CreateFailsAsync();
    });

    [Fact]
    [Clause("config/mounts/destination-absolute", "config/mounts/destination-relative")]
    public Task Relative_destination_starts_from_the_root() => Suite.CheckAsync(async bundle =>
    {
        bundle.Process(p => p with { Cwd = "/tmp" });
        bundle.Mount(new() { Destination = "data/deep", Type = "tmpfs", Source = "tmpfs" });
        Assert.Equal("/data/deep", (await bundle.RunAsync("grep ' /data/deep ' /proc/mounts | cut -d' ' -f2")).Succeeded().Text);
    });

    [Fact]
    [Clause("config/mounts/option-unknown", "config/mounts/option-as-mount8")]
    public Task Unknown_options_go_to_the_file_system() => Suite.CheckAsync(async bundle =>
    {
        bundle.Mount(new() { Destination = "/data", Type = "tmpfs", Source = "tmpfs", Options = ["nosuid", "size=4096k", "mode=700", "nr_inodes=100"] });
        var line = (await bundle.RunAsync("grep ' /data ' /proc/mounts; stat -c %a /data")).Succeeded().Output;
        Assert.Contains("size=4096k,nr_inodes=100,mode=700", line);
        Assert.EndsWith("700\n", line);
        bundle.Mount(new() { Destination = "/tmp", Type = "tmpfs", Source = "tmpfs", Options = ["nonesuch=1"] });
        await bundle.CreateFailsAsync();
    });

    [Fact]
    [Clause("config-linux/default-filesystems")]
    public Task Configuration_that_the_runtime_makes_has_the_default_file_systems_and_they_work() => Suite.CheckAsync(async bundle =>
    {
        (await bundle.RawAsync(["spec", "-b", bundle.Directory])).Succeeded();
        var made = JsonNode.Parse(await File.ReadAllTextAsync(bundle.Directory + "/config.json"))!.AsObject();
        Assert.Equal("proc", Type("/proc"));
        Assert.Equal("sysfs", Type("/sys"));
        Assert.Equal("devpts", Type("/dev/pts"));
        Assert.Equal("tmpfs", Type("/dev/shm"));
        made["process"]!["terminal"] = false;
        made["process"]!["args"] = new JsonArray("/bin/sh", "-c", "for d in /proc /sys /dev/pts /dev/shm; do echo $(grep \" $d \" /proc/mounts | cut -d' ' -f3); done");
        made["process"]!["rlimits"] = new JsonArray();
        await File.WriteAllTextAsync(bundle.Directory + "/config.json", made.ToJsonString());
        Assert.Equal("proc sysfs devpts tmpfs", (await bundle.RawAsync(["run", "-b", bundle.Directory, bundle.Id])).Succeeded().Text.ReplaceLineEndings(" "));

        string? Type(string destination) => (string?)made["mounts"]!.AsArray().First(m => (string?)m!["destination"] == destination)!["type"];
    });

    [Fact]
    [Clause("config-linux/masked-paths", "config-linux/readonly-paths")]
    public Task Masked_paths_can_not_be_read_and_read_only_paths_not_be_written() => Suite.CheckAsync(async bundle =>
    {
        Directory.CreateDirectory(bundle.Root + "/data/hidden");
        await File.WriteAllTextAsync(bundle.Root + "/data/hidden/file", "secret");
        await File.WriteAllTextAsync(bundle.Root + "/data/secret", "secret");
        Directory.CreateDirectory(bundle.Root + "/data/fixed");
        bundle.Linux(l => l with { MaskedPaths = ["/data/hidden", "/data/secret", "/data/missing", "/proc/kcore"], ReadonlyPaths = ["/data/fixed", "/proc/sys", "/data/missing"] });
        var run = await bundle.RunAsync("ls /data/hidden; cat /data/secret; touch /data/fixed/x 2>&1; touch /data/hidden/x 2>/dev/null || echo no; echo 1 2>/dev/null >/proc/sys/net/ipv4/ip_forward || echo no; head -c1 /proc/kcore 2>/dev/null | wc -c");
        Assert.Equal("touch: /data/fixed/x: Read-only file system\nno\nno\n0\n", run.Succeeded().Output);
    });

    [Theory]
    [InlineData("maskedPaths")]
    [InlineData("readonlyPaths")]
    [Clause("config-linux/masked-paths", "config-linux/readonly-paths", "config/valid-values")]
    public Task Relative_masked_or_read_only_path_is_refused(string field) => Suite.CheckAsync(async bundle =>
    {
        bundle.Edit = c => c["linux"]![field] = new JsonArray("data");
        await bundle.CreateFailsAsync();
    }, field);

    /// <summary>A recursive bind mount.</summary>
    internal static MountSpec Bind(string source, string destination, params string[] options) => new() { Destination = destination, Type = "none", Source = source, Options = ["rbind", .. options] };
}

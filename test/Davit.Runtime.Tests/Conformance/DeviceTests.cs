using System.Text.Json.Nodes;
using Davit.Oci.Runtime;

namespace Davit.Runtime.Tests.Conformance;

/// <summary>config-linux.md: devices; runtime-linux.md: links in /dev.</summary>
public sealed class DeviceTests
{
    private const string Defaults = "for d in null:1:3 zero:1:5 full:1:7 random:1:8 urandom:1:9 tty:5:0; do n=${d%%:*}; test -c /dev/$n && echo $n $(stat -c '%t:%T %a' /dev/$n); done; head -c 2 /dev/zero | wc -c; echo x > /dev/null; test -e /dev/ptmx && echo ptmx";
    private const string Expected = "null 1:3 666\nzero 1:5 666\nfull 1:7 666\nrandom 1:8 666\nurandom 1:9 666\ntty 5:0 666\n2\nptmx\n";

    [Theory]
    [InlineData("own /dev")]
    [InlineData("user namespace")]
    [InlineData("no /dev")]
    [Clause("config-linux/devices/default", "runtime-linux/dev-links")]
    public Task Default_devices_and_links_are_there(string how) => Suite.CheckAsync(async bundle =>
    {
        if (how == "user namespace") bundle.UserNamespace();
        if (how == "no /dev") bundle.Spec = bundle.Spec with { Mounts = [.. bundle.Spec.Mounts!.Where(m => m.Destination != "/dev")] };
        var run = await bundle.RunAsync(Defaults + "; for l in fd stdin stdout stderr; do readlink /dev/$l; done");
        Assert.Equal(Expected + "/proc/self/fd\n/proc/self/fd/0\n/proc/self/fd/1\n/proc/self/fd/2\n", run.Succeeded().Output);
        if (how == "no /dev") foreach (var file in Directory.GetFiles(bundle.Root + "/dev")) File.Delete(file);
    }, how);

    [Fact]
    [Clause("config-linux/devices/available", "config-linux/devices/fields")]
    public Task Listed_devices_are_there_as_given() => Suite.CheckAsync(async bundle =>
    {
        bundle.Linux(l => l with
        {
            Devices =
            [
                new() { Path = "/dev/mine", Type = "c", Major = 1, Minor = 3, FileMode = 0x180, Uid = 5, Gid = 6 },
                new() { Path = "/data/deep/block", Type = "b", Major = 7, Minor = 300, FileMode = 0x1b6 },
                new() { Path = "/dev/pipe", Type = "p", FileMode = 0x1a4 },
                new() { Path = "/dev/raw", Type = "u", Major = 1, Minor = 5 },
            ],
        });
        Assert.Equal("character special file 600 5 6 1:3\nblock special file 666 0 0 7:12c\nfifo 644 0 0 0:0\ncharacter special file 1:5\n", (await bundle.RunAsync("stat -c '%F %a %u %g %t:%T' /dev/mine /data/deep/block /dev/pipe; stat -c '%F %t:%T' /dev/raw")).Succeeded().Output);
        File.Delete(bundle.Root + "/data/deep/block");
    });

    [Theory]
    [InlineData("path")]
    [InlineData("type")]
    [Clause("config-linux/devices/fields")]
    public Task Device_without_one_of_its_fields_is_refused(string field) => Suite.CheckAsync(async bundle =>
    {
        var device = new JsonObject { ["path"] = "/dev/mine", ["type"] = "c", ["major"] = 1, ["minor"] = 3 };
        device.Remove(field);
        bundle.Edit = c => c["linux"]!["devices"] = new JsonArray(device.DeepClone());
        await bundle.CreateFailsAsync();
    }, field);

    [Theory]
    [InlineData("file")]
    [InlineData("other")]
    [InlineData("directory")]
    [Clause("config-linux/devices/file-exists")]
    public Task Another_file_at_the_path_of_a_device_is_an_error(string what) => Suite.CheckAsync(async bundle =>
    {
        var path = bundle.Root + "/data/device";
        if (what == "file") await File.WriteAllTextAsync(path, "x");
        if (what == "directory") Directory.CreateDirectory(path);
        if (what == "other") (await Davit.Testing.Command.RunAsync("mknod", [path, "c", "1", "5"])).Succeeded();
        bundle.Linux(l => l with { Devices = [new() { Path = "/data/device", Type = "c", Major = 1, Minor = 3 }] });
        await bundle.CreateFailsAsync();
        if (what == "file") Assert.Equal("x", await File.ReadAllTextAsync(path));
    }, what);

    [Fact]
    [Clause("config-linux/devices/file-exists")]
    public Task The_same_device_at_the_path_is_taken() => Suite.CheckAsync(async bundle =>
    {
        (await Davit.Testing.Command.RunAsync("mknod", [bundle.Root + "/data/device", "c", "1", "3"])).Succeeded();
        bundle.Linux(l => l with { Devices = [new() { Path = "/data/device", Type = "c", Major = 1, Minor = 3 }] });
        Assert.Equal("1:3", (await bundle.RunAsync("stat -c %t:%T /data/device")).Succeeded().Text);
    });

    [Fact]
    [Clause("config-linux/devices/once")]
    public Task Two_paths_of_one_device_are_both_there() => Suite.CheckAsync(async bundle =>
    {
        bundle.Linux(l => l with { Devices = [new() { Path = "/dev/a", Type = "c", Major = 1, Minor = 3 }, new() { Path = "/dev/b", Type = "c", Major = 1, Minor = 3 }] });
        Assert.Equal("1:3 1:3", (await bundle.RunAsync("echo $(stat -c %t:%T /dev/a /dev/b)")).Succeeded().Text);
    });

    [Fact]
    [Clause("config-linux/devices/available")]
    public Task In_a_user_namespace_it_is_the_device_that_counts_not_the_hosts_path() => Suite.CheckAsync(async bundle =>
    {
        bundle.UserNamespace();
        bundle.Linux(l => l with { Devices = [new() { Path = "/dev/renamed", Type = "c", Major = 1, Minor = 5 }, new() { Path = "/dev/pipe", Type = "p", FileMode = 0x1a4 }] });
        Assert.Equal("1:5\nfifo\n", (await bundle.RunAsync("stat -c %t:%T /dev/renamed; stat -c %F /dev/pipe")).Succeeded().Output);
    });
}

using Davit.Oci.Runtime;

namespace Davit.Runtime.Tests.Bundles;

public sealed class MountTests
{
    private static readonly IdMapping[] Shift = [new() { ContainerID = 0, HostID = 5000, Size = 1000 }];

    [Theory]
    [InlineData("idmap", "5010 5020")]
    [InlineData("ridmap", "5010 5020")]
    [InlineData("bind", "5010 5020")]
    public async Task Owners_of_a_bind_mount_are_mapped(string option, string expected)
    {
        await using var bundle = new OciBundle();
        var source = bundle.Directory + "/source";
        Directory.CreateDirectory(source);
        await File.WriteAllTextAsync(source + "/file", "x");
        Davit.Linux.Directories.DirectoryCalls.ChangeOwner(-100, source + "/file", 10, 20);
        bundle.Mount(new() { Destination = "/data", Type = "bind", Source = source, Options = ["rbind", option], UidMappings = Shift, GidMappings = Shift });

        var run = await bundle.RunAsync("stat -c '%u %g' /data/file");

        Assert.Equal(expected, run.Succeeded().Text);
        Assert.Equal("10 20", (await Davit.Testing.Command.RunAsync("stat", ["-c", "%u %g", source + "/file"])).Text);
    }

    [Fact]
    public async Task Owners_are_mapped_to_the_containers_user_namespace()
    {
        await using var bundle = new OciBundle();
        bundle.UserNamespace();
        var source = bundle.Directory + "/source";
        Directory.CreateDirectory(source);
        await File.WriteAllTextAsync(source + "/file", "x");
        Davit.Linux.Directories.DirectoryCalls.ChangeOwner(-100, source + "/file", 10, 20);
        bundle.Mount(new() { Destination = "/data", Type = "bind", Source = source, Options = ["rbind", "idmap"] });

        var run = await bundle.RunAsync("stat -c '%u %g' /data/file; id -u; touch /data/new && stat -c %u /data/new");

        Assert.Equal("10 20\n0\n0\n", run.Succeeded().Output);
        Assert.Equal("0", (await Davit.Testing.Command.RunAsync("stat", ["-c", "%u", source + "/new"])).Text);
    }

    [Fact]
    public async Task Mapped_owners_without_mappings_or_on_another_mount_are_refused()
    {
        await using var bundle = new OciBundle();
        var plain = bundle.Spec;
        bundle.Mount(new() { Destination = "/data", Type = "bind", Source = "/tmp", Options = ["bind", "idmap"] });
        Assert.Contains("mount /data: option idmap has no mappings", (await bundle.RunAsync("true")).Error);

        bundle.Spec = plain;
        bundle.Mount(new() { Destination = "/data", Type = "tmpfs", Source = "tmpfs", UidMappings = Shift, GidMappings = Shift });
        Assert.Contains("mount /data: owners are mapped on bind mounts alone", (await bundle.RunAsync("true")).Error);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tmpfs_begins_with_a_copy_of_what_lies_below(bool userNamespace)
    {
        await using var bundle = new OciBundle();
        Directory.CreateDirectory(bundle.Root + "/data/deep/er");
        await File.WriteAllTextAsync(bundle.Root + "/data/deep/er/file", new string('x', 200_000));
        File.CreateSymbolicLink(bundle.Root + "/data/link", "/etc/nowhere");
        File.SetUnixFileMode(bundle.Root + "/data/deep", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute);
        if (userNamespace) bundle.UserNamespace();
        Davit.Linux.Directories.DirectoryCalls.ChangeOwner(-100, bundle.Root + "/data/deep/er/file", userNamespace ? 100007u : 7, userNamespace ? 100008u : 8);
        bundle.Mount(new() { Destination = "/data", Type = "tmpfs", Source = "tmpfs", Options = ["nosuid", "tmpcopyup", "ro"] });

        var run = await bundle.RunAsync("stat -c '%s %u %g' /data/deep/er/file; stat -c %a /data/deep; readlink /data/link; touch /data/new 2>&1; grep ' /data ' /proc/mounts | cut -d' ' -f3");

        Assert.Equal("200000 7 8\n701\n/etc/nowhere\ntouch: /data/new: Read-only file system\ntmpfs\n", run.Succeeded().Output);
    }

    [Fact]
    public async Task Mode_and_owner_that_are_asked_for_win_over_those_of_what_was_copied()
    {
        await using var bundle = new OciBundle();
        bundle.Mount(new() { Destination = "/data", Type = "tmpfs", Source = "tmpfs", Options = ["tmpcopyup", "mode=1777", "uid=7", "gid=8"] });
        Assert.Equal("1777 7 8\n", (await bundle.RunAsync("stat -c '%a %u %g' /data")).Succeeded().Output);
    }

    [Theory]
    [InlineData("rro", "ro", true)]
    [InlineData("ro", "ro", false)]
    [InlineData("rnosuid", "nosuid", true)]
    [InlineData("rnodev", "nodev", true)]
    [InlineData("rnoexec", "noexec", true)]
    [InlineData("rnoatime", "noatime", true)]
    public async Task Recursive_attributes_reach_inner_mounts(string option, string attribute, bool inner)
    {
        await using var bundle = new OciBundle();
        var source = bundle.Directory + "/source";
        Directory.CreateDirectory(source + "/inner");

        // a mount below the source, in the runtime's mount namespace alone
        var script = $"mount -t tmpfs inner {source}/inner && exec {OciBundle.Runtime} --root {bundle.Directory}/state run -b {bundle.Directory} {bundle.Id}";
        bundle.Mount(new() { Destination = "/data", Type = "bind", Source = source, Options = ["rbind", option] });
        bundle.Process(p => p with { Args = ["/bin/sh", "-c", "grep -E ' /data(/inner)? ' /proc/mounts"] });
        await bundle.OciAsync("list");

        var run = (await Davit.Testing.Command.RunAsync("unshare", ["-m", "sh", "-c", script])).Succeeded();

        var options = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).ToDictionary(l => l.Split(' ')[1], l => l.Split(' ')[3].Split(','));
        Assert.Contains(attribute, options["/data"]);
        Assert.Equal(inner, options["/data/inner"].Contains(attribute));
    }

    [Fact]
    public async Task Last_of_two_recursive_words_counts_also_on_a_new_file_system()
    {
        await using var bundle = new OciBundle();
        bundle.Mount(new() { Destination = "/data", Type = "tmpfs", Source = "tmpfs", Options = ["rro", "rrw", "rnodev", "rnoexec"] });

        var run = await bundle.RunAsync("grep ' /data ' /proc/mounts");

        Assert.Contains(" rw,nodev,noexec,", run.Succeeded().Output);
    }

    [Theory]
    [InlineData("shared", "shared:")]
    [InlineData("slave", "master:")]
    [InlineData("private", null)]
    [InlineData("unbindable", "unbindable")]
    public async Task Root_has_the_propagation_that_is_asked_for(string propagation, string? field)
    {
        await using var bundle = new OciBundle();
        bundle.Linux(l => l with { RootfsPropagation = propagation });

        var run = await bundle.RunAsync("grep -E '^[0-9]+ [0-9]+ [0-9:]+ [^ ]+ / ' /proc/self/mountinfo");

        if (field is null) Assert.DoesNotMatch("shared:|master:|unbindable", run.Succeeded().Output);
        else if (field != "master:") Assert.Contains(field, run.Succeeded().Output);
        else Assert.DoesNotContain("shared:", run.Succeeded().Output);
    }

    [Fact]
    public async Task Unknown_propagation_is_refused_by_name()
    {
        await using var bundle = new OciBundle();
        bundle.Linux(l => l with { RootfsPropagation = "sideways" });
        Assert.Contains("rootfsPropagation=\"sideways\"", (await bundle.RunAsync("true")).Error);
    }
}

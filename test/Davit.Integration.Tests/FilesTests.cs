using Davit.Testing;

namespace Davit.Integration.Tests;

/// <summary>cp, diff, commit, export, import, volumes.</summary>
public sealed class FilesTests(BusyboxDaemon fixture) : DockerTests(fixture)
{
    [Fact]
    public async Task Copy_goes_both_ways_into_running_and_stopped_containers()
    {
        var name = Unique("cp");
        var directory = Path.Combine(Daemon.Directory, name);
        Directory.CreateDirectory(directory + "/tree/sub");
        await File.WriteAllTextAsync(directory + "/tree/sub/file", "content\n");
        var here = Peers.Inside(directory);
        await Docker("run", "-d", "--network", "none", "--name", name, "busybox", "sleep", "1000");
        await Docker("cp", here + "/tree", name + ":/copied");
        Assert.Equal("content", await Docker("exec", name, "cat", "/copied/sub/file"));
        await Docker("exec", name, "sh", "-c", "echo inside > /made; chmod 600 /made; ln -s /made /link");
        await Docker("stop", "-t", "0", name);
        await Docker("cp", name + ":/made", here + "/back");
        Assert.Equal("inside\n", await File.ReadAllTextAsync(directory + "/back"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(directory + "/back"));
        await Docker("cp", "-L", name + ":/link", here + "/followed");
        Assert.Equal("inside\n", await File.ReadAllTextAsync(directory + "/followed"));
        await Docker("cp", here + "/back", name + ":/into-stopped");
        await Docker("start", name);
        Assert.Equal("inside", await Docker("exec", name, "cat", "/into-stopped"));
        Assert.Contains("Could not find the file /nosuch in container " + name, await Fails(1, "cp", name + ":/nosuch", here), StringComparison.Ordinal);
        await Docker("rm", "-f", name);
    }

    [Fact]
    public async Task Copy_does_not_follow_links_out_of_the_container()
    {
        var name = Unique("escape");
        await Docker("run", "--network", "none", "--name", name, "busybox", "sh", "-c", "ln -s /etc/hostname /planted; ln -s ../../../../../../tmp /out");
        var directory = Path.Combine(Daemon.Directory, name);
        Directory.CreateDirectory(directory);
        await File.WriteAllTextAsync(directory + "/x", "x");
        await Daemon.DockerAsync("cp", Peers.Inside(directory) + "/x", name + ":/out/" + name);
        Assert.False(File.Exists("/tmp/" + name), "the copy left the container through its link");
        await Docker("rm", name);
    }

    [Fact]
    public async Task Diff_lists_added_changed_and_deleted()
    {
        var name = Unique("diff");
        await Docker("run", "--network", "none", "--name", name, "busybox", "sh", "-c", "echo x > /added; rm /etc/group; echo y >> /etc/passwd; mkdir /d; echo z > /d/e");
        var lines = (await Docker("diff", name)).Split('\n').Order(StringComparer.Ordinal);
        Assert.Equal(["A /added", "A /d", "A /d/e", "C /etc", "C /etc/passwd", "D /etc/group"], lines);
        await Docker("rm", name);
    }

    [Fact]
    public async Task Commit_makes_an_image_of_the_changes()
    {
        var name = Unique("commit");
        await Docker("run", "--network", "none", "--name", name, "busybox", "sh", "-c", "echo kept > /file; rm -r /var/tmp");
        var id = await Docker("commit", "-a", "me", "-m", "words", "-c", "CMD [\"cat\",\"/file\"]", "-c", "ENV A=b", name, name + ":1");
        Assert.StartsWith("sha256:", id, StringComparison.Ordinal);
        Assert.Equal("kept", await Docker("run", "--rm", "--network", "none", name + ":1"));
        Assert.Equal("gone", await Docker("run", "--rm", "--network", "none", name + ":1", "sh", "-c", "ls /var/tmp 2>/dev/null || echo gone"));
        Assert.Equal("me words", await Docker("inspect", "-f", "{{.Author}} {{.Comment}}", name + ":1"));
        await Docker("rm", name);
        await Docker("rmi", name + ":1");
    }

    [Fact]
    public async Task Export_and_import_keep_the_tree()
    {
        var name = Unique("export");
        await Docker("run", "--network", "none", "--name", name, "busybox", "sh", "-c", "mkdir -p /a/b; echo deep > /a/b/c; chown 5:6 /a/b/c; chmod 4711 /a/b/c; ln /a/b/c /a/hard");
        var output = (await Daemon.ScriptAsync($"docker export {name} | docker import -c 'CMD [\"sh\"]' - {name}:flat")).Succeeded();
        Assert.StartsWith("sha256:", output.Text, StringComparison.Ordinal);
        Assert.Equal("4711 5 6 2 deep", await Docker("run", "--rm", "--network", "none", name + ":flat", "sh", "-c", "stat -c '%a %u %g %h' /a/b/c | tr '\\n' ' '; cat /a/hard"));
        await Docker("rm", name);
        await Docker("rmi", name + ":flat");
    }

    [Fact]
    public async Task Named_volumes_outlive_containers_and_start_with_the_images_files()
    {
        var volume = Unique("volume");
        Assert.Equal(volume, await Docker("volume", "create", "--label", "a=b", volume));
        Assert.Equal("nonroot", await Docker("run", "--rm", "--network", "none", "-v", volume + ":/home", "busybox", "ls", "/home"));
        await Docker("run", "--rm", "--network", "none", "-v", volume + ":/v", "busybox", "sh", "-c", "echo kept > /v/f");
        Assert.Equal("kept", await Docker("run", "--rm", "--network", "none", "--mount", $"type=volume,src={volume},dst=/v,ro", "busybox", "cat", "/v/f"));
        Assert.Equal(volume, await Docker("volume", "ls", "-q", "--filter", "label=a=b", "--filter", "name=" + volume));
        var user = await Docker("create", "-v", volume + ":/v", "busybox");
        Assert.Contains("volume is in use - [" + user, await Fails(1, "volume", "rm", volume), StringComparison.Ordinal);
        await Docker("rm", user);
        Assert.Equal("local", await Docker("volume", "inspect", "-f", "{{.Driver}}", volume));
        await Docker("volume", "rm", volume);
        Assert.Contains("no such volume", await Fails(1, "volume", "inspect", volume), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Anonymous_volumes_go_with_rm_v_and_with_rm_at_the_end()
    {
        var before = await Docker("volume", "ls", "-q");
        await Docker("run", "--rm", "--network", "none", "-v", "/anon", "busybox", "touch", "/anon/x");
        var id = await Docker("create", "-v", "/anon", "busybox");
        Assert.NotEqual(before, await Docker("volume", "ls", "-q"));
        await Docker("rm", "-v", id);
        Assert.Equal(before, await Docker("volume", "ls", "-q"));
    }
}

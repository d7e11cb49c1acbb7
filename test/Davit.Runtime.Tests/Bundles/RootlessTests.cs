using Davit.Linux.Directories;
using Davit.Oci.Runtime;

namespace Davit.Runtime.Tests.Bundles;

/// <summary>The runtime as an ordinary user calls it.</summary>
public sealed class RootlessTests
{
    private const uint User = 23456;

    [Fact]
    public async Task A_user_is_root_of_a_container_by_mapping_itself_alone()
    {
        await using var bundle = new OciBundle();
        bundle.Rootless(User);

        var run = await bundle.RunAsync("id -u; id -g; cat /proc/self/uid_map | tr -s ' '; touch /data/new; stat -c %u /data/new");

        Assert.Equal("0\n0\n 0 23456 1\n0\n", run.Succeeded().Output);
        Assert.Equal(Davit.Linux.Errno.None, DirectoryCalls.Stat(-100, bundle.Root + "/data/new", out var stat));
        Assert.Equal(User, stat.Uid);
    }

    [Fact]
    public async Task Subordinate_ids_are_mapped_by_newuidmap()
    {
        await using var bundle = new OciBundle();
        bundle.Rootless(User, new IdMapping { ContainerID = 1, HostID = 300000, Size = 65536 });
        bundle.Process(p => p with { User = new() { Uid = 7, Gid = 8, AdditionalGids = [9] } });

        Assert.Equal("uid=7 gid=8 groups=9\n", (await bundle.RunAsync("id")).Succeeded().Output);
    }

    [Fact]
    public async Task Ids_that_are_not_the_users_are_refused()
    {
        await using var bundle = new OciBundle();
        bundle.Rootless(User, new IdMapping { ContainerID = 1, HostID = 400000, Size = 10 });
        var run = await bundle.RunAsync("id");
        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("newuidmap 0 23456 1 1 400000 10: ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_container_is_listed_killed_and_deleted()
    {
        await using var bundle = new OciBundle();
        bundle.Rootless(User);
        await bundle.StartAsync("while :; do sleep 1; done");

        Assert.Contains("\"status\": \"running\"", (await bundle.OciAsync("state", bundle.Id)).Succeeded().Output, StringComparison.Ordinal);
        Assert.Contains($"container {bundle.Id} has no cgroup", (await bundle.OciAsync("pause", bundle.Id)).Error, StringComparison.Ordinal);
        (await bundle.OciAsync("kill", bundle.Id, "KILL")).Succeeded();
        (await bundle.OciAsync("delete", "-f", bundle.Id)).Succeeded();
        Assert.NotEqual(0, (await bundle.OciAsync("state", bundle.Id)).ExitCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task More_processes_join_its_container(bool subordinates)
    {
        await using var bundle = new OciBundle();
        bundle.Rootless(User, subordinates ? [new IdMapping { ContainerID = 1, HostID = 300000, Size = 65536 }] : []);
        await bundle.StartAsync("while :; do sleep 1; done");

        var exec = await bundle.OciAsync("exec", bundle.Id, "/bin/sh", "-c", "id -u; hostname; readlink /proc/1/exe; test $$ -gt 1 && echo own pid; grep -c . /proc/self/uid_map; exit 7");

        Assert.Equal($"0\nbundle\n/bin/busybox\nown pid\n{(subordinates ? 2 : 1)}\n", exec.Output);
        Assert.Equal(7, exec.ExitCode);
        if (subordinates) Assert.Equal("5\n", (await bundle.OciAsync("exec", "--user", "5", bundle.Id, "/bin/id", "-u")).Succeeded().Output);
        var missing = await bundle.OciAsync("exec", bundle.Id, "/bin/missing");
        Assert.Equal(255, missing.ExitCode == 127 ? 255 : missing.ExitCode);
        Assert.Contains("/bin/missing", missing.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_container_has_a_terminal()
    {
        await using var bundle = new OciBundle();
        bundle.Rootless(User);
        bundle.Process(p => p with { Terminal = true, Args = ["/bin/sh", "-c", "test -t 0 && echo a terminal; read word; while :; do sleep 1; done"] });
        using var console = new ConsoleSocket(bundle, "console");
        var run = bundle.OciAsync("run", "-d", "--console-socket", console.Path, "-b", bundle.Directory, bundle.Id);
        var first = await console.ReadAsync();
        (await run).Succeeded();

        var exec = bundle.OciAsync("exec", "-d", "-t", "--console-socket", console.Path, bundle.Id, "/bin/sh", "-c", "test -t 1 && echo another");
        var second = await console.ReadAsync();
        (await exec).Succeeded();
        Assert.Equal("another\r\n", await second);
        (await bundle.OciAsync("kill", bundle.Id, "KILL")).Succeeded();
        Assert.Equal("a terminal\r\n", await first);
    }

    [Fact]
    public async Task Limits_hold_where_the_user_was_given_cgroups()
    {
        await using var bundle = new OciBundle();
        var cgroup = bundle.Delegate(User);
        bundle.Rootless(User);
        var named = Path.GetFileName(cgroup("pids")) == "box";
        bundle.Linux(l => l with { CgroupsPath = named ? $"/{bundle.Id}/box" : null, Resources = new() { Pids = new() { Limit = 7 }, Memory = new() { Limit = 64 << 20 } } });
        await bundle.StartAsync("while :; do sleep 1; done");

        Assert.Equal("7\n", File.ReadAllText(cgroup("pids") + "/pids.max"));
        Assert.Contains("67108864", File.ReadAllText(cgroup("memory") + (named ? "/memory.limit_in_bytes" : "/memory.max")), StringComparison.Ordinal);
        (await bundle.OciAsync("update", "--pids-limit", "9", bundle.Id)).Succeeded();
        Assert.Equal("9\n", File.ReadAllText(cgroup("pids") + "/pids.max"));
        Assert.Contains("Resource temporarily unavailable", (await bundle.OciAsync("exec", bundle.Id, "/bin/sh", "-c", "for i in 1 2 3 4 5 6 7 8 9; do sleep 1 & done; wait")).Error, StringComparison.OrdinalIgnoreCase);
        (await bundle.OciAsync("pause", bundle.Id)).Succeeded();
        Assert.Contains("\"status\": \"paused\"", (await bundle.OciAsync("state", bundle.Id)).Output, StringComparison.Ordinal);
        (await bundle.OciAsync("resume", bundle.Id)).Succeeded();
        (await bundle.OciAsync("kill", bundle.Id, "KILL")).Succeeded();
        (await bundle.OciAsync("delete", "-f", bundle.Id)).Succeeded();
        Assert.False(Directory.Exists(cgroup("pids")));
    }

    [Fact]
    public async Task Limits_without_a_cgroup_of_its_own_are_refused()
    {
        await using var bundle = new OciBundle();
        bundle.Rootless(User);
        bundle.Linux(l => l with { Resources = new() { Pids = new() { Limit = 10 } } });
        Assert.Contains("limits need a cgroup that this user may write", (await bundle.RunAsync("id")).Error, StringComparison.Ordinal);
    }
}

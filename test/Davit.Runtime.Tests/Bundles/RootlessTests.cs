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

    [Fact]
    public async Task Limits_without_a_cgroup_of_its_own_are_refused()
    {
        await using var bundle = new OciBundle();
        bundle.Rootless(User);
        bundle.Linux(l => l with { Resources = new() { Pids = new() { Limit = 10 } } });
        Assert.Contains("limits need a cgroup that this user may write", (await bundle.RunAsync("id")).Error, StringComparison.Ordinal);
    }
}

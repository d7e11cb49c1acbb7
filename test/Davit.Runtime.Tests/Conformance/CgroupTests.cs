using System.Text.Json.Nodes;
using Davit.Oci.Runtime;
using Davit.Runtime.Tests.Bundles;

namespace Davit.Runtime.Tests.Conformance;

/// <summary>config-linux.md: control groups, on the version that this machine has.</summary>
public sealed class CgroupTests
{
    private const string Waits = "while :; do sleep 0.01; done";

    [Fact]
    [Clause("config-linux/cgroups-path/kind", "config-linux/cgroups-path/absolute", "config-linux/cgroups-path/consistent")]
    public Task Absolute_path_starts_at_the_mount_point_and_leads_to_the_same_place() => Suite.CheckAsync(async bundle =>
    {
        bundle.Linux(l => l with { CgroupsPath = $"/{bundle.Id}/deep" });
        await bundle.StartAsync(Waits);
        var place = await PlaceAsync(bundle, "memory");
        Assert.Equal($"/{bundle.Id}/deep", place);
        (await bundle.RawAsync(["delete", "-f", bundle.Id])).Succeeded();
        await bundle.StartAsync(Waits);
        Assert.Equal(place, await PlaceAsync(bundle, "memory"));
        (await bundle.RawAsync(["delete", "-f", bundle.Id])).Succeeded();
        foreach (var directory in LifecycleTests.CgroupDirectories(bundle.Id).ToList()) Directory.Delete(directory);
    });

    [Fact]
    [Clause("config-linux/cgroups-path/kind", "config-linux/cgroups-path/consistent")]
    public Task Relative_path_leads_to_the_same_place() => Suite.CheckAsync(async bundle =>
    {
        bundle.Linux(l => l with { CgroupsPath = bundle.Id });
        await bundle.StartAsync(Waits);
        var place = await PlaceAsync(bundle, "memory");
        Assert.EndsWith("/" + bundle.Id, place);
        (await bundle.RawAsync(["delete", "-f", bundle.Id])).Succeeded();
        await bundle.StartAsync(Waits);
        Assert.Equal(place, await PlaceAsync(bundle, "memory"));
    });

    [Fact]
    [Clause("config-linux/cgroups-path/invalid")]
    public Task Path_never_leads_out_of_the_hierarchy() => Suite.CheckAsync(async bundle =>
    {
        // refused, or taken as a path below the mount point
        bundle.Linux(l => l with { CgroupsPath = $"/../../../..{bundle.Directory}/../{bundle.Id}" });
        bundle.Process(p => p with { Args = ["/bin/sh", "-c", Waits] });
        if ((await bundle.OciAsync("run", "-d", "-b", bundle.Directory, bundle.Id)).ExitCode == 0) Assert.DoesNotContain("..", await PlaceAsync(bundle, "memory"));
        Assert.False(Directory.Exists("/tmp/" + bundle.Id + "x"));
        await bundle.RawAsync(["delete", "-f", bundle.Id]);
        foreach (var root in LifecycleTests.CgroupRoots()) foreach (var left in (string[])[$"{root}/tmp/{bundle.Id}", $"{root}/tmp"]) if (Directory.Exists(left)) Directory.Delete(left);
    });

    [Theory]
    [InlineData("occupied")]
    [InlineData("frozen")]
    [Clause("config-linux/cgroup/unfit")]
    public Task Cgroup_that_is_in_use_or_frozen_is_an_error(string what) => Suite.CheckAsync(async bundle =>
    {
        var freezer = (Suite.Unified ? "/sys/fs/cgroup/" : "/sys/fs/cgroup/freezer/") + bundle.Id;
        var pids = (Suite.Unified ? "/sys/fs/cgroup/" : "/sys/fs/cgroup/pids/") + bundle.Id;
        var created = what == "frozen" ? freezer : pids;
        Directory.CreateDirectory(created);
        using var foreign = System.Diagnostics.Process.Start("sleep", "100");
        try
        {
            if (what == "occupied") await File.WriteAllTextAsync(pids + "/cgroup.procs", $"{foreign.Id}");
            else await File.WriteAllTextAsync(freezer + (Suite.Unified ? "/cgroup.freeze" : "/freezer.state"), Suite.Unified ? "1" : "FROZEN");
            await bundle.CreateFailsAsync();
            Assert.False(foreign.HasExited);
            Assert.True(Directory.Exists(created));
        }
        finally
        {
            if (what == "frozen") await File.WriteAllTextAsync(freezer + (Suite.Unified ? "/cgroup.freeze" : "/freezer.state"), Suite.Unified ? "0" : "THAWED");
            await bundle.RawAsync(["delete", "-f", bundle.Id]);
            foreign.Kill();
            await foreign.WaitForExitAsync();
            foreach (var directory in LifecycleTests.CgroupDirectories(bundle.Id).ToList()) Directory.Delete(directory);
        }
    }, what);

    [Fact]
    [Clause("config-linux/pids/zero")]
    public Task Limit_of_no_processes_is_a_limit() => Suite.CheckAsync(async bundle =>
    {
        bundle.Linux(l => l with { Resources = new() { Pids = new() { Limit = 0 } } });
        await bundle.CreateAsync(Waits);
        Assert.Equal("0", await ReadAsync(bundle, "pids", "pids.max"));
    });

    [Theory]
    [InlineData(7, "7")]
    [InlineData(-1, "max")]
    [Clause("config-linux/pids/zero")]
    public Task Limit_of_processes_is_as_given(int limit, string expected) => Suite.CheckAsync(async bundle =>
    {
        bundle.Linux(l => l with { Resources = new() { Pids = new() { Limit = limit } } });
        await bundle.CreateAsync(Waits);
        Assert.Equal(expected, await ReadAsync(bundle, "pids", "pids.max"));
    }, expected);

    [Fact]
    [Clause("config-linux/memory/check-before-update")]
    public Task Memory_limit_below_the_usage_is_refused_when_it_is_checked() => Suite.CheckAsync(async bundle =>
    {
        bundle.Linux(l => l with { Resources = new() { Memory = new() { Limit = 100 << 20 } } });
        bundle.Mount(new() { Destination = "/tmp", Type = "tmpfs", Source = "tmpfs" });
        await bundle.StartAsync($"dd if=/dev/zero of=/tmp/x bs=1M count=30 2>/dev/null; touch /data/filled; {Waits}");
        await DocumentTests.AppearsAsync(bundle.Root + "/data/filled");
        var file = bundle.Directory + "/update.json";
        await File.WriteAllTextAsync(file, "{\"memory\":{\"limit\":10485760,\"checkBeforeUpdate\":true}}");
        Assert.NotEqual(0, (await bundle.RawAsync(["update", "-r", file, bundle.Id])).ExitCode);
        Assert.Equal("running", (await bundle.StateAsync()).GetProperty("status").GetString());
        Assert.Equal($"{100 << 20}", await ReadAsync(bundle, "memory", Suite.Unified ? "memory.max" : "memory.limit_in_bytes"));
        await File.WriteAllTextAsync(file, "{\"memory\":{\"limit\":62914560,\"checkBeforeUpdate\":true}}");
        (await bundle.RawAsync(["update", "-r", file, bundle.Id])).Succeeded();
        Assert.Equal("62914560", await ReadAsync(bundle, "memory", Suite.Unified ? "memory.max" : "memory.limit_in_bytes"));
    });

    [Fact]
    [Clause("config-linux/cpu/burst")]
    public Task Burst_above_the_quota_is_refused() => Suite.CheckAsync(async bundle =>
    {
        Assert.SkipUnless(Suite.Unified || File.Exists("/sys/fs/cgroup/cpu/cpu.cfs_burst_us") || HasInChild("cpu", "cpu.cfs_burst_us"), "no burst here");
        bundle.Linux(l => l with { Resources = new() { Cpu = new() { Quota = 20000, Period = 100000, Burst = 30000 } } });
        await bundle.CreateFailsAsync();
        bundle.Linux(l => l with { Resources = new() { Cpu = new() { Quota = 20000, Period = 100000, Burst = 10000 } } });
        await bundle.CreateAsync(Waits);
        Assert.Equal("10000", await ReadAsync(bundle, "cpu", Suite.Unified ? "cpu.max.burst" : "cpu.cfs_burst_us"));
        Assert.Equal(Suite.Unified ? "20000 100000" : "20000", await ReadAsync(bundle, "cpu", Suite.Unified ? "cpu.max" : "cpu.cfs_quota_us"));
    });

    [Fact]
    [Clause("config-linux/cgroup-devices/order", "config-linux/cgroup-devices/allow")]
    public Task Device_rules_hold_in_their_order() => Suite.CheckAsync(async bundle =>
    {
        bundle.Linux(l => l with
        {
            Devices = [new() { Path = "/dev/mem1", Type = "c", Major = 1, Minor = 1, FileMode = 0x1b6 }, new() { Path = "/dev/port", Type = "c", Major = 1, Minor = 4, FileMode = 0x1b6 }, new() { Path = "/dev/fuse", Type = "c", Major = 10, Minor = 229, FileMode = 0x1b6 }],
            Resources = new()
            {
                Devices =
                [
                    new() { Allow = false, Access = "rwm" },
                    new() { Allow = true, Type = "c", Major = 10, Minor = 229, Access = "rw" },
                    new() { Allow = true, Type = "c", Major = 1, Minor = 4, Access = "rwm" },
                    new() { Allow = false, Type = "c", Major = 1, Minor = 4, Access = "rwm" },
                ],
            },
        });
        Assert.Equal("no no yes yes", (await bundle.RunAsync("t() { (exec 3<$1) 2>/dev/null && echo yes || echo no; }; echo $(t /dev/mem1; t /dev/port; t /dev/fuse; t /dev/null)")).Succeeded().Text);
    });

    [Fact]
    [Clause("config-linux/unified/unknown", "config-linux/unified/controllers")]
    public Task Files_of_version_2_are_written() => Suite.CheckAsync(async bundle =>
    {
        Assert.SkipUnless(Suite.Unified, "cgroup version 1");
        bundle.Linux(l => l with { Resources = new() { Unified = new Dictionary<string, string> { ["memory.high"] = "50000000", ["cgroup.max.depth"] = "3" } } });
        await bundle.CreateAsync(Waits);
        Assert.Equal("49999872", await ReadAsync(bundle, "memory", "memory.high"));
        Assert.Equal("3", await ReadAsync(bundle, "memory", "cgroup.max.depth"));
    });

    [Theory]
    [InlineData("nonesuch.max")]
    [InlineData("../x/memory.max")]
    [InlineData("hugetlb.1GB.max")]
    [Clause("config-linux/unified/missing", "config/valid-values")]
    public Task File_of_a_controller_that_is_not_there_is_an_error(string name) => Suite.CheckAsync(async bundle =>
    {
        bundle.Linux(l => l with { Resources = new() { Unified = new Dictionary<string, string> { [name] = "1" } } });
        await bundle.CreateFailsAsync();
    }, name);

    [Theory]
    [InlineData("swappiness", "{\"memory\":{\"swappiness\":50}}")]
    [InlineData("disableOOMKiller", "{\"memory\":{\"disableOOMKiller\":true}}")]
    [InlineData("realtime", "{\"cpu\":{\"realtimeRuntime\":1000,\"realtimePeriod\":10000}}")]
    [InlineData("classID", "{\"network\":{\"classID\":5}}")]
    [InlineData("swap alone", "{\"memory\":{\"swap\":50000000}}")]
    [Clause("config-linux/unified/conversion")]
    public Task Limit_that_version_2_does_not_have_is_an_error(string what, string resources) => Suite.CheckAsync(async bundle =>
    {
        Assert.SkipUnless(Suite.Unified, "cgroup version 1");
        bundle.Edit = c => c["linux"]!["resources"] = JsonNode.Parse(resources);
        await bundle.CreateFailsAsync();
    }, what);

    [Theory]
    [InlineData("rate", "{\"blockIO\":{\"throttleReadBpsDevice\":[{\"major\":7,\"minor\":0}]}}")]
    [InlineData("weight", "{\"blockIO\":{\"weightDevice\":[{\"major\":7,\"minor\":0}]}}")]
    [InlineData("page size", "{\"hugepageLimits\":[{\"limit\":100}]}")]
    [InlineData("page size unknown", "{\"hugepageLimits\":[{\"pageSize\":\"3MB\",\"limit\":100}]}")]
    [InlineData("interface", "{\"network\":{\"priorities\":[{\"priority\":1}]}}")]
    [InlineData("rdma", "{\"rdma\":{\"mlx5\":{}}}")]
    [InlineData("device rule", "{\"devices\":[{\"type\":\"c\"}]}")]
    [InlineData("device access", "{\"devices\":[{\"allow\":true,\"access\":\"x\"}]}")]
    [Clause("config-linux/block-io/device", "config-linux/block-io/weight-device", "config-linux/hugepages/fields", "config-linux/network/fields", "config-linux/rdma/entry", "config-linux/cgroup-devices/allow")]
    public Task Entry_that_says_too_little_is_refused(string what, string resources) => Suite.CheckAsync(async bundle =>
    {
        bundle.Edit = c => c["linux"]!["resources"] = JsonNode.Parse(resources);
        await bundle.CreateFailsAsync();
    }, what);

    [Fact]
    [Clause("config-linux/cgroup-owner/version1")]
    public Task Owners_stay_on_version_1() => Suite.CheckAsync(async bundle =>
    {
        Assert.SkipWhen(Suite.Unified, "cgroup version 2");
        Writable(bundle);
        await bundle.StartAsync(Waits);
        Assert.All(LifecycleTests.CgroupDirectories(bundle.Id), d => Assert.Equal(0u, Owner(d)));
    });

    [Theory]
    [InlineData("writable", true)]
    [InlineData("read-only", false)]
    [InlineData("host's namespace", false)]
    [InlineData("not mounted", false)]
    [Clause("config-linux/cgroup-owner/namespace", "config-linux/cgroup-owner/writable", "config-linux/cgroup-owner/not-mounted", "config-linux/cgroup-owner/only", "config-linux/cgroup-owner/others", "config-linux/cgroup-owner/missing", "config-linux/cgroup-owner/missing-rest")]
    public Task Cgroup_belongs_to_the_process_where_it_may_write_it(string how, bool owned) => Suite.CheckAsync(async bundle =>
    {
        Assert.SkipUnless(Suite.Unified, "cgroup version 1");
        Writable(bundle, how == "read-only" ? ["ro"] : []);
        if (how == "host's namespace") bundle.Linux(l => l with { Namespaces = [.. l.Namespaces!.Where(n => n.Type != "cgroup")] });
        if (how == "not mounted") bundle.Spec = bundle.Spec with { Mounts = [.. bundle.Spec.Mounts!.Where(m => m.Type != "cgroup")] };
        await bundle.StartAsync(Waits);
        var directory = "/sys/fs/cgroup/" + bundle.Id;
        string[] given = ["", "/cgroup.procs", "/cgroup.threads", "/cgroup.subtree_control"];
        Assert.All(given, f => Assert.Equal(owned ? 1000u : 0u, Owner(directory + f)));
        string[] listed = File.Exists("/sys/kernel/cgroup/delegate") ? await File.ReadAllLinesAsync("/sys/kernel/cgroup/delegate") : [];
        Assert.All(Directory.GetFiles(directory).Where(f => !given.Contains("/" + Path.GetFileName(f)) && !listed.Contains(Path.GetFileName(f))), f => Assert.Equal(0u, Owner(f)));
    }, how);

    private static uint Owner(string path) => uint.Parse(Davit.Testing.Command.RunAsync("stat", ["-c", "%u", path]).GetAwaiter().GetResult().Succeeded().Text);

    private static void Writable(OciBundle bundle, params string[] options)
    {
        bundle.Namespace("cgroup");
        bundle.Process(p => p with { User = new() { Uid = 1000, Gid = 1000 } });
        bundle.Mount(new() { Destination = "/sys/fs/cgroup", Type = "cgroup", Source = "cgroup", Options = ["nosuid", .. options] });
    }

    private static bool HasInChild(string controller, string file)
    {
        var directory = Directory.CreateDirectory($"/sys/fs/cgroup/{controller}/dvcprobe{Environment.ProcessId}");
        var has = File.Exists($"{directory.FullName}/{file}");
        directory.Delete();
        return has;
    }

    private static async Task<string> PlaceAsync(OciBundle bundle, string controller) =>
        (await File.ReadAllLinesAsync($"/proc/{await bundle.PidAsync()}/cgroup")).First(l => Suite.Unified ? l.StartsWith("0:", StringComparison.Ordinal) : l.Split(':')[1].Split(',').Contains(controller)).Split(':')[2];

    private static async Task<string> ReadAsync(OciBundle bundle, string controller, string file) =>
        (await File.ReadAllTextAsync($"/sys/fs/cgroup/{(Suite.Unified ? "" : controller)}{await PlaceAsync(bundle, controller)}/{file}")).Trim();
}

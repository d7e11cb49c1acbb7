using Davit.Oci.Runtime;
using Davit.Runtime.Systemd;
using Davit.Runtime.Tests.Bundles;
using Davit.Testing;

namespace Davit.Runtime.Tests.Systemd;

/// <summary>The systemd driver against a stand-in bus: the exact calls, and containers that really live in what systemd would have made.</summary>
public sealed class ScopeTests
{
    private static readonly string[] Hierarchies = File.Exists("/sys/fs/cgroup/cgroup.controllers") ? ["/sys/fs/cgroup"] : [.. Directory.GetDirectories("/sys/fs/cgroup").Where(d => File.Exists(d + "/tasks"))];

    private static bool IsUnified => Hierarchies[0] == "/sys/fs/cgroup";

    [Fact]
    public async Task Container_lives_in_a_scope_from_create_to_delete()
    {
        await using var bundle = new OciBundle();
        var path = $"{bundle.Id}.slice/{bundle.Id}-sub.slice/davit-{bundle.Id}.scope";
        await using var bus = Bus(bundle, path);
        bundle.Linux(l => l with
        {
            CgroupsPath = $"{bundle.Id}-sub.slice:davit:{bundle.Id}",
            Resources = new()
            {
                Memory = new() { Limit = 64 << 20 },
                Cpu = new() { Shares = 1024, Quota = 25_000, Period = 50_000, Cpus = "0" },
                Pids = new() { Limit = 30 },
                Devices = [new() { Allow = false, Access = "rwm" }, new() { Allow = true, Type = "c", Major = 10, Minor = 229, Access = "rw" }, new() { Allow = true, Type = "c", Major = 136 }],
            },
        });
        bundle.Spec = bundle.Spec with { Annotations = new Dictionary<string, string> { ["org.systemd.property.TimeoutStopSec"] = "uint64 3", ["org.systemd.property.CollectMode"] = "'inactive-or-failed'" } };
        await WriteAsync(bundle, "cat /proc/self/cgroup; while :; do sleep 1; done");

        Assert.True((await RunAsync(bundle, "run", "-d", "-b", bundle.Directory, bundle.Id)).ExitCode == 0, bundle.Errors);

        Assert.Equal("0", bus.User);
        Assert.Equal(["Get", "StartTransientUnit"], bus.Calls.Select(c => c.Member));
        var start = bus.Calls[1].Arguments;
        Assert.Equal([$"davit-{bundle.Id}.scope", "replace"], start[..2]);
        Assert.Empty((object[])start[3]);
        var properties = StandInBus.Properties(start[2]);
        string[] limits = IsUnified
            ? ["MemoryMax t 67108864", "CPUWeight t 100", "AllowedCPUs ay [1]", "TasksMax t 30"]
            : ["MemoryLimit t 67108864", "CPUShares t 1024", "AllowedCPUs ay [1]", "TasksMax t 30"];
        Assert.Equal(
            [
                $"Description s davit-oci container {bundle.Id}", $"Slice s {bundle.Id}-sub.slice", "Delegate b true", properties[3],
                "MemoryAccounting b true", "CPUAccounting b true", IsUnified ? "IOAccounting b true" : "BlockIOAccounting b true", "TasksAccounting b true", "DefaultDependencies b false",
                .. limits, "CPUQuotaPeriodUSec t 50000", "CPUQuotaPerSecUSec t 500000", "DevicePolicy s strict", properties[^3],
                "CollectMode s inactive-or-failed", "TimeoutStopUSec t 3000000",
            ],
            properties);
        Assert.Matches(@"^PIDs au \[[0-9]+\]$", properties[3]);
        Assert.Contains("[/dev/char/10:229 rw]", properties[^3], StringComparison.Ordinal);
        Assert.Contains("[char-pts rwm]", properties[^3], StringComparison.Ordinal);
        Assert.DoesNotContain(bundle.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries), l => !l.EndsWith("/" + path, StringComparison.Ordinal) && Hierarchies.Any(h => l.Contains($":{Path.GetFileName(h)}:", StringComparison.Ordinal)));

        (await RunAsync(bundle, "update", "--memory", "128m", "--pids-limit", "-1", bundle.Id)).Succeeded();
        Assert.Equal(("SetUnitProperties", $"davit-{bundle.Id}.scope", "true"), (bus.Calls[^1].Member, bus.Calls[^1].Arguments[0], bus.Calls[^1].Arguments[1]));
        Assert.Equal([IsUnified ? "MemoryMax t 134217728" : "MemoryLimit t 134217728", "TasksMax t 18446744073709551615"], StandInBus.Properties(bus.Calls[^1].Arguments[2]));

        (await RunAsync(bundle, "delete", "-f", bundle.Id)).Succeeded();
        Assert.Equal("StopUnit", bus.Calls[^1].Member);
        Assert.Equal([$"davit-{bundle.Id}.scope", "replace"], bus.Calls[^1].Arguments);
        RemoveSlices(bundle);
        Assert.DoesNotContain(Hierarchies, h => Directory.Exists($"{h}/{bundle.Id}.slice"));
    }

    [Theory]
    [InlineData("failed", "unable to start unit davit-ID.scope: the job's result is failed")]
    [InlineData("error org.freedesktop.DBus.Error.AccessDenied", "unable to start unit davit-ID.scope: refused here")]
    public async Task What_systemd_refuses_is_told_and_nothing_is_left(string result, string message)
    {
        await using var bundle = new OciBundle();
        await using var bus = new StandInBus(bundle.Directory + "/bus", (member, _) => member == "StartTransientUnit" ? result : member == "Get" ? "/init.scope" : null);
        bundle.Linux(l => l with { CgroupsPath = $":davit:{bundle.Id}" });
        await WriteAsync(bundle, "true");

        var run = await RunAsync(bundle, "run", "-b", bundle.Directory, bundle.Id);

        Assert.Equal((1, message.Replace("ID", bundle.Id, StringComparison.Ordinal) + "\n"), (run.ExitCode, run.Complaint));
        Assert.DoesNotContain(Hierarchies, h => Directory.Exists($"{h}/system.slice/davit-{bundle.Id}.scope"));
    }

    [Fact]
    public async Task Unit_that_failed_before_makes_way()
    {
        await using var bundle = new OciBundle();
        var path = $"{bundle.Id}.slice/davit-{bundle.Id}.scope";
        var first = true;
        await using var bus = Bus(bundle, path, member =>
        {
            if (member != "StartTransientUnit" || !first) return null;
            first = false;
            return "error org.freedesktop.systemd1.UnitExists";
        });
        bundle.Linux(l => l with { CgroupsPath = $"{bundle.Id}.slice:davit:{bundle.Id}" });
        await WriteAsync(bundle, "true");

        (await RunAsync(bundle, "run", "-b", bundle.Directory, bundle.Id)).Succeeded();

        Assert.Equal(["Get", "StartTransientUnit", "ResetFailedUnit", "StartTransientUnit", "StopUnit"], bus.Calls.Select(c => c.Member));
        RemoveSlices(bundle);
    }

    [Theory]
    [InlineData("/a/path", "expected cgroupsPath to be of format \"slice:prefix:name\" for systemd cgroups, got \"/a/path\" instead")]
    [InlineData("a--b.slice:p:n", "invalid slice name: a--b.slice")]
    [InlineData("a/b.slice:p:n", "invalid slice name: a/b.slice")]
    [InlineData("a:p:n", "invalid slice name: a")]
    public async Task Path_of_another_form_is_refused(string path, string message)
    {
        await using var bundle = new OciBundle();
        await using var bus = new StandInBus(bundle.Directory + "/bus", (_, _) => "/");
        bundle.Linux(l => l with { CgroupsPath = path });
        await WriteAsync(bundle, "true");
        Assert.Equal(message + "\n", (await RunAsync(bundle, "run", "-b", bundle.Directory, bundle.Id)).Complaint);
    }

    [Fact]
    public async Task Missing_bus_is_explained()
    {
        await using var bundle = new OciBundle();
        await WriteAsync(bundle, "true");
        Assert.Equal($"systemd makes the cgroups, and its bus at {bundle.Directory}/bus can't be used: no such file or directory (connect)\n", (await RunAsync(bundle, "run", "-b", bundle.Directory, bundle.Id)).Complaint);
    }

    [Theory]
    [InlineData("-.slice", "")]
    [InlineData("user.slice", "user.slice")]
    [InlineData("a-b-c.slice", "a.slice/a-b.slice/a-b-c.slice")]
    public void Slices_lie_in_one_another(string slice, string path) => Assert.Equal(path, SystemdCgroup.Expand(slice));

    [Theory]
    [InlineData("", "p", "n", "system.slice", "p-n.scope")]
    [InlineData("m.slice", "", "n.slice", "m.slice", "n.slice")]
    [InlineData("m.slice", "p", "n.slice", "m.slice", "n.slice")]
    public void Units_are_named_by_prefix_and_name(string slice, string prefix, string name, string expectedSlice, string unit) =>
        Assert.Equal(new SystemdCgroup(expectedSlice, unit), SystemdCgroup.Of(new Spec { Linux = new() { CgroupsPath = $"{slice}:{prefix}:{name}" } }, "id", ofUser: false));

    [Fact]
    public void Users_containers_go_to_the_users_slice_below_its_manager()
    {
        var cgroup = SystemdCgroup.Of(new Spec(), "id", ofUser: true);
        Assert.Equal("user.slice/user-7.slice/user@7.service/user.slice/davit-oci-id.scope", cgroup.Path("user.slice/user-7.slice/user@7.service"));
    }

    [Fact]
    public void Slice_as_the_unit_lies_where_its_name_says() =>
        Assert.Equal("pod.slice/pod-1.slice", SystemdCgroup.Of(new Spec { Linux = new() { CgroupsPath = "machine.slice:p:pod-1.slice" } }, "id", ofUser: false).Path(""));

    [Theory]
    [InlineData("0", "1")]
    [InlineData("0-3,8", "15 1")]
    [InlineData("15", "0 128")]
    public void Lists_become_bits(string list, string bytes) => Assert.Equal(bytes, string.Join(' ', UnitProperties.Bits("cpuset.cpus", list)));

    /// <summary>A systemd that makes the scope's cgroups around its process, and removes them.</summary>
    private static StandInBus Bus(OciBundle bundle, string path, Func<string, string?>? answer = null) => new(bundle.Directory + "/bus", (member, arguments) =>
    {
        if (answer?.Invoke(member) is { } special) return special;
        if (member == "Get") return "/";
        foreach (var hierarchy in Hierarchies.Where(h => member == "StartTransientUnit" && (IsUnified || h.EndsWith("systemd", StringComparison.Ordinal) || h.EndsWith("memory", StringComparison.Ordinal))))
        {
            var pids = (object[])((object[])((object[])arguments[2]).Cast<object[]>().Single(p => (string)p[0] == "PIDs")[1])[1];
            Directory.CreateDirectory($"{hierarchy}/{path}");
            File.WriteAllText($"{hierarchy}/{path}/cgroup.procs", pids[0].ToString());
        }

        foreach (var hierarchy in Hierarchies.Where(h => member == "StopUnit" && Directory.Exists($"{h}/{path}"))) Directory.Delete($"{hierarchy}/{path}");
        return null;
    });

    private static void RemoveSlices(OciBundle bundle)
    {
        foreach (var hierarchy in Hierarchies)
        {
            foreach (var slice in (string[])[$"{bundle.Id}.slice/{bundle.Id}-sub.slice", $"{bundle.Id}.slice"]) if (Directory.Exists($"{hierarchy}/{slice}")) Directory.Delete($"{hierarchy}/{slice}");
        }
    }

    private static Task WriteAsync(OciBundle bundle, string script)
    {
        bundle.Process(p => p with { Args = ["/bin/sh", "-c", script] });
        return bundle.OciAsync("list");
    }

    private static Task<Command> RunAsync(OciBundle bundle, params string[] arguments)
    {
        string[] line = ["--systemd-cgroup", .. arguments];
        var environment = new Dictionary<string, string?> { ["DBUS_SYSTEM_BUS_ADDRESS"] = $"unix:path={bundle.Directory}/bus,guid=0123" };
        return arguments.Contains("-d")
            ? Command.RunAsync("/bin/sh", ["-c", $"exec \"$@\" </dev/null >{bundle.Directory}/out 2>{bundle.Directory}/err", "sh", OciBundle.Runtime, "--root", bundle.Directory + "/state", .. line], environment: environment, limit: TimeSpan.FromSeconds(10))
            : bundle.RawAsync(line, environment);
    }
}

using System.Text.Json.Nodes;

namespace Davit.Runtime.Tests.Conformance;

/// <summary>runtime.md: create, start, kill, delete; errors.</summary>
public sealed class LifecycleTests
{
    private const string Waits = "while :; do sleep 0.01; done";

    [Fact]
    [Clause("runtime/operations", "runtime/scope", "runtime/lifecycle/environment", "runtime/lifecycle/resources-created", "runtime/lifecycle/not-run-yet", "runtime/lifecycle/run")]
    [Clause("runtime/create/makes", "runtime/create/properties", "runtime/create/args-later", "runtime/start/runs", "runtime/delete/resources", "runtime/lifecycle/destroyed")]
    public Task Container_lives_from_create_to_delete() => Suite.CheckAsync(async bundle =>
    {
        await bundle.CreateAsync("echo ran > /tmp/ran; " + Waits);
        var pid = await bundle.PidAsync();
        Assert.False(File.Exists(bundle.Root + "/tmp/ran"));
        Assert.NotEqual(new FileInfo("/proc/self/ns/net").LinkTarget, new FileInfo($"/proc/{pid}/ns/net").LinkTarget);
        Assert.NotEqual(new FileInfo("/proc/self/ns/mnt").LinkTarget, new FileInfo($"/proc/{pid}/ns/mnt").LinkTarget);
        Assert.Contains(bundle.Id, await File.ReadAllTextAsync($"/proc/{pid}/cgroup"));
        (await bundle.RawAsync(["start", bundle.Id])).Succeeded();
        await DocumentTests.AppearsAsync(bundle.Root + "/tmp/ran");
        (await bundle.RawAsync(["kill", bundle.Id, "KILL"])).Succeeded();
        await bundle.UntilAsync("stopped");
        (await bundle.RawAsync(["delete", bundle.Id])).Succeeded();
        Assert.NotEqual(0, (await bundle.RawAsync(["state", bundle.Id])).ExitCode);
        Assert.Empty(StateTests.Containers(bundle.Directory));
        Assert.Empty(CgroupDirectories(bundle.Id));
    });

    [Fact]
    [Clause("runtime/lifecycle/config-frozen")]
    public Task Changes_of_the_configuration_after_create_do_not_matter() => Suite.CheckAsync(async bundle =>
    {
        await bundle.CreateAsync("hostname");
        await File.WriteAllTextAsync(bundle.Directory + "/config.json", "{}");
        (await bundle.RawAsync(["start", bundle.Id])).Succeeded();
        await bundle.UntilAsync("stopped");
        Assert.Equal("bundle\n", bundle.Output);
    });

    [Theory]
    [InlineData("mount")]
    [InlineData("namespace")]
    [InlineData("rlimit")]
    [InlineData("hook")]
    [InlineData("cwd")]
    [InlineData("root")]
    [InlineData("limit")]
    [Clause("runtime/lifecycle/environment-error", "runtime/create/property-error", "runtime/create/property-error-nothing", "runtime/errors/as-before")]
    public Task Create_that_fails_leaves_nothing(string what) => Suite.CheckAsync(async bundle =>
    {
        bundle.Edit = c =>
        {
            var linux = c["linux"]!;
            if (what == "mount") c["mounts"]!.AsArray().Add(new JsonObject { ["destination"] = "/data", ["type"] = "nonefs", ["source"] = "x" });
            if (what == "namespace") linux["namespaces"]!.AsArray().First(n => (string?)n!["type"] == "network")!["path"] = "/proc/self/ns/uts";
            if (what == "rlimit") c["process"]!["rlimits"] = new JsonArray(new JsonObject { ["type"] = "RLIMIT_FUN", ["soft"] = 1, ["hard"] = 1 });
            if (what == "hook") c["hooks"] = new JsonObject { ["createRuntime"] = new JsonArray(new JsonObject { ["path"] = "/bin/false" }) };
            if (what == "cwd") c["process"]!["cwd"] = "/proc/version";
            if (what == "root") c["root"]!["path"] = "nowhere";
            if (what == "limit") linux["resources"] = new JsonObject { ["cpu"] = new JsonObject { ["cpus"] = "900-901", ["quota"] = 5 } };
        };
        var before = Directory.GetFileSystemEntries(bundle.Directory).Where(f => !f.EndsWith("/state", StringComparison.Ordinal)).Append(bundle.Directory + "/config.json").Append(bundle.Directory + "/out").Append(bundle.Directory + "/err").Append(bundle.Log).Order();
        await bundle.CreateFailsAsync();
        Assert.Empty(StateTests.Containers(bundle.Directory));
        Assert.Empty(CgroupDirectories(bundle.Id));
        Assert.Empty(before.Except(before.Union(Directory.GetFileSystemEntries(bundle.Directory))));
        Assert.DoesNotContain(bundle.Directory, await File.ReadAllTextAsync("/proc/self/mountinfo"));
    }, what);

    [Fact]
    [Clause("runtime/start/not-created", "runtime/start/not-created-effect")]
    public Task Start_of_a_running_or_stopped_container_is_an_error_without_effect() => Suite.CheckAsync(async bundle =>
    {
        await bundle.StartAsync("echo x >> /tmp/starts; " + Waits);
        await DocumentTests.AppearsAsync(bundle.Root + "/tmp/starts");
        Assert.NotEqual(0, (await bundle.RawAsync(["start", bundle.Id])).ExitCode);
        Assert.Equal("running", (await bundle.StateAsync()).GetProperty("status").GetString());
        (await bundle.RawAsync(["kill", bundle.Id, "KILL"])).Succeeded();
        await bundle.UntilAsync("stopped");
        Assert.NotEqual(0, (await bundle.RawAsync(["start", bundle.Id])).ExitCode);
        Assert.Equal("stopped", (await bundle.StateAsync()).GetProperty("status").GetString());
        Assert.Equal("x\n", await File.ReadAllTextAsync(bundle.Root + "/tmp/starts"));
    });

    [Fact]
    [Clause("runtime/start/no-process", "config/process/required")]
    public Task Container_without_a_process_is_created_and_can_not_be_started() => Suite.CheckAsync(async bundle =>
    {
        bundle.Edit = c => c.Remove("process");
        Assert.True((await bundle.OciAsync("create", "-b", bundle.Directory, bundle.Id)).ExitCode == 0, bundle.Errors);
        Assert.Equal("created", (await bundle.StateAsync()).GetProperty("status").GetString());
        Assert.NotEqual(0, (await bundle.RawAsync(["start", bundle.Id])).ExitCode);
    });

    [Fact]
    [Clause("runtime/kill/signal")]
    public Task Kill_sends_the_signal_to_the_process() => Suite.CheckAsync(async bundle =>
    {
        await bundle.StartAsync("trap 'echo usr2; exit' USR2; echo up > /tmp/up; while :; do sleep 0.01; done");
        await DocumentTests.AppearsAsync(bundle.Root + "/tmp/up");
        (await bundle.RawAsync(["kill", bundle.Id, "USR2"])).Succeeded();
        await bundle.UntilAsync("stopped");
        Assert.Equal("usr2\n", bundle.Output);
    });

    [Fact]
    [Clause("runtime/kill/signal")]
    public Task Kill_reaches_a_created_container() => Suite.CheckAsync(async bundle =>
    {
        await bundle.CreateAsync(Waits);
        (await bundle.RawAsync(["kill", bundle.Id, "KILL"])).Succeeded();
        await bundle.UntilAsync("stopped");
    });

    [Fact]
    [Clause("runtime/kill/not-running", "runtime/kill/not-running-effect")]
    public Task Kill_of_a_stopped_container_is_an_error_without_effect() => Suite.CheckAsync(async bundle =>
    {
        await bundle.StartAsync("true");
        await bundle.UntilAsync("stopped");
        Assert.NotEqual(0, (await bundle.RawAsync(["kill", bundle.Id, "TERM"])).ExitCode);
        Assert.Equal("stopped", (await bundle.StateAsync()).GetProperty("status").GetString());
    });

    [Theory]
    [InlineData("created")]
    [InlineData("running")]
    [InlineData("paused")]
    [Clause("runtime/delete/not-stopped", "runtime/delete/not-stopped-effect")]
    public Task Delete_of_what_is_not_stopped_is_an_error_without_effect(string status) => Suite.CheckAsync(async bundle =>
    {
        await bundle.CreateAsync(Waits);
        if (status != "created") (await bundle.RawAsync(["start", bundle.Id])).Succeeded();
        if (status == "paused") (await bundle.RawAsync(["pause", bundle.Id])).Succeeded();
        Assert.NotEqual(0, (await bundle.RawAsync(["delete", bundle.Id])).ExitCode);
        Assert.Equal(status, (await bundle.StateAsync()).GetProperty("status").GetString());
        if (status == "paused") (await bundle.RawAsync(["resume", bundle.Id])).Succeeded();
    }, status);

    [Fact]
    [Clause("runtime/delete/foreign-resources")]
    public Task Delete_leaves_what_was_there_before() => Suite.CheckAsync(async bundle =>
    {
        var cgroups = CgroupRoots().Select(root => Directory.CreateDirectory($"{root}/{bundle.Id}").FullName).ToList();
        try
        {
            await File.WriteAllTextAsync(bundle.Root + "/data/kept", "x");
            await bundle.StartAsync("true");
            await bundle.UntilAsync("stopped");
            (await bundle.RawAsync(["delete", bundle.Id])).Succeeded();
            Assert.All(cgroups, directory => Assert.True(Directory.Exists(directory), directory + " is gone"));
            Assert.True(File.Exists(bundle.Root + "/data/kept"));
        }
        finally
        {
            foreach (var directory in cgroups.Where(Directory.Exists)) Directory.Delete(directory);
        }
    });

    /// <summary>Directories of a container's cgroup that exist.</summary>
    internal static IEnumerable<string> CgroupDirectories(string id) => CgroupRoots().Select(root => $"{root}/{id}").Where(Directory.Exists);

    /// <summary>Mount points of the hierarchies that containers are put into.</summary>
    internal static IEnumerable<string> CgroupRoots() =>
        Suite.Unified ? ["/sys/fs/cgroup"] : Directory.GetDirectories("/sys/fs/cgroup").Where(d => !d.EndsWith("/unified", StringComparison.Ordinal) && new DirectoryInfo(d).LinkTarget is null);
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Davit.Oci.Runtime;

namespace Davit.Runtime.Tests.Conformance;

/// <summary>config.md, "POSIX-platform Hooks", and their place in the lifecycle of runtime.md.</summary>
public sealed class HookTests
{
    private const string Waits = "while :; do sleep 0.01; done";

    [Fact]
    [Clause("config/hooks/order", "config/hooks/prestart/before-create-runtime", "config/hooks/create-container/after", "config/hooks/poststart/when", "config/hooks/poststop/when")]
    [Clause("runtime/lifecycle/prestart", "runtime/lifecycle/create-runtime", "runtime/lifecycle/create-container", "runtime/lifecycle/start-container", "runtime/lifecycle/poststart", "runtime/lifecycle/poststop")]
    [Clause("config/hooks/start-container/when")]
    public Task Hooks_run_in_the_order_of_the_lifecycle() => Suite.CheckAsync(async bundle =>
    {
        var log = bundle.Root + "/tmp/log";
        HookSpec[] Two(string name, string to) => [Shell($"echo {name}1 >> {to}"), Shell($"echo {name}2 >> {to}")];
        bundle.Spec = bundle.Spec with
        {
            Hooks = new()
            {
                Prestart = Two("prestart", log),
                CreateRuntime = Two("createRuntime", log),
                CreateContainer = Two("createContainer", log),
                StartContainer = Two("startContainer", "/tmp/log"),
                Poststart = Two("poststart", log),
                Poststop = Two("poststop", log),
            },
        };
        // the process and the poststart hooks race: what it writes lies elsewhere
        await bundle.CreateAsync("cp /tmp/log /tmp/seen; echo ran >> /tmp/ran");
        Assert.Equal("prestart1 prestart2 createRuntime1 createRuntime2 createContainer1 createContainer2", await Words());
        (await bundle.RawAsync(["start", bundle.Id])).Succeeded();
        const string Started = "prestart1 prestart2 createRuntime1 createRuntime2 createContainer1 createContainer2 startContainer1 startContainer2 poststart1 poststart2";
        Assert.Equal(Started, await Words());
        await bundle.UntilAsync("stopped");
        Assert.Contains("startContainer2", await File.ReadAllTextAsync(bundle.Root + "/tmp/seen"));
        Assert.Equal(Started, await Words());
        (await bundle.RawAsync(["delete", bundle.Id])).Succeeded();
        Assert.Equal(Started + " poststop1 poststop2", await Words());

        async Task<string> Words() => string.Join(' ', await File.ReadAllLinesAsync(log));
    });

    [Theory]
    [InlineData("prestart", "prestart", false)]
    [InlineData("createRuntime", "create-runtime", false)]
    [InlineData("createContainer", "create-container", true)]
    [InlineData("startContainer", "start-container", true)]
    [InlineData("poststart", "poststart", false)]
    [InlineData("poststop", "poststop", false)]
    [Clause("config/hooks/prestart/namespace", "config/hooks/create-runtime/namespace", "config/hooks/create-container/namespace", "config/hooks/start-container/namespace", "config/hooks/poststart/namespace", "config/hooks/poststop/namespace")]
    [Clause("config/hooks/prestart/path", "config/hooks/create-runtime/path", "config/hooks/create-container/path", "config/hooks/start-container/path", "config/hooks/poststart/path", "config/hooks/poststop/path")]
    public Task Hook_runs_where_it_belongs_and_its_path_is_found_there(string kind, string subject, bool inside) => Suite.CheckAsync(async bundle =>
    {
        _ = subject;
        bundle.Namespace("cgroup");

        // a script of this name is in both file systems, and each says which one it is of
        var outside = kind != "startContainer";
        var script = bundle.Directory + "/hook";
        await WriteScript(script, $"exec >{bundle.Root}/tmp/log\necho outside\n");
        Directory.CreateDirectory(Path.GetDirectoryName(bundle.Root + script)!);
        await WriteScript(bundle.Root + script, "exec >/tmp/log\necho inside\n");
        bundle.Spec = bundle.Spec with { Hooks = Hooks(kind, new HookSpec { Path = script, Env = ["PATH=/bin:/usr/bin"] }) };
        await bundle.CreateAsync(Waits);
        var pid = await bundle.PidAsync();
        var names = new[] { "mnt", "net", "uts", "ipc", "pid", "cgroup" };
        var container = names.ToDictionary(n => n, n => new FileInfo($"/proc/{pid}/ns/{n}").LinkTarget);
        (await bundle.RawAsync(["start", bundle.Id])).Succeeded();
        (await bundle.RawAsync(["kill", bundle.Id, "KILL"])).Succeeded();
        await bundle.UntilAsync("stopped");
        (await bundle.RawAsync(["delete", bundle.Id])).Succeeded();

        var lines = await File.ReadAllLinesAsync(bundle.Root + "/tmp/log");
        Assert.Equal(outside ? "outside" : "inside", lines[0]);
        var seen = lines[1..].ToDictionary(l => l.Split(' ')[0], l => l.Split(' ')[1]);
        foreach (var name in names)
        {
            // the runtime may have a mount namespace of its own, and with the container's end its numbers may be another's
            if (!inside && name == "mnt") Assert.True(kind == "poststop" || container[name] != seen[name], seen[name]);
            else Assert.Equal(inside ? container[name] : new FileInfo($"/proc/self/ns/{name}").LinkTarget, seen[name]);
        }

        async Task WriteScript(string path, string head)
        {
            await File.WriteAllTextAsync(path, $"#!/bin/sh\n{head}for n in mnt net uts ipc pid cgroup time; do echo $n $(readlink /proc/self/ns/$n); done\n");
            File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
        }
    }, kind);

    [Theory]
    [InlineData("prestart")]
    [InlineData("createRuntime")]
    [InlineData("createContainer")]
    [Clause("config/hooks/prestart/when", "config/hooks/create-runtime/when", "config/hooks/create-container/when")]
    public Task Hook_of_create_runs_when_namespaces_are_there_and_the_root_is_the_hosts(string kind) => Suite.CheckAsync(async bundle =>
    {
        var file = bundle.Directory + "/seen";
        // in the container's namespaces the container's process has another number
        var of = kind == "createContainer" ? "self" : "$pid";
        bundle.Spec = bundle.Spec with { Hooks = Hooks(kind, Shell($"pid=$(tr -d ' \\n' | sed -n 's/.*\"pid\":\\([0-9]*\\).*/\\1/p'); readlink /proc/{of}/ns/net > {file}; test -e /proc/{of}/root{bundle.Directory}/rootfs && echo host >> {file}")) };
        await bundle.CreateAsync(Waits);
        var lines = await File.ReadAllLinesAsync(file);
        Assert.Equal(new FileInfo($"/proc/{await bundle.PidAsync()}/ns/net").LinkTarget, lines[0]);
        Assert.Equal("host", lines[1]);
    }, kind);

    [Theory]
    [InlineData("prestart", "creating")]
    [InlineData("createRuntime", "creating")]
    [InlineData("createContainer", "creating")]
    [InlineData("startContainer", "created")]
    [InlineData("poststart", "running")]
    [InlineData("poststop", "stopped")]
    [Clause("config/hooks/state", "runtime/state/pid")]
    public Task Hook_reads_the_state_from_its_standard_input(string kind, string status) => Suite.CheckAsync(async bundle =>
    {
        bundle.Spec = bundle.Spec with
        {
            Annotations = new Dictionary<string, string> { ["com.example"] = "yes" },
            Hooks = Hooks(kind, Shell($"cat > {(kind == "startContainer" ? "" : bundle.Root)}/tmp/state")),
        };
        await bundle.CreateAsync(Waits);
        var pid = await bundle.PidAsync();
        (await bundle.RawAsync(["start", bundle.Id])).Succeeded();
        (await bundle.RawAsync(["kill", bundle.Id, "KILL"])).Succeeded();
        await bundle.UntilAsync("stopped");
        (await bundle.RawAsync(["delete", bundle.Id])).Succeeded();
        var state = JsonDocument.Parse(await File.ReadAllTextAsync(bundle.Root + "/tmp/state")).RootElement;
        Assert.Equal(bundle.Id, state.GetProperty("id").GetString());
        Assert.Equal(bundle.Directory, state.GetProperty("bundle").GetString());
        Assert.Equal(status, state.GetProperty("status").GetString());
        Assert.Equal("yes", state.GetProperty("annotations").GetProperty("com.example").GetString());
        if (kind != "poststop") Assert.Equal(kind is "createContainer" or "startContainer" ? 1 : pid, state.GetProperty("pid").GetInt32());
    }, kind);

    [Theory]
    [InlineData("prestart", "prestart")]
    [InlineData("createRuntime", "create-runtime")]
    [InlineData("createContainer", "create-container")]
    [Clause("runtime/lifecycle/prestart-fails", "runtime/lifecycle/create-runtime-fails", "runtime/lifecycle/create-container-fails")]
    public Task Hook_of_create_that_fails_ends_the_container(string kind, string subject) => Suite.CheckAsync(async bundle =>
    {
        _ = subject;
        var hooks = Hooks(kind, Shell("exit 3"), Shell($"touch {bundle.Directory}/second"));
        bundle.Spec = bundle.Spec with { Hooks = hooks with { Poststop = [Shell($"touch {bundle.Directory}/stopped")] } };
        await bundle.CreateFailsAsync();
        Assert.False(File.Exists(bundle.Directory + "/second"));
        Assert.True(File.Exists(bundle.Directory + "/stopped"), "poststop hooks did not run");
        Assert.Empty(LifecycleTests.CgroupDirectories(bundle.Id));
    }, kind);

    [Theory]
    [InlineData("startContainer")]
    [InlineData("poststart")]
    [Clause("runtime/lifecycle/start-container-fails", "runtime/lifecycle/poststart-fails")]
    public Task Hook_of_start_that_fails_ends_the_container(string kind) => Suite.CheckAsync(async bundle =>
    {
        bundle.Spec = bundle.Spec with { Hooks = Hooks(kind, Shell("exit 3")) with { Poststop = [Shell($"touch {bundle.Directory}/stopped")] } };
        await bundle.CreateAsync($"touch /tmp/ran; {Waits}");
        Assert.NotEqual(0, (await bundle.RawAsync(["start", bundle.Id])).ExitCode);
        Assert.True(File.Exists(bundle.Directory + "/stopped"), "poststop hooks did not run");
        Assert.NotEqual(0, (await bundle.RawAsync(["state", bundle.Id])).ExitCode);
        Assert.Empty(LifecycleTests.CgroupDirectories(bundle.Id));
        if (kind == "startContainer") Assert.False(File.Exists(bundle.Root + "/tmp/ran"));
    }, kind);

    [Fact]
    [Clause("runtime/lifecycle/poststop-fails", "runtime/warnings/flow")]
    public Task Poststop_hook_that_fails_is_a_warning_and_the_others_run() => Suite.CheckAsync(async bundle =>
    {
        bundle.Spec = bundle.Spec with { Hooks = new() { Poststop = [Shell("exit 3"), Shell($"touch {bundle.Directory}/second")] } };
        await bundle.StartAsync("true");
        await bundle.UntilAsync("stopped");
        var delete = (await bundle.RawAsync(["delete", bundle.Id])).Succeeded();
        Assert.True(File.Exists(bundle.Directory + "/second"));
        Assert.NotEqual(0, (await bundle.RawAsync(["state", bundle.Id])).ExitCode);
        Assert.Contains("warning", (File.Exists(bundle.Log) ? await File.ReadAllTextAsync(bundle.Log) : "") + delete.Error);
    });

    [Theory]
    [InlineData("bin/true", "path")]
    [InlineData("", "path")]
    [InlineData("0", "timeout")]
    [InlineData("-1", "timeout")]
    [Clause("config/hooks/path", "config/hooks/path-absolute", "config/hooks/timeout")]
    public Task Hook_with_a_bad_path_or_time_out_is_refused(string value, string field) => Suite.CheckAsync(async bundle =>
    {
        bundle.Edit = c => c["hooks"] = new JsonObject
        {
            ["poststop"] = new JsonArray(field == "path"
                ? value.Length == 0 ? new JsonObject { ["args"] = new JsonArray("x") } : new JsonObject { ["path"] = value }
                : new JsonObject { ["path"] = "/bin/true", ["timeout"] = int.Parse(value) }),
        };
        await bundle.CreateFailsAsync();
    }, $"{field} {value}");

    [Fact]
    [Clause("config/hooks/timeout")]
    public Task Hook_that_takes_too_long_is_ended_and_fails() => Suite.CheckAsync(async bundle =>
    {
        bundle.Spec = bundle.Spec with { Hooks = new() { CreateRuntime = [Shell("exec sleep 100") with { Timeout = 1 }] } };
        await bundle.CreateFailsAsync();
    });

    private static HookSpec Shell(string script) => new() { Path = "/bin/sh", Args = ["sh", "-c", script], Env = ["PATH=/bin:/usr/bin"] };

    private static HooksSpec Hooks(string kind, params HookSpec[] hooks) => kind switch
    {
        "prestart" => new() { Prestart = hooks },
        "createRuntime" => new() { CreateRuntime = hooks },
        "createContainer" => new() { CreateContainer = hooks },
        "startContainer" => new() { StartContainer = hooks },
        "poststart" => new() { Poststart = hooks },
        _ => new() { Poststop = hooks },
    };
}

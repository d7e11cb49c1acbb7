using System.Text.Json;
using Davit.Testing;

namespace Davit.Runtime.Tests.Conformance;

/// <summary>runtime.md: state.</summary>
public sealed class StateTests
{
    private const string Waits = "while :; do sleep 0.01; done";

    [Fact]
    [Clause("runtime/state/oci-version", "runtime/state/id", "runtime/state/status", "runtime/state/pid", "runtime/state/bundle", "runtime/state/schema", "runtime/state/returned")]
    public Task State_has_its_properties_from_created_to_stopped() => Suite.CheckAsync(async bundle =>
    {
        await bundle.CreateAsync(Waits);
        var created = await bundle.StateAsync();
        Check(created, "created");
        Assert.True(Directory.Exists($"/proc/{created.GetProperty("pid").GetInt32()}"));
        (await bundle.RawAsync(["start", bundle.Id])).Succeeded();
        var running = await bundle.StateAsync();
        Check(running, "running");
        Assert.Equal(created.GetProperty("pid").GetInt32(), running.GetProperty("pid").GetInt32());
        (await bundle.RawAsync(["kill", bundle.Id, "KILL"])).Succeeded();
        await bundle.UntilAsync("stopped");
        Check(await bundle.StateAsync(), "stopped");

        void Check(JsonElement state, string status)
        {
            // schema/state-schema.json: five properties, of these kinds
            Assert.Matches(@"^\d+\.\d+\.\d+", state.GetProperty("ociVersion").GetString());
            Assert.Equal(bundle.Id, state.GetProperty("id").GetString());
            Assert.Equal(status, state.GetProperty("status").GetString());
            Assert.Equal(bundle.Directory, state.GetProperty("bundle").GetString());
            if (status != "stopped") Assert.True(state.GetProperty("pid").GetInt32() > 0);
            if (state.TryGetProperty("annotations", out var annotations)) Assert.Equal(JsonValueKind.Object, annotations.ValueKind);
        }
    });

    [Fact]
    [Clause("runtime/state/oci-version")]
    public Task Version_of_the_state_is_the_runtimes_not_the_bundles() => Suite.CheckAsync(async bundle =>
    {
        bundle.Spec = bundle.Spec with { OciVersion = "1.0.0" };
        await bundle.CreateAsync(Waits);
        Assert.NotEqual("1.0.0", (await bundle.StateAsync()).GetProperty("ociVersion").GetString());
    });

    [Fact]
    [Clause("runtime/state/status-more")]
    public Task Paused_is_a_status_of_its_own() => Suite.CheckAsync(async bundle =>
    {
        await bundle.StartAsync(Waits);
        (await bundle.RawAsync(["pause", bundle.Id])).Succeeded();
        Assert.Equal("paused", (await bundle.StateAsync()).GetProperty("status").GetString());
        (await bundle.RawAsync(["resume", bundle.Id])).Succeeded();
        Assert.Equal("running", (await bundle.StateAsync()).GetProperty("status").GetString());
    });

    [Fact]
    [Clause("runtime/state/id-unique", "runtime/create/id-taken", "runtime/create/id-taken-nothing")]
    public Task Id_that_is_taken_is_refused_and_its_container_lives_on() => Suite.CheckAsync(async bundle =>
    {
        await bundle.StartAsync(Waits);
        var pid = await bundle.PidAsync();
        var second = await bundle.OciAsync("create", "-b", bundle.Directory, bundle.Id);
        Assert.NotEqual(0, second.ExitCode);
        Assert.Equal(pid, await bundle.PidAsync());
        Assert.Equal("running", (await bundle.StateAsync()).GetProperty("status").GetString());
    });

    [Theory]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("a b")]
    [InlineData("")]
    [Clause("runtime/create/id-taken", "runtime/create/id-taken-nothing")]
    public Task Invalid_id_is_refused(string id) => Suite.CheckAsync(async bundle =>
    {
        bundle.Process(p => p with { Args = ["/bin/true"] });
        Assert.NotEqual(0, (await bundle.OciAsync("create", "-b", bundle.Directory, id)).ExitCode);
        Assert.Empty(Containers(bundle.Directory));
    }, id);

    [Theory]
    [InlineData("state")]
    [InlineData("start")]
    [InlineData("kill")]
    [InlineData("delete")]
    [InlineData("create")]
    [Clause("runtime/operations", "runtime/state/no-id", "runtime/start/no-id", "runtime/kill/no-id", "runtime/delete/no-id", "runtime/create/arguments")]
    public Task Operation_without_an_id_is_an_error(string operation) => Suite.CheckAsync(async bundle =>
    {
        var run = operation == "create" ? await bundle.OciAsync("create", "-b", bundle.Directory) : await bundle.RawAsync([operation]);
        Assert.NotEqual(0, run.ExitCode);
    }, operation);

    [Fact]
    [Clause("runtime/create/arguments")]
    public Task Create_without_a_bundle_is_an_error() => Suite.CheckAsync(async bundle =>
    {
        // the working directory, /, is no bundle
        Assert.NotEqual(0, (await bundle.RawAsync(["create", bundle.Id])).ExitCode);
        Assert.NotEqual(0, (await bundle.RawAsync(["create", "-b", bundle.Directory + "/nowhere", bundle.Id])).ExitCode);
        Assert.NotEqual(0, (await bundle.RawAsync(["state", bundle.Id])).ExitCode);
    });

    [Theory]
    [InlineData("state")]
    [InlineData("start")]
    [InlineData("kill")]
    [InlineData("delete")]
    [Clause("runtime/state/unknown")]
    public Task Operation_on_an_unknown_container_is_an_error(string operation) => Suite.CheckAsync(async bundle =>
        Assert.NotEqual(0, (await bundle.RawAsync([operation, bundle.Id])).ExitCode), operation);

    /// <summary>Names below the state directory.</summary>
    internal static IEnumerable<string> Containers(string directory) =>
        Directory.Exists(directory + "/state") ? Directory.GetFileSystemEntries(directory + "/state").Select(f => Path.GetFileName(f)!) : [];
}

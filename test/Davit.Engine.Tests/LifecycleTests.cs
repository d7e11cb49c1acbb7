using Davit.DockerApi.Containers;
using Davit.Engine.Containers;
using Davit.Engine.Filters;
using Davit.Engine.Tests.Fakes;
using Davit.Primitives;

namespace Davit.Engine.Tests;

public class LifecycleTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Second_container_of_a_name_is_refused_and_leaves_nothing()
    {
        await using var engine = await EngineFixture.OpenAsync();
        var id = await engine.CreateAsync("web");
        var error = await Assert.ThrowsAsync<DavitException>(() => engine.CreateAsync("web"));
        Assert.Equal($"Conflict. The container name \"/web\" is already in use by container \"{id}\". You have to remove (or rename) that container to be able to reuse that name.", error.Message);
        Assert.Single(await engine.Containers.ListAsync(new ListOptions { All = true }, None));
    }

    [Fact]
    public async Task Unknown_image_is_not_found()
    {
        await using var engine = await EngineFixture.OpenAsync();
        var error = await Assert.ThrowsAsync<DavitException>(() => engine.Containers.CreateAsync(null, new CreateContainerRequest { Image = "nosuch" }, null, None));
        Assert.Equal((ErrorKind.NotFound, "No such image: nosuch:latest"), (error.Kind, error.Message));
    }

    [Fact]
    public async Task Running_container_is_removed_only_by_force()
    {
        await using var engine = await EngineFixture.OpenAsync();
        await engine.RunAsync("web");
        var error = await Assert.ThrowsAsync<DavitException>(() => engine.Containers.RemoveAsync("web", new RemoveOptions(), None));
        Assert.Equal("cannot remove container \"web\": container is running: stop the container before removing or force remove", error.Message);
        await engine.Containers.RemoveAsync("web", new RemoveOptions { Force = true }, None);
        Assert.Equal("No such container: web", Assert.Throws<DavitException>(() => engine.Containers.IdOf("web")).Message);
        Assert.Empty(engine.Networks.Attached);
        Assert.Equal(["create", "start", "kill", "die", "destroy"], (await engine.PastAsync()).Select(message => message.Action));
    }

    [Fact]
    public async Task Stop_sends_the_containers_signal_and_kills_when_the_time_is_over()
    {
        await using var engine = await EngineFixture.OpenAsync();
        engine.Runner.Ignored.Add(15);
        var id = await engine.RunAsync();
        var stop = engine.Containers.StopAsync(id, null, 3, None);
        while (engine.Time.Waiting.Count == 0) await Task.Yield();
        Assert.Equal(TimeSpan.FromSeconds(3), engine.Time.Waiting[0]);
        engine.Time.Advance(TimeSpan.FromSeconds(3));
        await stop;
        Assert.Equal([15, 9], engine.Runner.Started[id].Signals);
        var state = await engine.StateAsync(id);
        Assert.Equal(("exited", 137), (state.Status, state.ExitCode));
        Assert.Equal(ErrorKind.NotModified, (await Assert.ThrowsAsync<DavitException>(() => engine.Containers.StopAsync(id, null, null, None))).Kind);
    }

    [Fact]
    public async Task Ephemeral_container_is_gone_with_its_end_and_waiters_get_its_code()
    {
        await using var engine = await EngineFixture.OpenAsync();
        var id = await engine.CreateAsync("once", new HostConfig { NetworkMode = "none", AutoRemove = true });
        var next = engine.Containers.Wait(id, WaitCondition.NextExit, None);
        var removed = engine.Containers.Wait(id, WaitCondition.Removed, None);
        await engine.Containers.StartAsync(id, None);
        engine.Runner.Started[id].End(7);
        Assert.Equal(7, (await next).StatusCode);
        Assert.Equal(7, (await removed).StatusCode);
        Assert.False(engine.Containers.Exists(id));
        Assert.Empty(Directory.EnumerateFileSystemEntries(engine.Instance.RunRoot + "/containers"));
    }

    [Fact]
    public async Task Failed_start_is_recorded_and_leaves_no_network()
    {
        await using var engine = await EngineFixture.OpenAsync();
        engine.Runner.Failure = new DavitException(ErrorKind.Internal, "exec: \"foo\": executable file not found in $PATH");
        var id = await engine.CreateAsync();
        var error = await Assert.ThrowsAsync<DavitException>(() => engine.Containers.StartAsync(id, None));
        Assert.Equal(ErrorKind.InvalidArgument, error.Kind);
        var state = await engine.StateAsync(id);
        Assert.Equal(("created", 127, error.Message), (state.Status, state.ExitCode, state.Error));
        Assert.Empty(engine.Networks.Attached);
    }

    [Fact]
    public async Task Restart_policy_waits_twice_as_long_each_time_and_begins_anew_after_a_good_run()
    {
        await using var engine = await EngineFixture.OpenAsync();
        var id = await engine.RunAsync("again", new HostConfig { NetworkMode = "none", RestartPolicy = new() { Name = "always" } });
        foreach (var milliseconds in (int[])[100, 200, 400])
        {
            var starts = engine.Runner.Launches.Count;
            engine.Runner.Started[id].End(1);
            while (engine.Time.Waiting.Count == 0) await Task.Yield();
            Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), engine.Time.Waiting[0]);
            Assert.Equal("restarting", (await engine.StateAsync(id)).Status);
            engine.Time.Advance(TimeSpan.FromMilliseconds(milliseconds));
            while (engine.Runner.Launches.Count == starts || (await engine.StateAsync(id)).Status != "running") await Task.Yield();
        }

        engine.Time.Advance(TimeSpan.FromSeconds(11));
        engine.Runner.Started[id].End(1);
        while (engine.Time.Waiting.Count == 0) await Task.Yield();
        Assert.Equal(TimeSpan.FromMilliseconds(100), engine.Time.Waiting[0]);
        await engine.Containers.StopAsync(id, null, null, None);
        Assert.Equal("exited", (await engine.StateAsync(id)).Status);
        Assert.Equal(3, (await engine.Containers.InspectAsync(id, false, None)).RestartCount);
    }

    [Fact]
    public async Task Next_daemon_adopts_what_runs_and_records_what_ended()
    {
        await using var engine = await EngineFixture.OpenAsync();
        var runs = await engine.RunAsync("runs");
        var ended = await engine.RunAsync("ended");
        var ephemeral = await engine.RunAsync("ephemeral", new HostConfig { NetworkMode = "none", AutoRemove = true });
        await engine.Containers.DisposeAsync();
        engine.Runner.Started[ended].End(3);
        engine.Runner.Started[ephemeral].End(0);
        await engine.RestartDaemonAsync();
        Assert.Equal("running", (await engine.StateAsync(runs)).Status);
        Assert.Equal(("exited", 3), ((await engine.StateAsync(ended)).Status, (await engine.StateAsync(ended)).ExitCode));
        Assert.False(engine.Containers.Exists(ephemeral));
    }

    [Fact]
    public async Task Pause_freezes_and_a_paused_container_still_stops()
    {
        await using var engine = await EngineFixture.OpenAsync();
        var id = await engine.RunAsync("paused");
        await engine.Containers.PauseAsync(id, None);
        Assert.Equal("/davit-et/" + id, Assert.Single(engine.Resources.Frozen).Key);
        Assert.Equal($"Container {id} is already paused", (await Assert.ThrowsAsync<DavitException>(() => engine.Containers.PauseAsync(id, None))).Message);
        await engine.Containers.StopAsync(id, null, null, None);
        Assert.Empty(engine.Resources.Frozen);
    }

    [Fact]
    public async Task Volume_in_use_is_refused_and_anonymous_ones_go_with_their_container()
    {
        await using var engine = await EngineFixture.OpenAsync();
        var id = await engine.CreateAsync("vol", new HostConfig { NetworkMode = "none", Binds = ["data:/data", "/scratch"] });
        Assert.Equal($"remove data: volume is in use - [{id}]", (await Assert.ThrowsAsync<DavitException>(() => engine.Volumes.RemoveAsync("data", false, None))).Message);
        Assert.Equal(2, engine.Volumes.List().Count);
        await engine.Containers.RemoveAsync("vol", new RemoveOptions { Volumes = true }, None);
        Assert.Equal("data", Assert.Single(engine.Volumes.List()).Name);
        await engine.Volumes.RemoveAsync("data", false, None);
        Assert.Empty(Directory.EnumerateFileSystemEntries(engine.Instance.DataRoot + "/volumes"));
    }

    [Fact]
    public async Task Rename_frees_the_old_name()
    {
        await using var engine = await EngineFixture.OpenAsync();
        var id = await engine.CreateAsync("one");
        await engine.Containers.RenameAsync("one", "two", None);
        Assert.Equal(id, engine.Containers.IdOf("two"));
        await engine.CreateAsync("one");
        await engine.RestartDaemonAsync();
        Assert.Equal(id, engine.Containers.IdOf("two"));
    }

    [Fact]
    public async Task List_filters_by_state_label_and_name()
    {
        await using var engine = await EngineFixture.OpenAsync();
        await engine.RunAsync("alpha");
        var beta = await engine.RunAsync("beta");
        engine.Runner.Started[beta].End(4);
        await engine.Containers.Wait(beta, WaitCondition.NotRunning, None);
        Assert.Equal(["/alpha"], (await engine.Containers.ListAsync(new ListOptions(), None)).Single().Names);
        Assert.Equal(["/beta"], (await engine.Containers.ListAsync(new ListOptions { Filters = FilterSet.Parse("{\"exited\":[\"4\"]}") }, None)).Single().Names);
        Assert.Equal("invalid filter 'status=busy': invalid value for state (busy): must be one of created, running, paused, restarting, removing, exited, dead", (await Assert.ThrowsAsync<DavitException>(() => engine.Containers.ListAsync(new ListOptions { Filters = FilterSet.Parse("{\"status\":{\"busy\":true}}") }, None))).Message);
        Assert.Equal("invalid filter 'colour'", (await Assert.ThrowsAsync<DavitException>(() => engine.Containers.ListAsync(new ListOptions { Filters = FilterSet.Parse("{\"colour\":[\"red\"]}") }, None))).Message);
    }

    [Fact]
    public async Task Client_that_attached_before_the_start_is_handed_to_it()
    {
        await using var engine = await EngineFixture.OpenAsync();
        var id = await engine.CreateAsync();
        await using var session = await engine.Containers.AttachAsync(id, new() { Stream = true, Stdout = true }, None);
        await engine.Containers.StartAsync(id, None);
        Assert.Single(Assert.Single(engine.Runner.Launches).Attachments);
    }

    [Fact]
    public async Task Update_changes_limits_of_a_running_container()
    {
        await using var engine = await EngineFixture.OpenAsync();
        var id = await engine.RunAsync();
        await engine.Containers.UpdateAsync(id, new ContainerUpdateRequest { Memory = 64 << 20, RestartPolicy = new() { Name = "unless-stopped" } }, None);
        Assert.Equal(64 << 20, engine.Resources.Updated!.Memory!.Limit);
        var host = (await engine.Containers.InspectAsync(id, false, None)).HostConfig!;
        Assert.Equal((64L << 20, "unless-stopped"), (host.Memory, host.RestartPolicy!.Name));
    }

    [Fact]
    public async Task Unknown_network_fails_the_start_and_not_the_creation()
    {
        await using var engine = await EngineFixture.OpenAsync();
        var id = await engine.CreateAsync("lost", new HostConfig { NetworkMode = "nosuch", AutoRemove = true });
        var removed = engine.Containers.Wait(id, WaitCondition.Removed, None);
        var error = await Assert.ThrowsAsync<DavitException>(() => engine.Containers.StartAsync(id, None));
        Assert.Equal((ErrorKind.NotFound, "failed to set up container networking: network nosuch not found"), (error.Kind, error.Message));
        Assert.Null((await removed).Error);
        Assert.False(engine.Containers.Exists("lost"));
    }

    [Fact]
    public async Task Restart_by_the_user_keeps_an_ephemeral_container()
    {
        await using var engine = await EngineFixture.OpenAsync();
        var id = await engine.RunAsync("kept", new HostConfig { NetworkMode = "none", AutoRemove = true });
        await engine.Containers.RestartAsync("kept", null, null, None);
        Assert.Equal("running", (await engine.StateAsync(id)).Status);
        Assert.Equal(2, engine.Runner.Launches.Count);
    }

    [Fact]
    public async Task Taken_port_leaves_a_container_that_can_be_started_later()
    {
        await using var engine = await EngineFixture.OpenAsync();
        engine.Networks.Failure = new DavitException(ErrorKind.Internal, "Bind for 0.0.0.0:80 failed: port is already allocated");
        var id = await engine.CreateAsync("later");
        await Assert.ThrowsAsync<DavitException>(() => engine.Containers.StartAsync(id, None));
        Assert.Equal(128, (await engine.StateAsync(id)).ExitCode);
        engine.Networks.Failure = null;
        await engine.Containers.StartAsync(id, None);
        Assert.Equal("running", (await engine.StateAsync(id)).Status);
    }
}

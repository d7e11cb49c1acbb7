using System.Buffers;
using Davit.DockerApi.Containers;
using Davit.Engine.Attach;
using Davit.Engine.Commit;
using Davit.Engine.Containers.Create;
using Davit.Engine.Containers.Spec;
using Davit.Engine.Containers.Views;
using Davit.Engine.Events;
using Davit.Engine.Filters;
using Davit.Engine.Logs.Drivers;
using Davit.Engine.Restart;
using Davit.Engine.Tests.Fakes;
using Davit.Oci.Image;
using Davit.Primitives;

namespace Davit.Engine.Tests;

public class SmallPartsTests
{
    [Theory]
    [InlineData(0, "Less than a second")]
    [InlineData(1, "1 second")]
    [InlineData(59, "59 seconds")]
    [InlineData(90, "About a minute")]
    [InlineData(3600, "About an hour")]
    [InlineData(86400, "24 hours")]
    [InlineData(86400 * 20, "2 weeks")]
    public void Durations_read_as_dockers(int seconds, string text) => Assert.Equal(text, DurationText.Of(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData("1h30m", 5400)]
    [InlineData("1.5s", 1.5)]
    [InlineData("250ms", 0.25)]
    public void Go_durations_are_read(string text, double seconds) => Assert.Equal(TimeSpan.FromSeconds(seconds), Moments.Duration(text));

    [Theory]
    [InlineData("")]
    [InlineData("10")]
    [InlineData("5 minutes")]
    public void What_is_no_duration_is_none(string text) => Assert.Null(Moments.Duration(text));

    [Fact]
    public void Moments_are_read_in_every_form()
    {
        var now = new DateTimeOffset(2026, 5, 6, 7, 8, 9, TimeSpan.Zero);
        Assert.Equal(now, Moments.Parse("2026-05-06T07:08:09.000000000Z", now));
        Assert.Equal(now, Moments.Parse(now.ToUnixTimeSeconds() + ".000000000", now));
        Assert.Equal(now.AddMinutes(-10), Moments.Parse("10m", now));
        Assert.Null(Moments.Parse("yesterday", now));
    }

    [Fact]
    public void Filters_come_in_two_forms()
    {
        Assert.Equal(["a"], FilterSet.Parse("{\"label\":[\"a\"]}")["label"]);
        Assert.Equal(["a"], FilterSet.Parse("{\"label\":{\"a\":true,\"b\":false}}")["label"]);
        Assert.Throws<DavitException>(() => FilterSet.Parse("[1"));
        var labels = new Dictionary<string, string> { ["k"] = "v" };
        Assert.True(FilterSet.Parse("{\"label\":[\"k=v\"]}").Labels(labels));
        Assert.False(FilterSet.Parse("{\"label\":[\"k=w\"]}").Labels(labels));
    }

    [Fact]
    public void On_failure_gives_up_after_its_retries()
    {
        var policy = new RestartPolicy { Name = "on-failure", MaximumRetryCount = 2 };
        Assert.True(RestartDecision.Decide(policy, 1, false, TimeSpan.Zero, 1, TimeSpan.Zero).Restart);
        Assert.False(RestartDecision.Decide(policy, 1, false, TimeSpan.Zero, 2, TimeSpan.Zero).Restart);
        Assert.False(RestartDecision.Decide(policy, 0, false, TimeSpan.Zero, 0, TimeSpan.Zero).Restart);
        Assert.Equal(TimeSpan.FromMinutes(1), RestartDecision.Decide(new() { Name = "always" }, 0, false, TimeSpan.Zero, 90, TimeSpan.FromSeconds(50)).Delay);
    }

    [Theory]
    [InlineData("always", true, true)]
    [InlineData("unless-stopped", true, false)]
    [InlineData("unless-stopped", false, true)]
    [InlineData("no", false, false)]
    public void Daemon_start_respects_what_the_user_stopped(string policy, bool stopped, bool restarts) =>
        Assert.Equal(restarts, RestartDecision.AtDaemonStart(new() { Name = policy }, 0, stopped, 0, hasRun: true));

    [Fact]
    public void Detach_keys_are_found_across_pieces_and_false_starts_are_passed_on()
    {
        var keys = DetachKeys.Parse("ctrl-p,ctrl-q");
        var output = new ArrayBufferWriter<byte>();
        Assert.False(keys.Feed("ab\x10"u8, output));
        Assert.False(keys.Feed("c\x10"u8, output));
        Assert.True(keys.Feed("\x11rest"u8, output));
        Assert.Equal("ab\x10" + "c", System.Text.Encoding.ASCII.GetString(output.WrittenSpan));
        Assert.Equal("Invalid detach keys (ctrl-1) provided", Assert.Throws<DavitException>(() => DetachKeys.Parse("ctrl-1")).Message);
    }

    [Fact]
    public void Changes_of_a_commit_are_applied_in_order()
    {
        var config = ConfigChanges.Apply(new ImageRunConfig { Env = ["A=1"] }, ["CMD [\"a\", \"b\"]", "ENV A=2 C=\"x y\"", "EXPOSE 80 53/udp", "WORKDIR /w", "LABEL k=v", "ENTRYPOINT run it", "VOLUME [\"/v\"]", "USER 5", "ONBUILD RUN x"]);
        Assert.Equal(["a", "b"], config.Cmd!);
        Assert.Equal(["A=2", "C=x y"], config.Env!);
        Assert.Equal(["80/tcp", "53/udp"], config.ExposedPorts!.Keys);
        Assert.Equal(["/bin/sh", "-c", "run it"], config.Entrypoint!);
        Assert.Equal(("/w", "v", "5"), (config.WorkingDir, config.Labels!["k"], config.User));
        Assert.Equal("FROM is not a valid change command", Assert.Throws<DavitException>(() => ConfigChanges.Apply(config, ["FROM x"])).Message);
    }

    [Theory]
    [InlineData("10m", 10L << 20)]
    [InlineData("1g", 1L << 30)]
    [InlineData("512", 512L)]
    public void Log_sizes_are_read(string text, long bytes) => Assert.Equal(bytes, GoText.TrySize(text));

    [Fact]
    public async Task Events_are_remembered_filtered_and_delivered_live()
    {
        var time = new ManualTime();
        var hub = new EventHub(time);
        for (var i = 0; i < 300; i++) hub.Publish("container", "start", $"{i}", new Dictionary<string, string> { ["name"] = $"n{i}", ["image"] = "busybox" });
        var past = 0;
        await foreach (var _ in hub.ReadAsync(new EventQuery { Since = DateTimeOffset.UnixEpoch, Until = time.GetUtcNow() }, CancellationToken.None)) past++;
        Assert.Equal(256, past);
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await using var live = hub.ReadAsync(new EventQuery { Filters = FilterSet.Parse("{\"event\":[\"exec_start\"]}") }, stop.Token).GetAsyncEnumerator(stop.Token);
        var next = live.MoveNextAsync();
        hub.Publish("container", "stop", "x", new Dictionary<string, string>());
        hub.Publish("container", "exec_start: sh", "y", new Dictionary<string, string>());
        Assert.True(await next);
        Assert.Equal("y", live.Current.Actor.ID);
    }

    [Theory]
    [InlineData("", 0u, 0u, "0,10", "/root")]
    [InlineData("app", 100u, 101u, "101,20", "/srv")]
    [InlineData("app:disk", 100u, 6u, "6", "/srv")]
    [InlineData("4242", 4242u, 0u, "0", "/")]
    public void Users_are_found_in_the_containers_own_files(string user, uint uid, uint gid, string groups, string home)
    {
        var resolved = UserResolution.Resolve(user, [], path => System.Text.Encoding.UTF8.GetBytes(path == "/etc/passwd" ? "root:x:0:0:r:/root:/bin/sh\napp:x:100:101::/srv:\n" : "root:x:0:\nwheel:x:10:root\ndisk:x:6:\nx:x:20:app\n"));
        Assert.Equal((uid, gid, home), (resolved.User.Uid, resolved.User.Gid, resolved.Home));
        Assert.Equal(groups, string.Join(',', resolved.User.AdditionalGids!));
    }

    [Fact]
    public void Unknown_user_is_refused_in_dockers_words() =>
        Assert.Equal("unable to find user nosuch: no matching entries in passwd file", Assert.Throws<DavitException>(() => UserResolution.Resolve("nosuch", [], _ => null)).Message);
}

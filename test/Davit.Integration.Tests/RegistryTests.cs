using System.Text.Json;
using Davit.Testing;

namespace Davit.Integration.Tests;

/// <summary>A daemon and a registry that mirrors docker.io.</summary>
public sealed class RegistryDaemon : IAsyncLifetime
{
    private TestDaemon? _daemon;
    private TestRegistry? _registry;

    public TestDaemon Daemon => _daemon!;

    public TestRegistry Registry => _registry!;

    public async ValueTask InitializeAsync()
    {
        _registry = await TestRegistry.StartAsync();
        await _registry.AddAsync("busybox", "library/busybox:latest");
        await _registry.AddAsync("distroless", "distroless/static:latest");
        var config = $"/tmp/davit-mirror-{_registry.Port}.json";
        await File.WriteAllTextAsync(config, $$"""{ "registries": { "docker.io": { "mirrors": ["http://{{_registry.Host}}"] }, "gcr.io": { "mirrors": ["http://{{_registry.Host}}"] } } }""");
        _daemon = await TestDaemon.StartAsync("--config-file", config);
    }

    public async ValueTask DisposeAsync()
    {
        if (_daemon is not null) await _daemon.DisposeAsync();
        if (_registry is not null)
        {
            File.Delete($"/tmp/davit-mirror-{_registry.Port}.json");
            await _registry.DisposeAsync();
        }
    }
}

/// <summary>Pull and push against Debian's docker-registry, and the peers' clients on what we pushed.</summary>
public sealed class RegistryTests(RegistryDaemon fixture) : IClassFixture<RegistryDaemon>
{
    private TestDaemon Daemon => fixture.Daemon;

    private string Host => fixture.Registry.Host;

    [Fact]
    public async Task Pull_through_the_mirror_has_dockers_lines()
    {
        var pull = (await Daemon.DockerAsync("pull", "busybox")).Succeeded().Output;
        Assert.Contains("latest: Pulling from library/busybox", pull, StringComparison.Ordinal);
        Assert.Contains("Digest: sha256:", pull, StringComparison.Ordinal);
        Assert.Matches("Status: (Downloaded newer image|Image is up to date) for busybox:latest", pull);
        Assert.EndsWith("docker.io/library/busybox:latest", pull.Trim(), StringComparison.Ordinal);
        Assert.Contains("Status: Image is up to date for busybox:latest", (await Daemon.DockerAsync("pull", "busybox")).Succeeded().Output, StringComparison.Ordinal);
        Assert.Equal("x", (await Daemon.DockerAsync("run", "--rm", "--network", "none", "busybox", "echo", "x")).Succeeded().Text);
    }

    [Fact]
    public async Task Run_pulls_what_is_missing()
    {
        var run = (await Daemon.DockerAsync("run", "--rm", "--network", "none", Host + "/library/busybox:latest", "echo", "x")).Succeeded();
        Assert.Equal("x\n", run.Output);
        Assert.Contains("Unable to find image", run.Error, StringComparison.Ordinal);
        var never = await Daemon.DockerAsync("run", "--rm", "--pull", "never", "nosuch:tag");
        Assert.Equal(125, never.ExitCode);
        Assert.Contains("No such image: nosuch:tag", never.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Push_remove_and_pull_by_digest_is_the_same_image()
    {
        await Daemon.DockerAsync("pull", "busybox");
        var name = $"{Host}/round/trip:1";
        var container = (await Daemon.DockerAsync("create", "--network", "none", "busybox")).Succeeded().Text;
        await Daemon.DockerAsync("cp", "-", container + ":/");
        var id = (await Daemon.DockerAsync("commit", "-c", "CMD [\"echo\",\"round\"]", container, name)).Succeeded().Text;
        (await Daemon.DockerAsync("rm", container)).Succeeded();
        var push = (await Daemon.DockerAsync("push", name)).Succeeded().Output;
        var digest = System.Text.RegularExpressions.Regex.Match(push, "1: digest: (sha256:[0-9a-f]{64}) size: \\d+").Groups[1].Value;
        Assert.NotEqual("", digest);
        (await Daemon.DockerAsync("rmi", "-f", name)).Succeeded();
        (await Daemon.DockerAsync("pull", $"{Host}/round/trip@{digest}")).Succeeded();
        Assert.Equal(id, (await Daemon.DockerAsync("inspect", "-f", "{{.Id}}", $"{Host}/round/trip@{digest}")).Succeeded().Text);
        Assert.Equal("round", (await Daemon.DockerAsync("run", "--rm", "--network", "none", "--read-only", "-u", "1000", $"{Host}/round/trip@{digest}")).Succeeded().Text);
    }

    [Fact]
    public async Task Skopeo_reads_what_we_pushed_and_we_read_what_it_copied()
    {
        await Daemon.DockerAsync("pull", "busybox");
        (await Daemon.DockerAsync("tag", "busybox", $"{Host}/ours:1")).Succeeded();
        (await Daemon.DockerAsync("push", $"{Host}/ours:1")).Succeeded();
        var inspect = (await Peers.RunAsync(["skopeo", "inspect", "--tls-verify=false", $"docker://{Host}/ours:1"])).Succeeded();
        Assert.Contains("\"Architecture\": \"amd64\"", inspect.Output, StringComparison.Ordinal);
        (await Peers.RunAsync(["skopeo", "copy", "--src-tls-verify=false", "--dest-tls-verify=false", "--format", "oci", "--dest-compress-format", "zstd", "--dest-force-compress-format", $"docker://{Host}/ours:1", $"docker://{Host}/theirs:zstd"])).Succeeded();
        Assert.Equal("zstd", (await Daemon.DockerAsync("run", "--rm", "--network", "none", $"{Host}/theirs:zstd", "echo", "zstd")).Succeeded().Text);
    }

    [Fact]
    public async Task An_archive_of_ours_loads_in_skopeo_and_theirs_loads_here()
    {
        await Daemon.DockerAsync("pull", "busybox");
        var ours = Path.Combine(Daemon.Directory, "ours.tar");
        (await Daemon.DockerAsync("save", "-o", Peers.Inside(ours), "busybox")).Succeeded();
        (await Peers.RunAsync(["skopeo", "inspect", "docker-archive:" + Peers.Inside(ours)])).Succeeded();
        var theirs = Path.Combine(Daemon.Directory, "theirs.tar");
        (await Peers.RunAsync(["skopeo", "copy", "docker-archive:" + Peers.Inside(ours), $"oci-archive:{Peers.Inside(theirs)}:named/theirs:1"])).Succeeded();
        var load = (await Daemon.DockerAsync("load", "-i", Peers.Inside(theirs))).Succeeded().Output;
        Assert.Contains("Loaded image", load, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nosuch/repository", "nosuch/repository")]
    [InlineData("library/busybox:nosuchtag", "nosuchtag")]
    public async Task What_the_registry_lacks_is_named(string image, string named)
    {
        var pull = await Daemon.DockerAsync("pull", $"{Host}/{image}");
        Assert.Equal(1, pull.ExitCode);
        Assert.Contains(named, pull.Error, StringComparison.Ordinal);
        Assert.Contains("not found", pull.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registry_that_is_not_there_is_named()
    {
        var pull = await Daemon.DockerAsync("pull", "127.0.0.1:9/x/y:1");
        Assert.Equal(1, pull.ExitCode);
        Assert.Contains("127.0.0.1:9", pull.Error, StringComparison.Ordinal);
        Assert.Contains("connection refused", pull.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lower/UPPER:1", "must be lowercase")]
    [InlineData("bad::name", "invalid reference format")]
    public async Task A_malformed_name_is_refused(string image, string text)
    {
        var pull = await Daemon.DockerAsync("pull", image);
        Assert.Equal(1, pull.ExitCode);
        Assert.Contains(text, pull.Error, StringComparison.Ordinal);
    }
}

using Davit.Testing;

namespace Davit.Integration.Tests.Clients;

/// <summary>Images that one engine builds and pushes to Debian's docker-registry are pulled and run by the others.</summary>
[Trait("Ring", "clients")]
public sealed class EnginesTests(RegistryDaemon fixture) : IClassFixture<RegistryDaemon>
{
    private readonly string _directory = Directory.CreateDirectory(Path.Combine(fixture.Daemon.Directory, Guid.NewGuid().ToString("N"))).FullName;

    private string Host => fixture.Registry.Host;

    [Fact]
    public async Task Ours_is_run_by_docker_podman_and_skopeo_takes_it()
    {
        var name = $"{Host}/engines/ours:1";
        Dockerfile("ours");
        (await fixture.Daemon.DavitAsync("build", "-q", "-t", name, _directory)).Succeeded();
        (await fixture.Daemon.DavitAsync("push", "-q", name)).Succeeded();
        try
        {
            Assert.Equal("built by ours", await PeerAsync("docker", "run", "--rm", "--network", "none", name));
            Assert.Equal("built by ours", await PeerAsync("podman", "run", "--rm", "-q", "--tls-verify=false", "--network", "none", name));
            var digest = await PeerAsync("skopeo", "inspect", "--tls-verify=false", "--format", "{{.Digest}}", "docker://" + name);
            Assert.EndsWith("@" + digest, await PeerAsync("docker", "image", "inspect", "-f", "{{index .RepoDigests 0}}", name), StringComparison.Ordinal);
            Assert.Equal(digest, await PeerAsync("podman", "image", "inspect", "-f", "{{.Digest}}", name));
        }
        finally
        {
            await ForgetAsync("docker", name);
            await ForgetAsync("podman", name);
        }
    }

    [Theory]
    [InlineData("docker", "0")]
    [InlineData("docker", "1")] // BuildKit
    [InlineData("podman", "0")]
    public async Task Theirs_is_run_by_ours(string engine, string buildKit)
    {
        var name = $"{Host}/engines/{engine}{buildKit}:1";
        Dockerfile(engine);
        try
        {
            string[] insecure = engine == "podman" ? ["--tls-verify=false"] : [];
            await PeerAsync(["env", "DOCKER_BUILDKIT=" + buildKit, engine, "build", .. insecure, "--network", "none", "-t", name, Peers.Inside(_directory)]);
            await PeerAsync([engine, "push", .. insecure, name]);
        }
        finally
        {
            await ForgetAsync(engine, name);
        }

        Assert.Equal("built by " + engine, (await fixture.Daemon.DockerAsync("run", "--rm", "--network", "none", name)).Succeeded().Text);
    }

    private void Dockerfile(string builder)
    {
        // podman's build raises a limit, for which root may lack the right
        var run = builder == "podman" ? "" : "RUN test \"$(id -u)\" = 1000\n";
        File.WriteAllText(Path.Combine(_directory, "Dockerfile"), $"FROM {Host}/library/busybox\nCOPY who /srv/\nUSER 1000\n{run}CMD [\"sh\", \"-c\", \"echo built by $(cat /srv/who)\"]\n");
        File.WriteAllText(Path.Combine(_directory, "who"), builder + "\n");
    }

    private async Task ForgetAsync(string engine, string name) => await Peers.RunAsync([engine, "rmi", "-f", name, $"{Host}/library/busybox"]);

    private static async Task<string> PeerAsync(params string[] command) => (await Peers.RunAsync(command)).Succeeded().Text;
}

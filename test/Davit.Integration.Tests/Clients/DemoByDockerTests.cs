using Davit.Testing;

namespace Davit.Integration.Tests.Clients;

/// <summary>The demo's steps typed with the unmodified docker client, as a new user would; base images come through the mirror setting.</summary>
[Trait("Ring", "clients")]
public sealed class DemoByDockerTests(MirroredDaemon fixture) : IClassFixture<MirroredDaemon>
{
    [Theory]
    [InlineData("node-web", 3000)]
    [InlineData("go-server", 8080)]
    public async Task An_application_is_built_run_pushed_pulled_by_digest_and_run_read_only(string sample, int port)
    {
        if (TestDaemon.IsPeer) return;
        await CopySampleAsync(sample);
        var image = $"{fixture.Registry.Host}/demo/{sample}:1.0";
        var transcript = (await fixture.Daemon.ScriptAsync($$$"""
            set -euo pipefail
            cd {{{Peers.Inside(fixture.Daemon.Directory)}}}/{{{sample}}}
            ask() { curl -sf --retry 30 --retry-delay 1 --retry-all-errors "http://$(docker port "$1" {{{port}}}/tcp | head -1)/"; }
            docker build -t {{{image}}} . 2>&1
            docker run -d --name {{{sample}}} -p 127.0.0.1::{{{port}}} {{{image}}}
            ask {{{sample}}} >first
            docker logs {{{sample}}}
            docker rm -f {{{sample}}}
            docker push {{{image}}}
            digest=$(docker inspect --format '{{index .RepoDigests 0}}' {{{image}}})
            docker rmi {{{image}}}
            if docker inspect {{{image}}} >/dev/null 2>&1; then echo "the image is still there"; exit 1; fi
            docker pull "$digest"
            docker run -d --name {{{sample}}} --read-only --user 65532:65532 --cap-drop ALL --security-opt no-new-privileges -p 127.0.0.1::{{{port}}} "$digest"
            ask {{{sample}}} >second
            if docker exec {{{sample}}} touch /new 2>/dev/null; then echo "the root can be written"; exit 1; fi
            docker rm -f {{{sample}}}
            echo "digest $digest"; echo "first $(cat first)"; echo "second $(cat second)"
            """, TimeSpan.FromMinutes(8))).Succeeded().Output;
        Assert.Contains($"digest {fixture.Registry.Host}/demo/{sample}@sha256:", transcript, StringComparison.Ordinal);
        Assert.Contains($"Successfully tagged {image}", transcript, StringComparison.Ordinal);
        Assert.Matches("\nfirst .+\nsecond .+\n", transcript);
    }

    private async Task CopySampleAsync(string sample) =>
        (await Command.RunAsync("cp", ["-r", Path.Combine(Project.Root, "samples", sample), fixture.Daemon.Directory])).Succeeded();
}

using Davit.Oci;
using Davit.Testing;

namespace Davit.Images.Tests;

/// <summary>Images to and from real Docker, Podman, skopeo and Debian's docker-registry.</summary>
public sealed class PeerTests : IAsyncLifetime
{
    private readonly Fixture _fixture = new();
    private readonly List<(string Engine, string Name)> _theirs = [];
    private TestRegistry _registry = null!;

    private string Name(string rest) => $"{_registry.Host}/{rest}";

    public async ValueTask InitializeAsync()
    {
        (await Command.RunAsync(Path.Combine(Project.Root, "eng/peers/peers"), ["up"], limit: TimeSpan.FromMinutes(15))).Succeeded();
        _registry = await TestRegistry.StartAsync();
        await _registry.AddAsync("busybox", "library/busybox:1");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (engine, name) in _theirs) await Peers.RunAsync([engine, "rmi", "-f", name]);
        await _fixture.DisposeAsync();
        if (_registry is not null) await _registry.DisposeAsync();
    }

    [Fact]
    public async Task Pulled_image_goes_round_the_registry_and_is_run_by_docker_and_podman()
    {
        var image = await _fixture.PullAsync(Name("library/busybox:1"));
        var digest = image.RepoDigests[0].Digest.ToString();
        await _fixture.Images.TagAsync(Name("library/busybox:1"), Reference.Parse(Name("ours/busybox:2")), CancellationToken.None);
        await _fixture.PushAsync(Name("ours/busybox:2"));
        Assert.Contains(_fixture.Progress.Lines, l => l.EndsWith(": Mounted from library/busybox", StringComparison.Ordinal));
        Assert.Equal(digest, (await PeerAsync("skopeo", "inspect", "--tls-verify=false", "--format", "{{.Digest}}", "docker://" + Name("ours/busybox:2"))).Trim());

        var made = Name("ours/made:1");
        await ImportBusyboxAsync(made);
        await _fixture.PushAsync(made);
        Keep("docker", made);
        await PeerAsync("docker", "pull", "-q", made);
        Assert.Equal("hello", (await PeerAsync("docker", "run", "--rm", "--network", "none", made, "echo", "hello")).Trim());
        Assert.Equal(_fixture.Images.Resolve(made).Id.ToString(), (await PeerAsync("docker", "inspect", "-f", "{{.Id}}", made)).Trim());
        Keep("podman", made);
        await PeerAsync("podman", "pull", "-q", "--tls-verify=false", made);
        Assert.Contains(_fixture.Images.Resolve(made).Id.Hex, await PeerAsync("podman", "inspect", "-f", "{{.Id}}", made));
    }

    [Fact]
    public async Task Their_images_are_pulled_whatever_form_they_have()
    {
        foreach (var (tag, options) in ((string, string[])[])
        [
            ("oci", ["--format", "oci"]), ("zstd", ["--format", "oci", "--dest-compress-format", "zstd"]), ("v2s2", ["--format", "v2s2"]), ("plain", ["--format", "oci", "--dest-decompress"]),
        ])
        {
            var name = Name($"theirs/busybox:{tag}");
            if (tag == "plain")
            {
                var layout = _fixture.Path("plain");
                await PeerAsync("skopeo", "copy", "-q", "--src-tls-verify=false", "--dest-decompress", "docker://" + Name("library/busybox:1"), "dir:" + Peers.Inside(layout));
                await PeerAsync("skopeo", "copy", "-q", "--dest-tls-verify=false", "--dest-decompress", "dir:" + Peers.Inside(layout), "docker://" + name);
            }
            else
            {
                await PeerAsync(["skopeo", "copy", "-q", "--src-tls-verify=false", "--dest-tls-verify=false", .. options, "docker://" + Name("library/busybox:1"), "docker://" + name]);
            }

            var image = await _fixture.PullAsync(name);
            Assert.NotEmpty(await _fixture.Images.EnsureUnpackedAsync(image, CancellationToken.None));
            await using var fresh = new Fixture();
            await fresh.PullAsync(name);
            Assert.Single(fresh.Store.Layers.List());
        }
    }

    [Fact]
    public async Task Archives_of_docker_podman_and_skopeo_load_here()
    {
        var source = Name("library/busybox:1");
        Keep("docker", source);
        await PeerAsync("docker", "pull", "-q", source);
        Keep("podman", source);
        await PeerAsync("podman", "pull", "-q", "--tls-verify=false", source);
        var id = (await PeerAsync("docker", "inspect", "-f", "{{.Id}}", source)).Trim();
        var dir = Peers.Inside(_fixture.Path(""));
        await PeerAsync("docker", "save", "-o", $"{dir}/docker.tar", source);
        await PeerAsync("podman", "save", "-q", "-o", $"{dir}/podman.tar", source);
        await PeerAsync("podman", "save", "-q", "--format", "oci-archive", "-o", $"{dir}/podman-oci.tar", source);
        await PeerAsync("skopeo", "copy", "-q", "--src-tls-verify=false", "docker://" + source, $"docker-archive:{dir}/skopeo.tar:{source}");
        await PeerAsync("skopeo", "copy", "-q", "--src-tls-verify=false", "docker://" + source, $"oci-archive:{dir}/skopeo-oci.tar:{source}");
        foreach (var archive in (string[])["docker", "podman", "skopeo", "podman-oci", "skopeo-oci"])
        {
            await using var fresh = new Fixture();
            await using var tar = File.OpenRead(_fixture.Path(archive + ".tar"));
            await fresh.Images.LoadAsync(tar, null, false, fresh.Progress, CancellationToken.None);
            Assert.Equal($"Loaded image: {source}", fresh.Progress.Lines[^1]);

            // an OCI archive has the configuration rewritten: its id is its own
            if (!archive.Contains("oci", StringComparison.Ordinal)) Assert.Equal(id, fresh.Images.Resolve(source).Id.ToString());
            Assert.Single(fresh.Store.Layers.List());
        }
    }

    [Fact]
    public async Task Our_archive_loads_in_docker_podman_and_skopeo()
    {
        var pulled = await _fixture.PullAsync(Name("library/busybox:1"));
        var made = await ImportBusyboxAsync(Name("ours/saved:1"));
        await using (var file = File.Create(_fixture.Path("ours.tar"))) await _fixture.Images.SaveAsync([Name("library/busybox:1"), Name("ours/saved:1")], null, file, CancellationToken.None);
        var tar = Peers.Inside(_fixture.Path("ours.tar"));
        foreach (var engine in (string[])["docker", "podman"])
        {
            Keep(engine, Name("library/busybox:1"));
            Keep(engine, Name("ours/saved:1"));
            var said = await PeerAsync(engine, "load", "-q", "-i", tar);
            Assert.Contains($"Loaded image: {Name("ours/saved:1")}", said);
            Assert.Contains(pulled.Id.Hex, await PeerAsync(engine, "inspect", "-f", "{{.Id}}", Name("library/busybox:1")));
            Assert.Contains(made.Id.Hex, await PeerAsync(engine, "inspect", "-f", "{{.Id}}", Name("ours/saved:1")));
        }

        Assert.Equal("hello", (await PeerAsync("docker", "run", "--rm", "--network", "none", Name("ours/saved:1"), "echo", "hello")).Trim());
        await PeerAsync("skopeo", "copy", "-q", $"docker-archive:{tar}:{Name("ours/saved:1")}", "dir:" + Peers.Inside(_fixture.Path("out")));
        await using (var file = File.Create(_fixture.Path("one.tar"))) await _fixture.Images.SaveAsync([Name("ours/saved:1")], null, file, CancellationToken.None);
        await PeerAsync("skopeo", "copy", "-q", "oci-archive:" + Peers.Inside(_fixture.Path("one.tar")), "dir:" + Peers.Inside(_fixture.Path("out2")));
    }

    private void Keep(string engine, string name) => _theirs.Add((engine, name));

    private async Task<Image> ImportBusyboxAsync(string name)
    {
        await using var tar = File.OpenRead(await BaseImages.RootTarAsync("busybox"));
        return await _fixture.Images.ImportAsync(tar, Reference.Parse(name), new() { Cmd = ["sh"], Env = ["PATH=/bin:/usr/bin:/sbin"] }, null, null, _fixture.Progress, CancellationToken.None);
    }

    private static async Task<string> PeerAsync(params string[] command) => (await Peers.RunAsync(command)).Succeeded().Output;
}

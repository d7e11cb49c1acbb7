using System.Formats.Tar;
using System.Security.Cryptography;
using Davit.Testing;
using Davit.Testing.Registry;

namespace Davit.Integration.Tests;

/// <summary>A data root of 200 MB, full at each write point: a clear error, nothing half-made, the daemon goes on, and removing works.</summary>
public sealed class FullDiskTests(SmallDisk disk) : IClassFixture<SmallDisk>, IAsyncLifetime
{
    private const int Big = 24 << 20;
    private readonly FakeRegistry _registry = new();

    private TestDaemon Daemon => disk.Daemon;

    public ValueTask InitializeAsync() => default;

    public async ValueTask DisposeAsync()
    {
        disk.Free();
        await _registry.DisposeAsync();
    }

    [Fact]
    public async Task Images_that_do_not_fit_leave_nothing()
    {
        var big = BigTar();
        ServedImage.Serve(_registry, "big", ServedImage.Tar(ServedImage.File("small", "x")), big);
        var archive = ServedImage.Tar(
            ServedImage.File("manifest.json", """[{"Config":"c.json","RepoTags":["big:load"],"Layers":["l.tar"]}]"""),
            ServedImage.File("c.json", $$$"""{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":["{{{FakeRegistry.DigestOf(big)}}}"]}}"""),
            new PaxTarEntry(TarEntryType.RegularFile, "l.tar") { DataStream = new MemoryStream(big) });
        var context = Path.Combine(Daemon.Directory, "context");
        Directory.CreateDirectory(context);
        await File.WriteAllBytesAsync(context + "/Dockerfile", "FROM busybox\nRUN dd if=/dev/urandom of=/big bs=1M count=24\n"u8.ToArray());
        var images = await Images();

        // room for the blob and not for the layer; and room for half of the blob
        foreach (var left in (long[])[Big + (4 << 20), Big / 2])
        {
            disk.Fill(left);
            var before = disk.Files();
            await IsFull(["pull", $"{_registry.Host}/big:1"], null);
            await IsFull(["load"], archive);
            if (left < Big) await IsFull(["import", "-", "big:import"], big);
            Assert.Equal(before, disk.Files());
            Assert.Equal(images, await Images());
        }

        var files = disk.Files();
        var build = await Daemon.DockerAsync("build", "--network", "none", "-t", "big:build", Peers.Inside(context));
        Assert.NotEqual(0, build.ExitCode);
        Assert.Contains("No space left on device", build.Output + build.Error, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(files, disk.Files());
        Assert.Equal(images, await Images());

        disk.Free();
        await Docker("pull", "-q", $"{_registry.Host}/big:1");
        await Docker("rmi", $"{_registry.Host}/big:1");
        Assert.Contains("big:load", (await Daemon.DockerAsync(["load"], archive)).Succeeded().Output, StringComparison.Ordinal);
        await Docker("rmi", "big:load");
    }

    [Fact]
    public async Task Containers_that_do_not_fit_leave_nothing_and_go_on_when_there_is_room()
    {
        await Docker("run", "-d", "--name", "writer", "--network", "none", "busybox", "sh", "-c", "dd if=/dev/zero of=/big bs=1M count=24; while [ ! -e /go ]; do sleep 0.05; done; echo went on; sleep 1000");
        await Docker("volume", "create", "vol");
        await Docker("run", "-d", "--name", "talker", "--network", "none", "busybox", "sh", "-c", "trap 'exit 7' TERM; i=0; while :; do i=$((i+1)); echo $i 0123456789012345678901234567890123456789; [ $((i % 20000)) = 0 ] && : >/tmp/beat; done");
        await Docker("exec", "writer", "sh", "-c", "while ! [ -s /big ]; do sleep 0.05; done");
        disk.Fill(0);
        var files = disk.Files();
        var containers = await Docker("ps", "-aq", "--no-trunc");

        await IsFull(["commit", "writer", "big:commit"], null);
        await IsFull(["cp", "-", "writer:/tmp"], BigTar());
        await IsFull(["run", "--rm", "--network", "none", "-v", "vol:/v", "busybox", "dd", "if=/dev/zero", "of=/v/big", "bs=1M", "count=24"], null);
        Assert.Equal(containers, await Docker("ps", "-aq", "--no-trunc"));
        Assert.Equal(files, disk.Files());

        // a container that logs into a full disk lives, answers, and ends as it is told
        await Docker("exec", "talker", "sh", "-c", "rm -f /tmp/beat; while ! [ -e /tmp/beat ]; do sleep 0.05; done");
        Assert.Equal("true", await Docker("inspect", "-f", "{{.State.Running}}", "talker"));
        await Docker("stop", "-t", "20", "talker");
        Assert.Equal("7", await Docker("inspect", "-f", "{{.State.ExitCode}}", "talker"));

        // removing needs no room, and makes it
        await Docker("rm", "talker");
        await Docker("exec", "writer", "touch", "/go");
        await Docker("volume", "rm", "vol");
        await Docker("tag", "busybox", "busybox:second");
        disk.Fill(0);
        await Docker("rmi", "busybox:second");
        await Docker("rm", "-f", "writer");
        await Docker("system", "prune", "-f");
        disk.Free();
        Assert.Equal("x", await Docker("run", "--rm", "--network", "none", "busybox", "echo", "x"));
    }

    [Fact]
    public async Task A_push_that_has_no_room_for_its_blob_says_so_and_later_goes()
    {
        var made = (await Daemon.DockerAsync(["import", "-", $"{_registry.Host}/push:1"], BigTar())).Succeeded().Text;
        disk.Fill(8 << 20);
        var files = disk.Files();
        await IsFull(["push", $"{_registry.Host}/push:1"], null);
        Assert.Equal(files, disk.Files());
        await Docker("rmi", made);
        disk.Free();
        (await Daemon.DockerAsync(["import", "-", $"{_registry.Host}/push:1"], BigTar())).Succeeded();
        await Docker("push", "-q", $"{_registry.Host}/push:1");
        await Docker("rmi", $"{_registry.Host}/push:1");
    }

    private static byte[] BigTar() => ServedImage.Tar(new PaxTarEntry(TarEntryType.RegularFile, "big") { DataStream = new MemoryStream(RandomNumberGenerator.GetBytes(Big)) });

    private Task<string> Images() => Docker("images", "-a", "--no-trunc", "--format", "{{.ID}} {{.Repository}}:{{.Tag}}");

    private async Task<string> Docker(params string[] arguments) => (await Daemon.DockerAsync(arguments)).Succeeded().Text;

    private async Task IsFull(string[] arguments, byte[]? input)
    {
        var command = await Daemon.DockerAsync(arguments, input);
        Assert.True(command.ExitCode != 0, $"expected a failure: {command}");
        Assert.Contains("no space left on device", command.Error, StringComparison.OrdinalIgnoreCase);
    }
}

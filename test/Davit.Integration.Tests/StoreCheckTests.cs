using System.Text.Json;
using Davit.Testing;
using Davit.Testing.Registry;

namespace Davit.Integration.Tests;

/// <summary>The store after kill -9 in the middle of work, and the check that finds damage.</summary>
public sealed class StoreCheckTests : IAsyncLifetime
{
    private readonly FakeRegistry _registry = new();
    private TestDaemon _daemon = null!;

    public async ValueTask InitializeAsync() => _daemon = await TestDaemon.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _daemon.DisposeAsync();
        await _registry.DisposeAsync();
    }

    [Fact]
    public async Task A_daemon_killed_in_the_middle_of_a_load_leaves_nothing_of_it()
    {
        var before = await StoreState.OfAsync(_daemon);
        byte[][] layers = [Layer(), Layer()];
        var diffs = string.Join(',', layers.Select(layer => $"\"{FakeRegistry.DigestOf(layer)}\""));
        var config = $$$"""{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":[{{{diffs}}}]}}""";
        var archive = ServedImage.Tar(
            [.. layers.Select(layer => new System.Formats.Tar.PaxTarEntry(System.Formats.Tar.TarEntryType.RegularFile, BlobOf(layer)) { DataStream = new MemoryStream(layer) }),
            ServedImage.File("c.json", config), ServedImage.File("manifest.json", $$"""[{"Config":"c.json","RepoTags":["half:1"],"Layers":["{{BlobOf(layers[0])}}","{{BlobOf(layers[1])}}"]}]""")]);
        var half = _daemon.Directory + "/half.tar";
        await File.WriteAllBytesAsync(half, archive[..(archive.Length * 3 / 4)]);

        static byte[] Layer() => ServedImage.Tar(ServedImage.File("file", Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(2 << 20))));
        static string BlobOf(byte[] layer) => "blobs/sha256/" + FakeRegistry.DigestOf(layer)[7..];

        // the client has sent a layer and a half and waits: the daemon has one blob, a part of another and no image
        var load = _daemon.ScriptAsync($"(cat {Peers.Inside(half)}; while [ -e {Peers.Inside(half)} ]; do sleep 0.1; done) | docker load");
        using (var watch = new FileSystemWatcher(_daemon.DataRoot + "/content/blobs/sha256"))
        {
            var published = new TaskCompletionSource();
            watch.Created += (_, _) => published.TrySetResult();
            watch.Renamed += (_, _) => published.TrySetResult();
            watch.EnableRaisingEvents = true;
            if (Directory.GetFiles(watch.Path).Length == 0) await published.Task.WaitAsync(TimeSpan.FromSeconds(60));
        }

        await _daemon.KillAsync();
        File.Delete(half);
        Assert.NotEqual(0, (await load).ExitCode);
        await _daemon.LaunchAsync();
        Assert.Equal(before, await StoreState.OfAsync(_daemon));
        Assert.Empty((await CheckAsync("")).GetProperty("Findings").EnumerateArray());
    }

    [Fact]
    public async Task Check_finds_damage_and_repair_lets_the_image_come_again()
    {
        var tar = ServedImage.Tar(ServedImage.File("file", "content"), ServedImage.File("other", "content"));
        ServedImage.Serve(_registry, "damaged", tar);
        var name = _registry.Host + "/damaged:1";
        (await _daemon.DockerAsync("pull", "-q", name)).Succeeded();
        var whole = await CheckAsync("");
        Assert.Equal(0, whole.GetProperty("Findings").GetArrayLength());
        Assert.Equal(1, whole.GetProperty("Layers").GetInt32());

        var file = Assert.Single(Directory.GetFiles(_daemon.DataRoot + "/layers", "file", SearchOption.AllDirectories));
        await File.WriteAllTextAsync(file, "CONTENT");
        Directory.CreateDirectory(_daemon.DataRoot + "/layers/unknown");
        var findings = (await CheckAsync("")).GetProperty("Findings").EnumerateArray().Select(f => f.GetProperty("Subject").GetString()).ToList();
        Assert.Equal(["layer " + FakeRegistry.DigestOf(tar), _daemon.DataRoot + "/layers/unknown"], findings);
        Assert.All((await CheckAsync("?repair=1")).GetProperty("Findings").EnumerateArray(), f => Assert.StartsWith("removed", f.GetProperty("Repair").GetString()));
        Assert.Equal(0, (await CheckAsync("")).GetProperty("Findings").GetArrayLength());

        // unpacked again from its blob when it is needed
        (await _daemon.DockerAsync("create", name)).Succeeded();
        Assert.Equal("content", await File.ReadAllTextAsync(Assert.Single(Directory.GetFiles(_daemon.DataRoot + "/layers", "file", SearchOption.AllDirectories))));
    }

    private async Task<JsonElement> CheckAsync(string query) => JsonDocument.Parse((await _daemon.CurlAsync("/davit/system/check" + query, "-X", "POST")).Succeeded().Output).RootElement;
}

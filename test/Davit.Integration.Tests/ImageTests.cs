using System.Formats.Tar;
using System.Text;
using System.Text.Json;
using Davit.Testing;

namespace Davit.Integration.Tests;

/// <summary>Images on this machine, by the docker client.</summary>
public sealed class ImageTests(BusyboxDaemon fixture) : DockerTests(fixture)
{
    [Fact]
    public async Task Tag_list_and_remove()
    {
        var name = Unique("tag");
        await Docker("tag", "busybox", name + ":one");
        await Docker("tag", name + ":one", "127.0.0.1:5000/some/" + name + ":two");
        Assert.Equal("one", await Docker("images", "--format", "{{.Tag}}", name));
        Assert.Equal($"127.0.0.1:5000/some/{name}:two", await Docker("images", "--filter", $"reference=*/some/{name}", "--format", "{{.Repository}}:{{.Tag}}"));
        Assert.Equal($"Untagged: {name}:one", await Docker("rmi", name + ":one"));
        await Docker("rmi", $"127.0.0.1:5000/some/{name}:two");
        Assert.Contains($"No such image: {name}:one", await Fails(1, "rmi", name + ":one"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_in_use_is_not_removed()
    {
        var name = Unique("inuse");
        await Daemon.ScriptAsync($"echo x | docker import - {name}:1");
        var tar = Path.Combine(Daemon.Directory, name + ".tar");
        await File.WriteAllBytesAsync(tar, Tar(("file", "content")));
        await Docker("import", Peers.Inside(tar), name + ":1");
        var id = await Docker("create", name + ":1", "cmd");
        Assert.Contains($"container {id[..12]} is using its referenced image", await Fails(1, "rmi", name + ":1"), StringComparison.Ordinal);
        await Docker("rm", id);
        Assert.Contains("Deleted: sha256:", await Docker("rmi", name + ":1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task History_and_inspect_tell_of_the_image()
    {
        Assert.Equal("amd64 linux", await Docker("image", "inspect", "-f", "{{.Architecture}} {{.Os}}", "busybox"));
        Assert.Contains("Imported from -", await Docker("history", "--no-trunc", "busybox"), StringComparison.Ordinal);
        Assert.Contains("No such image: nosuch", await Fails(1, "image", "inspect", "nosuch"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Save_and_load_round_trip_in_both_layouts()
    {
        var name = Unique("save");
        await Docker("tag", "busybox", name + ":1");
        var id = await Docker("images", "-q", "--no-trunc", name);
        var tar = Path.Combine(Daemon.Directory, name + ".tar");
        await Docker("save", "-o", Peers.Inside(tar), name + ":1");
        var entries = Entries(tar);
        Assert.Contains("manifest.json", entries);
        Assert.Contains("oci-layout", entries);
        await Docker("rmi", name + ":1");
        Assert.Equal($"Loaded image: {name}:1", await Docker("load", "-i", Peers.Inside(tar)));
        Assert.Equal(id, await Docker("images", "-q", "--no-trunc", name));
        await Docker("rmi", name + ":1");
    }

    [Theory]
    [InlineData("../climbs")]
    [InlineData("a/../../climbs")]
    [InlineData("/../climbs")]
    public async Task A_tar_that_climbs_out_is_refused_or_kept_inside(string entry)
    {
        var name = Unique("climb");
        var tar = Path.Combine(Daemon.Directory, name + ".tar");
        await File.WriteAllBytesAsync(tar, Tar((entry, "x")));
        var command = await Daemon.DockerAsync("import", Peers.Inside(tar), name);
        Assert.False(File.Exists(Path.Combine(Daemon.DataRoot, "climbs")));
        var outside = Directory.EnumerateFiles(Daemon.Directory, "climbs", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 6 });
        Assert.DoesNotContain(outside, path => !path.Contains("/diff/", StringComparison.Ordinal));
        if (command.ExitCode == 0) await Docker("rmi", name);
        else Assert.Contains("climbs", command.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_planted_link_does_not_lead_out()
    {
        var name = Unique("planted");
        var target = Path.Combine(Daemon.Directory, name + "-target");
        Directory.CreateDirectory(target);
        using var stream = new MemoryStream();
        await using (var writer = new TarWriter(stream, leaveOpen: true))
        {
            await writer.WriteEntryAsync(new PaxTarEntry(TarEntryType.SymbolicLink, "link") { LinkName = target });
            await writer.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, "link/file") { DataStream = new MemoryStream("x"u8.ToArray()) });
        }

        var tar = target + ".tar";
        await File.WriteAllBytesAsync(tar, stream.ToArray());
        var command = await Daemon.DockerAsync("import", Peers.Inside(tar), name);
        Assert.Empty(Directory.GetFiles(target));
        if (command.ExitCode == 0) await Docker("rmi", name);
    }

    [Fact]
    public async Task Nonsense_is_refused_and_leaves_nothing()
    {
        var before = (await Docker("images", "-aq")).Split('\n').Order();
        var tar = Path.Combine(Daemon.Directory, Unique("nonsense") + ".tar");
        await File.WriteAllBytesAsync(tar, Tar(("manifest.json", "[{\"Config\":\"none.json\",\"RepoTags\":[\"x:1\"],\"Layers\":[]}]")));
        Assert.NotEqual(0, (await Daemon.DockerAsync("load", "-i", Peers.Inside(tar))).ExitCode);
        await File.WriteAllTextAsync(tar, new string('x', 5000));
        Assert.NotEqual(0, (await Daemon.DockerAsync("load", "-i", Peers.Inside(tar))).ExitCode);
        Assert.Equal(before, (await Docker("images", "-aq")).Split('\n').Order());
    }

    internal static byte[] Tar(params (string Name, string Content)[] files)
    {
        using var stream = new MemoryStream();
        using (var writer = new TarWriter(stream, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var (name, content) in files) writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)) });
        }

        return stream.ToArray();
    }

    private static List<string> Entries(string path)
    {
        var names = new List<string>();
        using var reader = new TarReader(File.OpenRead(path));
        while (reader.GetNextEntry() is { } entry) names.Add(entry.Name.TrimEnd('/'));
        return names;
    }
}

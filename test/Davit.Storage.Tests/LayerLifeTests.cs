using System.Text;
using System.Text.Json.Nodes;
using Davit.Archive.Tar;
using Davit.Oci;
using Davit.Primitives;
using Davit.Storage.Layers;

namespace Davit.Storage.Tests;

/// <summary>Layers from the cradle to the grave, with the accidents between.</summary>
public sealed class LayerLifeTests : IAsyncDisposable
{
    private readonly StoreFixture _fixture = new();

    private ILayerStore Layers => _fixture.Store.Layers;

    private string Data => _fixture.Instance.DataRoot;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task Wrong_and_truncated_content_is_data_loss_and_leaves_nothing()
    {
        var tar = await Tars.WriteAsync(Tars.File("a", "content"));
        var error = await Assert.ThrowsAsync<DavitException>(() => Layers.ApplyAsync([], Digest.Sha256([1]), new MemoryStream(tar), Cancellation));
        Assert.Equal(ErrorKind.DataLoss, error.Kind);
        Assert.StartsWith("layer verification failed for digest sha256:4bf5", error.Message, StringComparison.Ordinal);
        error = await Assert.ThrowsAsync<DavitException>(() => Layers.ApplyAsync([], Digest.Sha256(tar), new MemoryStream(tar, 0, 700), Cancellation));
        Assert.Equal(ErrorKind.DataLoss, error.Kind);
        tar = await Tars.WriteAsync(Tars.File("../a"));
        error = await Assert.ThrowsAsync<DavitException>(() => Layers.ApplyAsync([], Digest.Sha256(tar), new MemoryStream(tar), Cancellation));
        Assert.Equal(ErrorKind.InvalidArgument, error.Kind);
        Assert.Empty(Layers.List());
        Assert.Empty(Directory.GetFileSystemEntries(Data + "/layers"));
        Assert.Empty(Directory.GetFileSystemEntries(Data + "/layers-new"));
    }

    [Fact]
    public async Task Many_that_want_one_layer_get_one()
    {
        var tar = await Tars.WriteAsync(Tars.File("a", "content"));
        var layers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Layers.ApplyAsync([], i % 2 == 0 ? Digest.Sha256(tar) : null, new MemoryStream(tar), Cancellation)));
        Assert.Single(layers.Distinct());
        Assert.Single(Directory.GetDirectories(Data + "/layers"));
        Assert.Empty(Directory.GetDirectories(Data + "/layers-new"));
    }

    [Fact]
    public async Task Chain_ids_are_those_of_the_image_specification()
    {
        var a = Digest.Sha256("a"u8);
        var b = Digest.Sha256("b"u8);
        var chain = ChainId.All([a, b]);
        Assert.Equal([a, Digest.Parse("sha256:" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.ASCII.GetBytes($"{a} {b}"))))], chain);
        await Task.CompletedTask;
    }

    [Fact]
    public async Task The_bytes_of_a_pulled_layer_come_back_exactly()
    {
        // GNU headers, which our own writer would write differently
        var directory = Directory.CreateDirectory(_fixture.Root + "/tree");
        await File.WriteAllTextAsync(directory.FullName + "/" + new string('n', 150), "long", Cancellation);
        using (var process = System.Diagnostics.Process.Start("tar", ["--format=gnu", "-cf", _fixture.Root + "/t.tar", "-C", directory.FullName, "."])!) await process.WaitForExitAsync(Cancellation);
        var tar = await File.ReadAllBytesAsync(_fixture.Root + "/t.tar", Cancellation);
        var layer = await Layers.ApplyAsync([], Digest.Sha256(tar), new MemoryStream(tar), Cancellation);
        var again = new MemoryStream();
        await Layers.WriteTarAsync(layer, again, Cancellation);
        Assert.Equal(tar, again.ToArray());
    }

    [Fact]
    public async Task What_a_crash_leaves_goes_and_what_has_a_row_stays()
    {
        var layer = await LayerAsync([], Tars.File("a", "content"));
        Layers.CreateRootFs("kept", [layer.ChainId], ephemeral: false);
        Layers.CreateRootFs("living", [layer.ChainId], ephemeral: true);
        await _fixture.ReopenAsync(() =>
        {
            Directory.CreateDirectory(Data + "/layers/0123456789ab/diff");
            Directory.CreateDirectory(Data + "/layers-new/half/diff");
            Directory.CreateDirectory(Data + "/containers-fs/unknown/upper");
            Directory.CreateDirectory(Data + "/containers-fs-ephemeral/dead/upper");
            File.WriteAllText(Data + "/content/ingest/anonymous-1", "x");
        });
        Assert.Equal([layer], Layers.List());
        Assert.Equal(["kept", "living"], Layers.ListRootFs().Order());
        Assert.Equal([layer.Directory], Layers.FindRootFs("kept")!.LowerDirectories);
        Assert.True(Layers.FindRootFs("living")!.Volatile);
        Assert.Single(Directory.GetDirectories(Data + "/layers"));
        Assert.Empty(Directory.GetDirectories(Data + "/layers-new"));
        Assert.Single(Directory.GetDirectories(Data + "/containers-fs"));
        Assert.Single(Directory.GetDirectories(Data + "/containers-fs-ephemeral"));
        Assert.Empty(Directory.GetFiles(Data + "/content/ingest"));

        // a power cut can take the fresh directories of an acknowledged container, and a reboot empties the run-time directory
        await _fixture.ReopenAsync(() => Directory.Delete(Data + "/containers-fs/kept", recursive: true));
        Assert.True(Directory.Exists(Layers.FindRootFs("kept")!.UpperDirectory));
        await _fixture.ReopenAsync(() => Directory.Delete(_fixture.Instance.RunRoot, recursive: true));
        Assert.Equal(["kept"], Layers.ListRootFs());
        Assert.Empty(Directory.GetDirectories(Data + "/containers-fs-ephemeral"));
    }

    [Fact]
    public async Task After_a_power_cut_a_layer_that_was_not_synced_is_gone_and_one_that_was_is_there()
    {
        var synced = await LayerAsync([], Tars.File("synced"));
        await Layers.FlushAsync([synced.ChainId], Cancellation);
        var unsynced = await LayerAsync([], Tars.File("unsynced"));
        await Layers.FlushAsync([unsynced.ChainId], Cancellation);
        var documents = _fixture.Store.Documents;
        var row = JsonNode.Parse(documents.LoadAll("layers")[unsynced.ChainId.ToString()])!;
        Assert.Null(row["unsyncedSince"]);
        row["unsyncedSince"] = "another boot";
        await documents.WriteAsync([new("layers", unsynced.ChainId.ToString(), Encoding.UTF8.GetBytes(row.ToJsonString()))], Cancellation);
        await _fixture.ReopenAsync();
        Assert.Equal([synced], Layers.List());
        Assert.Single(Directory.GetDirectories(Data + "/layers"));
        await _fixture.Store.Documents.WriteAsync([new("any", "thing", [])], Cancellation);
        Assert.Single(_fixture.Store.Documents.LoadAll("layers"));
    }

    [Fact]
    public async Task A_directory_that_only_a_file_named_looks_like_the_one_below()
    {
        var below = await LayerAsync([], (new() { Name = "tmp/", Kind = TarEntryKind.Directory, Mode = 0x3FF, Uid = 7, Gid = 8, ModifiedSeconds = 99 }, []));
        var above = await LayerAsync([below.ChainId], Tars.File("tmp/x", "x"));
        var root = Layers.CreateRootFs("c", [below.ChainId, above.ChainId], ephemeral: true);
        using var mount = Layers.Mount(root, readOnly: true);
        Linux.Directories.DirectoryCalls.Stat(Linux.Directories.DirectoryCalls.WorkingDirectory, mount.Path + "/tmp", out var stat);
        Assert.Equal((0x43FFu, 7u, 8u, 99L), (stat.Mode, stat.Uid, stat.Gid, stat.ModifiedSeconds));
    }

    [Fact]
    public async Task An_opaque_root_hides_all_layers_below()
    {
        var below = await LayerAsync([], Tars.File("below"));
        var above = await LayerAsync([below.ChainId], Tars.File(".wh..wh..opq"), Tars.File("above"));
        var root = Layers.CreateRootFs("c", [below.ChainId, above.ChainId], ephemeral: true);
        Assert.NotNull(Layers.TryReadFile(root, "/above"));
        Assert.Null(Layers.TryReadFile(root, "/below"));
        Assert.Equal([above.Directory], root.LowerDirectories);
    }

    [Fact]
    public async Task A_layer_in_use_is_not_removed_and_its_name_is_free_afterwards()
    {
        var layer = await LayerAsync([], Tars.File("a"));
        Layers.CreateRootFs("user", [layer.ChainId], ephemeral: false);
        var error = await Assert.ThrowsAsync<DavitException>(() => Layers.RemoveAsync(layer.ChainId, Cancellation));
        Assert.Equal(ErrorKind.Conflict, error.Kind);
        Assert.Contains("in use by user", error.Message, StringComparison.Ordinal);
        Layers.RemoveRootFs("user");
        Layers.RemoveRootFs("user");
        await Layers.RemoveAsync(layer.ChainId, Cancellation);
        await Layers.RemoveAsync(layer.ChainId, Cancellation);
        Assert.Null(Layers.Find(layer.ChainId));
        Assert.Equal(layer, await LayerAsync([], Tars.File("a")));
        error = Assert.Throws<DavitException>(() => Layers.CreateRootFs("x", [Digest.Sha256([9])], ephemeral: true));
        Assert.Equal(ErrorKind.NotFound, error.Kind);
        Assert.Equal(ErrorKind.InvalidArgument, Assert.Throws<DavitException>(() => Layers.CreateRootFs("../x", [], ephemeral: true)).Kind);
        Layers.CreateRootFs("y", [], ephemeral: true);
        Assert.Equal(ErrorKind.AlreadyExists, Assert.Throws<DavitException>(() => Layers.CreateRootFs("y", [], ephemeral: true)).Kind);
    }

    [Fact]
    public async Task A_snapshot_leaves_the_directory_and_equal_changes_make_equal_layers()
    {
        var below = await LayerAsync([], Tars.Directory("etc/"), Tars.File("etc/a", "a"), Tars.Directory("d/"), Tars.File("d/in"));
        var layers = new List<Layer>();
        foreach (var id in (string[])["one", "two"])
        {
            var root = Layers.CreateRootFs(id, [below.ChainId], ephemeral: false);
            using var mount = Layers.Mount(root, readOnly: false);
            await File.WriteAllTextAsync(mount.Path + "/etc/b", "b", Cancellation);
            File.Delete(mount.Path + "/etc/a");
            Directory.Delete(mount.Path + "/d", recursive: true);
            Directory.CreateDirectory(mount.Path + "/d");
            foreach (var path in (string[])["/etc/b", "/d", "/etc"]) Linux.Directories.DirectoryCalls.SetTimes(Linux.Directories.DirectoryCalls.WorkingDirectory, mount.Path + path, 5, 0);
            layers.Add(await Layers.SnapshotAsync(id, Cancellation));
            Assert.Equal(1, await Layers.MeasureRootFsAsync(id, Cancellation));
            Assert.NotNull(Layers.FindRootFs(id));
        }

        Assert.Equal(layers[0], layers[1]);
        Assert.Equal(layers[0], await Layers.CommitAsync("one", Cancellation));
        var next = Layers.CreateRootFs("next", [below.ChainId, layers[0].ChainId], ephemeral: true);
        Assert.Null(Layers.TryReadFile(next, "/d/in"));
        Assert.Null(Layers.TryReadFile(next, "/etc/a"));
        Assert.Equal("b"u8.ToArray(), Layers.TryReadFile(next, "/etc/b"));
    }

    [Fact]
    public async Task An_ephemeral_root_mounts_again_after_it_was_mounted_before()
    {
        var below = await LayerAsync([], Tars.File("a"));
        var root = Layers.CreateRootFs("again", [below.ChainId], ephemeral: true);
        for (var i = 0; i < 3; i++)
        {
            using var mount = Layers.Mount(root, readOnly: false);
            await File.AppendAllTextAsync(mount.Path + "/a", "x", Cancellation);
        }

        Assert.Equal("xxx"u8.ToArray(), Layers.TryReadFile(root, "a"));
        Assert.DoesNotContain("overlay", string.Join('\n', (await File.ReadAllLinesAsync("/proc/self/mounts", Cancellation)).Where(line => line.Contains(Data, StringComparison.Ordinal))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Large_files_and_links_in_circles_are_not_read()
    {
        var layer = await LayerAsync([], (new() { Name = "big", Kind = TarEntryKind.File, Mode = 0x1A4 }, new byte[(1 << 20) + 1]), Tars.SymbolicLink("x", "y"), Tars.SymbolicLink("y", "x"), Tars.SymbolicLink("dangling", "nowhere"));
        var root = Layers.CreateRootFs("c", [layer.ChainId], ephemeral: true);
        Assert.Null(Layers.TryReadFile(root, "/big"));
        Assert.Null(Layers.TryReadFile(root, "/x"));
        Assert.Null(Layers.TryReadFile(root, "/dangling"));
    }

    private async Task<Layer> LayerAsync(IReadOnlyList<Digest> parents, params (TarEntry, byte[])[] entries) =>
        await Layers.ApplyAsync(parents, null, new MemoryStream(await Tars.WriteAsync(entries)), Cancellation);
}

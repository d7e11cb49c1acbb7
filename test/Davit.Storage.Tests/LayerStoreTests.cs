using System.Text;
using Davit.Oci;
using Davit.Primitives;
using Davit.Storage.Layers;

namespace Davit.Storage.Tests;

public sealed class LayerStoreTests : IAsyncDisposable
{
    private readonly StoreFixture _fixture = new();

    private ILayerStore Layers => _fixture.Store.Layers;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task Files_are_read_through_whiteouts_links_and_opaque_directories()
    {
        var chain = await ChainAsync(
            [Tars.Directory("etc/"), Tars.File("etc/passwd", "base"), Tars.File("etc/gone", "x"), Tars.Directory("opt/"), Tars.File("opt/a", "a"), Tars.SymbolicLink("link", "../../etc"), Tars.SymbolicLink("etc/self", "/etc/passwd")],
            [Tars.Directory("etc/"), Tars.File("etc/.wh.gone"), Tars.File("etc/passwd", "upper"), Tars.Directory("opt/"), Tars.File("opt/.wh..wh..opq"), Tars.File("opt/b", "b")]);
        var root = Layers.CreateRootFs("c1", chain, ephemeral: false);
        Assert.Equal("upper", Text(root, "/etc/passwd"));
        Assert.Equal("upper", Text(root, "/link/self"));
        Assert.Equal("upper", Text(root, "/../etc/./passwd"));
        Assert.Null(Text(root, "/etc/gone"));
        Assert.Null(Text(root, "/opt/a"));
        Assert.Equal("b", Text(root, "opt/b"));
        Assert.Null(Text(root, "/etc/passwd/x"));
        Assert.Null(Text(root, "/etc"));

        // overlayfs agrees
        using var mount = Layers.Mount(root, readOnly: true);
        Assert.Equal("upper", await File.ReadAllTextAsync(mount.Path + "/etc/passwd", Cancellation));
        Assert.Equal(["b"], Directory.GetFiles(mount.Path + "/opt").Select(Path.GetFileName));
        Assert.False(File.Exists(mount.Path + "/etc/gone"));
    }

    [Fact]
    public async Task A_commit_consumes_the_directory_and_gives_the_tar_of_its_digest()
    {
        var chain = await ChainAsync([Tars.Directory("etc/"), Tars.File("etc/passwd", "base"), Tars.File("etc/old", "old")]);
        var root = Layers.CreateRootFs("step", chain, ephemeral: true);
        using (var mount = Layers.Mount(root, readOnly: false))
        {
            await File.WriteAllTextAsync(mount.Path + "/etc/new", "new", Cancellation);
            File.Delete(mount.Path + "/etc/old");
        }

        var layer = await Layers.CommitAsync("step", Cancellation);
        Assert.Null(Layers.FindRootFs("step"));
        Assert.Equal(3, layer.Size);
        Assert.Equal(ChainId.Of(chain[^1], layer.DiffId), layer.ChainId);
        var tar = new MemoryStream();
        await Layers.WriteTarAsync(layer, tar, Cancellation);
        Assert.Equal(layer.DiffId, Digest.Sha256(tar.ToArray()));
        var next = Layers.CreateRootFs("next", [.. chain, layer.ChainId], ephemeral: true);
        Assert.Equal("new", Text(next, "/etc/new"));
        Assert.Null(Text(next, "/etc/old"));
        await Layers.FlushAsync([layer.ChainId], Cancellation);
    }

    [Fact]
    public async Task A_chain_of_128_layers_mounts()
    {
        var chain = new List<Digest>();
        for (var i = 0; i < 128; i++)
        {
            var tar = await Tars.WriteAsync(Tars.File($"f{i}", $"{i}"));
            chain.Add((await Layers.ApplyAsync(chain, null, new MemoryStream(tar), Cancellation)).ChainId);
        }

        var root = Layers.CreateRootFs("deep", chain, ephemeral: true);
        using (var mount = Layers.Mount(root, readOnly: false)) Assert.Equal(128, Directory.GetFiles(mount.Path).Length);
        using (var mount = Layers.Mount(root, readOnly: true)) Assert.Equal("127", await File.ReadAllTextAsync(mount.Path + "/f127", Cancellation));
    }

    [Fact]
    public async Task Kernels_without_lowerdir_plus_mount_a_hundred_and_more_layers_too()
    {
        // the way of kernels before 6.5 works on every later one: it is called here directly
        var old = typeof(Linux.Mounts.DetachedOverlay).GetMethod("Old", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!;
        var chain = new List<Digest>();
        for (var i = 0; i < 128; i++)
        {
            var tar = await Tars.WriteAsync(Tars.File($"f{i}", $"{i}"));
            chain.Add((await Layers.ApplyAsync(chain, null, new MemoryStream(tar), Cancellation)).ChainId);
        }

        var root = Layers.CreateRootFs("old", chain, ephemeral: true);
        var scratch = Directory.CreateDirectory(_fixture.Root + "/mnt").FullName;
        var here = Environment.CurrentDirectory;
        using (var mount = (Linux.Descriptors.FileDescriptor)old.Invoke(null, [root.LowerDirectories, root.UpperDirectory, root.WorkDirectory, new[] { "index=off", "volatile" }, scratch])!)
        {
            Assert.Equal(128, Directory.GetFiles($"/proc/self/fd/{mount.Number}").Length);
            await File.WriteAllTextAsync($"/proc/self/fd/{mount.Number}/new", "new", Cancellation);
        }

        Layers.PrepareMount(root);
        using (var mount = (Linux.Descriptors.FileDescriptor)old.Invoke(null, [new[] { root.UpperDirectory, root.LowerDirectories[0] }, null, null, Array.Empty<string>(), scratch])!)
        {
            Assert.Equal("new", await File.ReadAllTextAsync($"/proc/self/fd/{mount.Number}/new", Cancellation));
            Assert.Throws<IOException>(() => File.WriteAllText($"/proc/self/fd/{mount.Number}/no", ""));
        }

        Assert.Equal(here, Environment.CurrentDirectory);
        Assert.Empty(Directory.GetFileSystemEntries(scratch));
    }

    private string? Text(RootFs root, string path) => Layers.TryReadFile(root, path) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    private async Task<List<Digest>> ChainAsync(params (Archive.Tar.TarEntry, byte[])[][] layers)
    {
        var chain = new List<Digest>();
        foreach (var entries in layers)
        {
            var tar = await Tars.WriteAsync(entries);
            var layer = await Layers.ApplyAsync(chain, Digest.Sha256(tar), new MemoryStream(tar), Cancellation);
            chain.Add(layer.ChainId);
        }

        return chain;
    }
}

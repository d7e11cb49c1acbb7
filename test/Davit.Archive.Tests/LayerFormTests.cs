using Davit.Archive.Tar;
using Davit.Linux;
using Davit.Linux.Directories;

namespace Davit.Archive.Tests;

public sealed class LayerFormTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task A_whiteout_and_an_entry_of_one_name_hide_what_is_below_in_either_order()
    {
        var (layer, _) = await ApplyAsync(
            (Tars.Directory("first/"), []), (Tars.File("first/in"), []), (Tars.File(".wh.first"), []),
            (Tars.File(".wh.second"), []), (Tars.Directory("second/"), []), (Tars.File("second/in"), []),
            (Tars.File(".wh.third"), []), (Tars.File("third/in"), []),
            (Tars.File(".wh.file"), []), (Tars.File("file"), "x"u8.ToArray()));
        foreach (var name in (string[])["first", "second", "third"])
        {
            Assert.True(File.Exists($"{layer}/{name}/in"));
            Assert.Equal("y"u8.ToArray(), ExtendedAttributes.Get(Root(layer), name, "trusted.overlay.opaque", out _));
        }

        Assert.Equal("x", await File.ReadAllTextAsync(layer + "/file", Cancellation));
    }

    [Fact]
    public async Task Later_entries_replace_earlier_ones_of_any_kind()
    {
        var (layer, _) = await ApplyAsync(
            (Tars.Directory("a/"), []), (Tars.File("a/b/c"), []), (Tars.File("a"), "file"u8.ToArray()),
            (Tars.File("f"), []), (Tars.Directory("f/"), []), (Tars.File("f/g"), []),
            (Tars.File("l"), "old"u8.ToArray()), (Tars.SymbolicLink("l", "f"), []),
            (Tars.SymbolicLink("s", "f/g"), []), (Tars.File("s"), "new"u8.ToArray()),
            (Tars.File("h"), "h"u8.ToArray()), (Tars.HardLink("i", "h"), []), (Tars.HardLink("i", "h"), []), (Tars.HardLink("h", "h"), []));
        Assert.Equal("file", await File.ReadAllTextAsync(layer + "/a", Cancellation));
        Assert.True(Directory.Exists(layer + "/f"));
        Assert.Equal("f", new FileInfo(layer + "/l").LinkTarget);
        Assert.Equal("new", await File.ReadAllTextAsync(layer + "/s", Cancellation));
        Assert.Equal("", await File.ReadAllTextAsync(layer + "/f/g", Cancellation));
        Assert.Equal("h", await File.ReadAllTextAsync(layer + "/i", Cancellation));
    }

    [Fact]
    public async Task Times_of_directories_survive_what_is_made_in_them_and_nanoseconds_are_kept()
    {
        var (layer, _) = await ApplyAsync(
            (Tars.Directory("d/") with { ModifiedSeconds = 1000, ModifiedNanoseconds = 123_456_789 }, []),
            (Tars.File("d/f") with { ModifiedSeconds = -5, ModifiedNanoseconds = 250_000_000 }, []),
            (Tars.SymbolicLink("d/l", "f") with { ModifiedSeconds = 7 }, []));
        Assert.Equal((1000, 123_456_789u), Time("d"));
        Assert.Equal((-5, 250_000_000u), Time("d/f"));
        Assert.Equal((7, 0u), Time("d/l"));

        (long, uint) Time(string name)
        {
            Assert.Equal(Errno.None, DirectoryCalls.Stat(Root(layer), name, out var stat));
            return (stat.ModifiedSeconds, stat.ModifiedNanoseconds);
        }
    }

    [Fact]
    public async Task Directories_that_only_their_files_name_are_told()
    {
        var (layer, applied) = await ApplyAsync((Tars.File("usr/share/x"), []), (Tars.Directory("usr/"), []), (Tars.File("opt/y"), []));
        Assert.Equal(["opt", "usr/share"], applied.ImplicitDirectories.Order());
        Assert.True(File.Exists(layer + "/usr/share/x"));
    }

    [Fact]
    public async Task An_opaque_root_is_told_and_other_aufs_marks_are_nothing()
    {
        var (layer, applied) = await ApplyAsync((Tars.File(".wh..wh..opq"), []), (Tars.Directory(".wh..wh.plnk/"), []), (Tars.File(".wh..wh.aufs"), []));
        Assert.True(applied.RootOpaque);
        Assert.Empty(Directory.GetFileSystemEntries(layer));
    }

    [Fact]
    public async Task Setuid_sticky_and_owner_are_kept_whatever_the_order_of_system_calls()
    {
        var (layer, _) = await ApplyAsync(
            (Tars.File("su") with { Mode = 0xDED, Uid = 12, Gid = 34 }, "x"u8.ToArray()),
            (Tars.Directory("tmp/") with { Mode = 0x3FF }, []),
            (Tars.File("w") with { Mode = 0x1FF }, []),
            (Tars.File("none") with { Mode = 0 }, []));
        Assert.Equal((0x8DEDu, 12u, 34u), Mode("su"));
        Assert.Equal((0x43FFu, 0u, 0u), Mode("tmp"));
        Assert.Equal((0x81FFu, 0u, 0u), Mode("w"));
        Assert.Equal((0x8000u, 0u, 0u), Mode("none"));

        (uint, uint, uint) Mode(string name)
        {
            Assert.Equal(Errno.None, DirectoryCalls.Stat(Root(layer), name, out var stat));
            return (stat.Mode, stat.Uid, stat.Gid);
        }
    }

    private async Task<(string Layer, AppliedLayer Applied)> ApplyAsync(params (TarEntry, byte[])[] entries)
    {
        var layer = _scratch.Sub("layer");
        return (layer, await LayerApplier.ApplyAsync(new MemoryStream(await Tars.WriteAsync(entries)), layer, new(), Cancellation));
    }

    private static int Root(string path) => DirectoryCalls.Open(DirectoryCalls.WorkingDirectory, path, OpenHow.Path | OpenHow.Directory, 0, out _);
}

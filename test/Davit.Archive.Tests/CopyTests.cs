using Davit.Archive.Tar;
using Davit.Primitives;

namespace Davit.Archive.Tests;

/// <summary>Archives into and out of trees that have links of their own.</summary>
public sealed class CopyTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task Links_of_the_tree_are_followed_inside_its_root()
    {
        var root = _scratch.Sub("root");
        Directory.CreateDirectory(root + "/run");
        Directory.CreateDirectory(root + "/var");
        File.CreateSymbolicLink(root + "/var/run", "/run");
        File.CreateSymbolicLink(root + "/out", "../../..");
        await ExtractAsync(root, "/var/run", new(), (Tars.File("pid"), "1"u8.ToArray()));
        Assert.Equal("1", await File.ReadAllTextAsync(root + "/run/pid", Cancellation));
        await ExtractAsync(root, "/out", new(), (Tars.File("davit-copy-victim"), []));
        Assert.True(File.Exists(root + "/davit-copy-victim"));
        await ExtractAsync(root, "/", new(), (Tars.SymbolicLink("planted", "/run"), []), (Tars.File("planted/x"), "x"u8.ToArray()));
        Assert.Equal("x", await File.ReadAllTextAsync(root + "/run/x", Cancellation));
        var error = await Assert.ThrowsAsync<DavitException>(() => ExtractAsync(root, "/", new(), (Tars.File("../x"), [])));
        Assert.Equal(ErrorKind.InvalidArgument, error.Kind);
    }

    [Fact]
    public async Task Directories_and_other_things_replace_each_other_only_when_allowed()
    {
        var root = _scratch.Sub("root");
        Directory.CreateDirectory(root + "/d");
        await File.WriteAllTextAsync(root + "/f", "f", Cancellation);
        var strict = new TarExtractOptions { NoOverwriteDirNonDir = true };
        var error = await Assert.ThrowsAsync<DavitException>(() => ExtractAsync(root, "/", strict, (Tars.File("d"), [])));
        Assert.StartsWith("cannot overwrite directory \"d\" with non-directory", error.Message, StringComparison.Ordinal);
        error = await Assert.ThrowsAsync<DavitException>(() => ExtractAsync(root, "/", strict, (Tars.Directory("f/"), [])));
        Assert.StartsWith("cannot overwrite non-directory \"f\" with directory", error.Message, StringComparison.Ordinal);
        await ExtractAsync(root, "/", new(), (Tars.File("d"), []), (Tars.Directory("f/"), []));
        Assert.True(File.Exists(root + "/d"));
        Assert.True(Directory.Exists(root + "/f"));
    }

    [Fact]
    public async Task A_copy_comes_out_under_its_new_name_with_its_owner()
    {
        var root = _scratch.Sub("root");
        Directory.CreateDirectory(root + "/etc/app");
        await File.WriteAllTextAsync(root + "/etc/app/conf", "conf", Cancellation);
        File.CreateSymbolicLink(root + "/etc/app/link", "conf");
        File.CreateSymbolicLink(root + "/alias", "/etc");
        Assert.Equal(["Directory new/", "File new/conf", "SymbolicLink new/link"], await PackAsync(root, "/alias/app", "new", new()));
        Assert.Equal(["SymbolicLink alias"], await PackAsync(root, "/alias", "alias", new()));
        Assert.Equal(["File conf"], await PackAsync(root, "/etc/app/conf", "conf", new()));
        Assert.Equal(["SymbolicLink alias", "Directory etc/", "Directory etc/app/", "File etc/app/conf"], await PackAsync(root, "/", "", new() { Include = path => path != "etc/app/link" }));
        var error = await Assert.ThrowsAsync<DavitException>(() => PackAsync(root, "/missing/x", "x", new()));
        Assert.Equal(ErrorKind.NotFound, error.Kind);

        var target = _scratch.Sub("target");
        var (entries, bytes) = await ExtractAsync(target, "/", new() { Owner = (12, 34), Map = entry => entry.Name == "drop" ? null : entry }, (Tars.File("keep"), "1234"u8.ToArray()), (Tars.File("drop"), "x"u8.ToArray()));
        Assert.Equal((1, 4), (entries, bytes));
        Linux.Directories.DirectoryCalls.Stat(Linux.Directories.DirectoryCalls.WorkingDirectory, target + "/keep", out var stat);
        Assert.Equal((12u, 34u), (stat.Uid, stat.Gid));
    }

    private static async Task<(int, long)> ExtractAsync(string root, string destination, TarExtractOptions options, params (TarEntry, byte[])[] entries) =>
        await TarExtractor.ExtractAsync(new MemoryStream(await Tars.WriteAsync(entries)), root, destination, options, Cancellation);

    private static async Task<List<string>> PackAsync(string root, string path, string name, TarPackOptions options)
    {
        var tar = new MemoryStream();
        await TarPacker.PackAsync(root, path, name, tar, options, Cancellation);
        var reader = new TarReader(new MemoryStream(tar.ToArray()));
        var names = new List<string>();
        while (reader.Next() is { } entry) names.Add($"{entry.Kind} {entry.Name}");
        return names;
    }
}

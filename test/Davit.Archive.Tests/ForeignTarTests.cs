using System.Diagnostics;
using System.Security.Cryptography;
using Davit.Archive.Tar;
using Davit.Oci;

namespace Davit.Archive.Tests;

/// <summary>Tars that GNU tar writes, in all its formats.</summary>
public sealed class ForeignTarTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("--format=gnu")]
    [InlineData("--format=pax --xattrs --xattrs-include=*")]
    [InlineData("--format=ustar")]
    [InlineData("--format=v7 --exclude=fifo")]
    [InlineData("--format=oldgnu")]
    [InlineData("--format=gnu --sparse")]
    [InlineData("--format=pax --sparse --sparse-version=0.0")]
    [InlineData("--format=pax --sparse --sparse-version=0.1")]
    [InlineData("--format=pax --sparse --sparse-version=1.0")]
    public async Task Its_trees_come_out_the_same_and_its_bytes_come_back(string options)
    {
        var tree = _scratch.Sub("tree");
        Directory.CreateDirectory(tree + "/sub");
        await File.WriteAllTextAsync(tree + "/sub/text", "text", Cancellation);
        if (!options.Contains("v7", StringComparison.Ordinal)) await File.WriteAllTextAsync($"{tree}/sub/{new string('n', 90)}", "long", Cancellation);
        if (options.Contains("pax", StringComparison.Ordinal) || options.Contains("gnu ", StringComparison.Ordinal)) await File.WriteAllTextAsync($"{tree}/sub/{new string('n', 180)}", "longer", Cancellation);
        File.CreateSymbolicLink(tree + "/link", "/sub/text");
        Run("ln", tree + "/sub/text", tree + "/hard");
        Run("mkfifo", tree + "/fifo");
        await using (var file = File.OpenWrite(tree + "/sparse"))
        {
            file.Seek(3 << 20, SeekOrigin.Begin);
            file.Write(RandomNumberGenerator.GetBytes(70_000));
            file.Seek(9 << 20, SeekOrigin.Begin);
            file.Write("end"u8);
            file.SetLength(12 << 20);
        }

        var tar = _scratch.Path + "/t.tar";
        Run("tar", [.. options.Split(' '), "-cf", tar, "-C", tree, "."]);

        var layer = _scratch.Sub("layer");
        await using var source = File.OpenRead(tar);
        var recipe = _scratch.Path + "/recipe";
        var applied = await LayerApplier.ApplyAsync(source, layer, new() { RecipePath = recipe }, Cancellation);
        Assert.Equal(Digest.Sha256(await File.ReadAllBytesAsync(tar, Cancellation)), applied.DiffId);
        foreach (var path in Directory.EnumerateFileSystemEntries(tree, "*", SearchOption.AllDirectories).Where(path => !path.EndsWith("fifo", StringComparison.Ordinal)))
        {
            var twin = layer + path[tree.Length..];
            Assert.Equal(File.GetAttributes(path), File.GetAttributes(twin));
            if (new FileInfo(path).LinkTarget is { } target) Assert.Equal(target, new FileInfo(twin).LinkTarget);
            else if (File.Exists(path)) Assert.Equal(await File.ReadAllBytesAsync(path, Cancellation), await File.ReadAllBytesAsync(twin, Cancellation));
        }

        var again = new MemoryStream();
        await TarRecipe.WriteAsync(recipe, layer, again, Cancellation);
        Assert.Equal(applied.DiffId, Digest.Sha256(again.ToArray()));
        Assert.True(new FileInfo(recipe).Length < 4096, "the recipe holds no content");
    }

    [Fact]
    public async Task A_changed_file_spoils_the_bytes_and_a_replaced_one_leaves_no_recipe()
    {
        var tar = await Tars.WriteAsync((Tars.File("a"), "one"u8.ToArray()), (Tars.File("a"), "two"u8.ToArray()));
        await LayerApplier.ApplyAsync(new MemoryStream(tar), _scratch.Sub("l"), new() { RecipePath = _scratch.Path + "/r" }, Cancellation);
        Assert.False(File.Exists(_scratch.Path + "/r"));

        tar = await Tars.WriteAsync((Tars.File("a"), "one"u8.ToArray()));
        await LayerApplier.ApplyAsync(new MemoryStream(tar), _scratch.Sub("m"), new() { RecipePath = _scratch.Path + "/s" }, Cancellation);
        File.Delete(_scratch.Path + "/m/a");
        await File.WriteAllTextAsync(_scratch.Path + "/m/a", "o", Cancellation);
        await Assert.ThrowsAsync<Primitives.DavitException>(() => TarRecipe.WriteAsync(_scratch.Path + "/s", _scratch.Path + "/m", Stream.Null, Cancellation));
    }

    [Fact]
    public async Task What_we_write_tar_reads_without_a_word()
    {
        var tar = await Tars.WriteAsync(
            (Tars.Directory("d/"), []),
            (Tars.File("d/" + new string('x', 150)) with { Uid = 5_000_000, Xattrs = [new("user.a", [1, 2])] }, "content"u8.ToArray()),
            (Tars.File("d/" + string.Join('/', Enumerable.Repeat(new string('y', 60), 5))), "deep"u8.ToArray()),
            (Tars.File("d/ümlaut") with { ModifiedSeconds = 1, ModifiedNanoseconds = 500_000_000 }, []),
            (Tars.SymbolicLink("l", new string('t', 300)), []));
        await File.WriteAllBytesAsync(_scratch.Path + "/t.tar", tar, Cancellation);
        var lines = Run("tar", "--full-time", "--numeric-owner", "-tvf", _scratch.Path + "/t.tar").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(5, lines.Length);
        Assert.Contains("5000000/0", lines[1], StringComparison.Ordinal);
        Assert.Contains("1970-01-01 00:00:01.5", lines[3], StringComparison.Ordinal);
        Assert.EndsWith(" -> " + new string('t', 300), lines[4], StringComparison.Ordinal);
    }

    internal static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["LC_ALL"] = "C.UTF-8", ["TZ"] = "UTC" } })!;
        var output = process.StandardOutput.ReadToEnd();
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0 && error.Length == 0, $"{program} {string.Join(' ', arguments)}: {process.ExitCode} {error}");
        return output;
    }
}

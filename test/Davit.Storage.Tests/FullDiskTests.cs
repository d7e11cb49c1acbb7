using System.Diagnostics;
using System.Security.Cryptography;
using Davit.Archive.Tar;
using Davit.Linux.Directories;
using Davit.Oci;
using Davit.Primitives;

namespace Davit.Storage.Tests;

/// <summary>A data root on a file system of 24 MB, filled before each kind of write.</summary>
public sealed class FullDiskTests : IAsyncDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("davit-full-").FullName;
    private readonly Store _store;

    public FullDiskTests()
    {
        Directory.CreateDirectory(_root + "/mnt");
        using (var image = File.Create(_root + "/image")) image.SetLength(24 << 20);
        Run("mkfs.ext4", "-q", "-F", _root + "/image");
        Run("mount", "-o", "loop", _root + "/image", _root + "/mnt");
        try
        {
            _store = Store.Open(new Instance { Name = "full", DataRoot = _root + "/mnt/data", RunRoot = _root + "/run" }, TimeProvider.System);
        }
        catch
        {
            Run("umount", _root + "/mnt");
            throw;
        }
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        Run("umount", _root + "/mnt");
        DirectoryListing.RemoveTree(DirectoryCalls.WorkingDirectory, _root);
    }

    [Fact]
    public async Task A_blob_that_does_not_fit_says_so_and_the_next_one_fits()
    {
        var big = RandomNumberGenerator.GetBytes(30 << 20);
        await using (var writer = await _store.Content.BeginWriteAsync(null, Cancellation))
        {
            var error = await Assert.ThrowsAsync<DavitException>(async () => await writer.WriteAsync(big, Cancellation));
            AssertFull(error, "/content/ingest/");
        }

        Assert.Empty(_store.Content.List());
        await using var next = await _store.Content.BeginWriteAsync(null, Cancellation);
        await next.WriteAsync(big.AsMemory(0, 1 << 20), Cancellation);
        await next.CommitAsync(Cancellation);
    }

    [Fact]
    public async Task A_layer_that_does_not_fit_says_so_and_is_gone()
    {
        var tar = await Tars.WriteAsync(Tars.Directory("d/"), (new() { Name = "d/big", Kind = TarEntryKind.File, Mode = 0x1A4 }, RandomNumberGenerator.GetBytes(30 << 20)));
        var error = await Assert.ThrowsAsync<DavitException>(() => _store.Layers.ApplyAsync([], Digest.Sha256(tar), new MemoryStream(tar), Cancellation));
        AssertFull(error, "/diff/d/big");
        Assert.Empty(_store.Layers.List());
        Assert.Empty(Directory.GetFileSystemEntries(_root + "/mnt/data/layers-new"));
        tar = await Tars.WriteAsync((new() { Name = "small", Kind = TarEntryKind.File, Mode = 0x1A4 }, new byte[1 << 20]));
        await _store.Layers.ApplyAsync([], Digest.Sha256(tar), new MemoryStream(tar), Cancellation);
    }

    [Fact]
    public async Task Nothing_is_half_made_on_a_disk_without_a_free_block()
    {
        var small = await Tars.WriteAsync(Tars.File("before", "x"));
        var layer = await _store.Layers.ApplyAsync([], null, new MemoryStream(small), Cancellation);
        await _store.Layers.FlushAsync([layer.ChainId], Cancellation);
        await _store.Documents.WriteAsync([new("c", "before", new byte[10])], Cancellation);
        Fill();

        var error = await Assert.ThrowsAsync<DavitException>(() => _store.Documents.WriteAsync([new("c", "during", new byte[1 << 20])], Cancellation));
        AssertFull(error, "/davit.db");
        Assert.Equal(["before"], _store.Documents.LoadAll("c").Keys);

        var tar = await Tars.WriteAsync(Tars.Directory("a/"), Tars.File("a/b", new string('x', 10_000)));
        error = await Assert.ThrowsAsync<DavitException>(() => _store.Layers.ApplyAsync([], null, new MemoryStream(tar), Cancellation));
        AssertFull(error, _root);

        error = Assert.Throws<DavitException>(() =>
        {
            for (var i = 0; i < 200; i++) _store.Layers.CreateRootFs($"c{i}", [layer.ChainId], ephemeral: true);
        });
        AssertFull(error, "/containers-fs-ephemeral/");
        var made = _store.Layers.ListRootFs();
        Assert.Equal(made.Order(), Directory.GetDirectories(_root + "/mnt/data/containers-fs-ephemeral").Select(Path.GetFileName).Order());

        // room again: all goes on
        File.Delete(_root + "/mnt/filler");
        await _store.Documents.WriteAsync([new("c", "after", new byte[1 << 20])], Cancellation);
        await _store.Layers.ApplyAsync([], null, new MemoryStream(tar), Cancellation);
        Assert.Empty((await _store.CheckAsync(repair: false, Cancellation)).Findings);
    }

    private void Fill()
    {
        using var file = File.OpenHandle(_root + "/mnt/filler", FileMode.Create, FileAccess.Write);
        long at = 0;
        for (var size = 1 << 20; size > 0; size >>= 1)
        {
            try
            {
                while (true)
                {
                    RandomAccess.Write(file, new byte[size], at);
                    at += size;
                }
            }
            catch (IOException)
            {
                // smaller pieces may still fit
            }
        }
    }

    private static void AssertFull(DavitException error, string path)
    {
        Assert.Equal(ErrorKind.Internal, error.Kind);
        Assert.Contains("no space left on device", error.Message, StringComparison.Ordinal);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.Hint);
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}

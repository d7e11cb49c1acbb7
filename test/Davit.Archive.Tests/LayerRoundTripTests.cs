using Davit.Archive.Tar;
using Davit.Linux.Directories;

namespace Davit.Archive.Tests;

public sealed class LayerRoundTripTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task A_layer_of_every_kind_of_entry_comes_back_byte_for_byte()
    {
        var entries = new (TarEntry Entry, byte[] Content)[]
        {
            (Entry("bin/", TarEntryKind.Directory, 0x1ED), []),
            (Entry("bin/.wh.gone", TarEntryKind.File, 0) with { ModifiedSeconds = 0 }, []),
            (Entry("bin/ping", TarEntryKind.File, 0x9ED) with { Uid = 1000, Gid = 100, Xattrs = [new("security.capability", Capability), new("user.note", [0, 1, 255])] }, [.. "binary"u8]),
            (Entry("bin/pong", TarEntryKind.HardLink, 0x9ED) with { LinkTarget = "bin/ping", Uid = 1000, Gid = 100 }, []),
            (Entry("bin/sh", TarEntryKind.SymbolicLink, 0x1FF) with { LinkTarget = "/usr/bin/dash" }, []),
            (Entry("dev/", TarEntryKind.Directory, 0x1ED), []),
            (Entry("dev/fifo", TarEntryKind.Fifo, 0x1A4), []),
            (Entry("dev/null", TarEntryKind.CharacterDevice, 0x1B6) with { DeviceMajor = 1, DeviceMinor = 3 }, []),
            (Entry("dev/sda", TarEntryKind.BlockDevice, 0x1B0) with { DeviceMajor = 8, DeviceMinor = 0, Gid = 6 }, []),
            (Entry("new/", TarEntryKind.Directory, 0x3FF), []),
            (Entry("new/.wh..wh..opq", TarEntryKind.File, 0) with { ModifiedSeconds = 0 }, []),
            (Entry("new/" + new string('d', 200) + "/", TarEntryKind.Directory, 0x1C0), []),
            (Entry("new/" + new string('d', 200) + "/" + new string('f', 120), TarEntryKind.File, 0x1A4), [1]),
            (Entry("new/grüße", TarEntryKind.File, 0x124) with { Uid = 3_000_000 }, new byte[300_000]),
            (Entry("new/\uDCFFodd", TarEntryKind.File, 0x124), []),
        };
        var tar = await Tars.WriteAsync(entries);

        var directory = _scratch.Sub("layer");
        var applied = await LayerApplier.ApplyAsync(new MemoryStream(tar), directory, new(), TestContext.Current.CancellationToken);
        Assert.Equal(Oci.Digest.Sha256(tar), applied.DiffId);
        Assert.Equal(300_007, applied.ContentBytes);
        Assert.Equal(entries.Length, applied.Entries);
        Assert.Empty(applied.ImplicitDirectories);
        Assert.Equal(Linux.Errno.None, DirectoryCalls.Stat(DirectoryCalls.WorkingDirectory, directory + "/bin/gone", out var gone));
        Assert.True(gone.IsWhiteout);

        var again = new MemoryStream();
        var (diffId, _, _) = await DiffWriter.WriteAsync(directory, again, TestContext.Current.CancellationToken);
        Assert.Equal(Tars.List(tar), Tars.List(again.ToArray()));
        Assert.Equal(tar, again.ToArray());
        Assert.Equal(applied.DiffId, diffId);
    }

    private static byte[] Capability => [1, 0, 0, 2, 0, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    private static TarEntry Entry(string name, TarEntryKind kind, uint mode) => new() { Name = name, Kind = kind, Mode = mode, ModifiedSeconds = 1_700_000_000 };
}

using System.Text;
using Davit.Archive.Tar;
using Davit.Primitives;

namespace Davit.Archive.Tests;

public sealed class HostileLayerTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _scratch.Dispose();

    public static TheoryData<string, TarEntry[], string> Climbers() => new()
    {
        { "dots", [Tars.File("../../outside/victim")], "../../outside/victim" },
        { "dots inside", [Tars.Directory("a/"), Tars.File("a/../../victim")], "a/../../victim" },
        { "dots alone", [Tars.Directory("..")], "\"..\"" },
        { "link to directory", [Tars.SymbolicLink("a", "../outside"), Tars.File("a/victim")], "a/victim" },
        { "absolute link", [Tars.SymbolicLink("a", "/tmp"), Tars.File("a/davit-climb-victim")], "a/davit-climb-victim" },
        { "link below link", [Tars.Directory("d/"), Tars.SymbolicLink("d/a", "../../outside"), Tars.Directory("d/a/sub/")], "d/a/sub" },
        { "link in place of directory", [Tars.Directory("d/"), Tars.SymbolicLink("d", "../outside"), Tars.File("d/victim")], "d/victim" },
        { "hard link out", [Tars.HardLink("h", "../outside/victim")], "../outside/victim" },
        { "hard link through link", [Tars.SymbolicLink("a", "../outside"), Tars.HardLink("h", "a/victim")], "\"h\"" },
        { "whiteout through link", [Tars.SymbolicLink("a", "../outside"), Tars.File("a/.wh.victim")], "a/.wh.victim" },
        { "opaque through link", [Tars.SymbolicLink("a", "../outside"), Tars.File("a/.wh..wh..opq")], "a/.wh..wh..opq" },
        { "whiteout of parent", [Tars.File(".wh...")], ".wh..." },
        { "whiteout of nothing", [Tars.File(".wh.")], ".wh." },
        { "file as directory", [Tars.File("f"), Tars.File("f/x")], "f/x" },
        { "root as file", [Tars.File("./")], "./" },
        { "hard link to nothing", [Tars.HardLink("h", "missing")], "missing" },
        { "hard link to a directory", [Tars.Directory("d/"), Tars.HardLink("h", "d")], "\"h\"" },
        { "long component", [Tars.File(new string('x', 256))], "too long" },
        { "zero byte", [Tars.SymbolicLink("z", "")], "\"z\"" },
    };

    [Theory]
    [MemberData(nameof(Climbers))]
    public async Task An_entry_that_climbs_out_is_refused_by_name(string what, TarEntry[] entries, string named)
    {
        var outside = _scratch.Sub("outside");
        await File.WriteAllTextAsync(outside + "/victim", what, Cancellation);
        var tar = await Tars.WriteAsync([.. entries.Select(entry => (entry, entry.Kind == TarEntryKind.File && !entry.Name.EndsWith('/') ? "pwned"u8.ToArray() : []))]);
        var error = await Assert.ThrowsAsync<DavitException>(() => LayerApplier.ApplyAsync(new MemoryStream(tar), _scratch.Sub("layer"), new(), Cancellation));
        Assert.Equal(ErrorKind.InvalidArgument, error.Kind);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.Equal(["victim"], Directory.GetFileSystemEntries(outside).Select(Path.GetFileName));
        Assert.Equal(what, await File.ReadAllTextAsync(outside + "/victim", Cancellation));
        Assert.False(File.Exists("/tmp/davit-climb-victim"));
    }

    [Fact]
    public async Task Absolute_names_mean_the_layers_root()
    {
        var layer = _scratch.Sub("layer");
        var tar = await Tars.WriteAsync((Tars.Directory("/etc/"), []), (Tars.File("/etc/./x"), "x"u8.ToArray()), (Tars.HardLink("/y", "/etc/x"), []), (Tars.File("etc/sub/../z"), []));
        await LayerApplier.ApplyAsync(new MemoryStream(tar), layer, new(), Cancellation);
        Assert.Equal("x", await File.ReadAllTextAsync(layer + "/y", Cancellation));
        Assert.True(File.Exists(layer + "/etc/z"));
    }

    [Fact]
    public async Task Attributes_that_steer_the_overlay_are_never_taken_from_a_layer()
    {
        var layer = _scratch.Sub("layer");
        var tar = await Tars.WriteAsync((Tars.Directory("d/") with { Xattrs = [new("trusted.overlay.redirect", "/etc"u8.ToArray()), new("trusted.overlay.opaque", "y"u8.ToArray())] }, []));
        await LayerApplier.ApplyAsync(new MemoryStream(tar), layer, new(), Cancellation);
        Assert.Empty(Linux.Directories.ExtendedAttributes.List(Linux.Directories.DirectoryCalls.Open(Linux.Directories.DirectoryCalls.WorkingDirectory, layer + "/d", Linux.Directories.OpenHow.Directory, 0, out _), "", out _));
    }

    [Fact]
    public async Task A_truncated_layer_is_an_unexpected_end_at_every_length()
    {
        var tar = await Tars.WriteAsync((Tars.Directory("d/"), []), (Tars.File("d/f") with { Xattrs = [new("user.a", [1, 2, 3])] }, new byte[2000]), (Tars.File("d/g"), new byte[100]));

        // 512 cuts are enough to pass every kind of place: headers, records, content, padding
        for (var length = 1; length < tar.Length - 1024; length += 13)
        {
            var directory = _scratch.Sub($"cut{length}");
            Exception? error = await Record.ExceptionAsync(() => LayerApplier.ApplyAsync(new MemoryStream(tar, 0, length), directory, new(), Cancellation));
            if (length % 512 == 0 && error is null) continue;
            Assert.Equal("unexpected EOF", Assert.IsType<DavitException>(error).Message);
        }
    }

    [Fact]
    public async Task What_is_no_tar_says_so()
    {
        var error = await Assert.ThrowsAsync<DavitException>(() => LayerApplier.ApplyAsync(new MemoryStream(Encoding.ASCII.GetBytes(new string('x', 2000))), _scratch.Sub("l"), new(), Cancellation));
        Assert.StartsWith("archive/tar: invalid tar header", error.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorKind.InvalidArgument, error.Kind);
    }

    [Fact]
    public async Task Limits_are_kept()
    {
        await Refused(new() { Entries = 2 }, "more than 2 entries", Tars.File("a"), Tars.File("b"), Tars.File("c"));
        await Refused(new() { Depth = 3 }, "4 directories deep", Tars.File("a/b/c/d"));
        await Refused(new() { NameBytes = 200 }, "longer than 200 bytes", Tars.File("a/" + new string('b', 200)));
        await Refused(new() { NameBytes = 200 }, "link target longer than 200 bytes", Tars.SymbolicLink("a", new string('b', 201)));
        await Refused(new() { ExtendedHeaderBytes = 1000 }, "at most 1000 are taken", Tars.File("a") with { Xattrs = [new("user.x", new byte[1000])] });

        async Task Refused(TarLimits limits, string text, params TarEntry[] entries)
        {
            var tar = await Tars.WriteAsync([.. entries.Select(entry => (entry, Array.Empty<byte>()))]);
            var error = await Assert.ThrowsAsync<DavitException>(() => LayerApplier.ApplyAsync(new MemoryStream(tar), _scratch.Sub(Guid.NewGuid().ToString("N")), new() { Limits = limits }, Cancellation));
            Assert.Contains(text, error.Message, StringComparison.Ordinal);
            Assert.Equal(ErrorKind.InvalidArgument, error.Kind);
        }
    }

    [Fact]
    public async Task Giving_up_ends_the_work()
    {
        using var stop = new CancellationTokenSource();
        var tar = await Tars.WriteAsync((Tars.File("a"), new byte[1000]));
        var endless = new StallingStream(tar.AsMemory(0, 1024), stop);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => LayerApplier.ApplyAsync(endless, _scratch.Sub("l"), new(), stop.Token));
    }

    /// <summary>Gives some bytes, then cancels and never gives more.</summary>
    private sealed class StallingStream(ReadOnlyMemory<byte> start, CancellationTokenSource stop) : MemoryStream
    {
        private bool _given;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (!_given)
            {
                _given = true;
                start.CopyTo(buffer);
                return start.Length;
            }

            await stop.CancelAsync();
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return 0;
        }
    }
}

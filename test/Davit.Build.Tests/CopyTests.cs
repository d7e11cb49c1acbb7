using System.IO.Compression;
using Davit.Archive.Tar;
using Davit.Linux.Directories;

namespace Davit.Build.Tests;

public class CopyTests
{
    private const uint FileMode = 0x81A4;

    private static readonly (string, string)[] Files =
    [
        ("a.txt", "a"), ("b.txt", "b"), ("package.json", "p"), ("package-lock.json", "l"), ("d/one", "1"), ("d/sub/two", "2"), ("d/sub/three.md", "3"), ("e/five", "5"),
    ];

    [Theory]
    [InlineData("COPY a.txt /x", "/x", "a")]
    [InlineData("COPY a.txt /x/", "/x/a.txt", "a")]
    [InlineData("COPY a.txt /etc", "/etc/a.txt", "a")]
    [InlineData("COPY a.txt /new/deep/x", "/new/deep/x", "a")]
    [InlineData("COPY a.txt b.txt /x/", "/x/b.txt", "b")]
    [InlineData("COPY package*.json /x/", "/x/package-lock.json", "l")]
    [InlineData("COPY [\"a.txt\", \"/with space/x\"]", "/with space/x", "a")]
    [InlineData("COPY d /x", "/x/sub/two", "2")]
    [InlineData("COPY d /x/", "/x/one", "1")]
    [InlineData("COPY d/ /x/", "/x/one", "1")]
    [InlineData("COPY . /x", "/x/d/sub/two", "2")]
    [InlineData("COPY d e /x/", "/x/five", "5")]
    [InlineData("COPY */five /x/", "/x/five", "5")]
    [InlineData("COPY **/two /x/", "/x/two", "2")]
    [InlineData("COPY --parents d/sub/two e/five /x/", "/x/d/sub/two", "2")]
    [InlineData("COPY --parents d/./sub/two /x/", "/x/sub/two", "2")]
    [InlineData("COPY --link a.txt /x", "/x", "a")]
    [InlineData("WORKDIR /w\nCOPY a.txt .", "/w/a.txt", "a")]
    [InlineData("WORKDIR /w\nCOPY a.txt b.txt ./", "/w/b.txt", "b")]
    [InlineData("WORKDIR /w\nCOPY a.txt sub/x", "/w/sub/x", "a")]
    [InlineData("COPY a.txt /link/x", "/real/x", "a")]
    [InlineData("COPY a.txt /absolute/x", "/real/x", "a")]
    [InlineData("ARG N=a\nCOPY ${N}.txt /$N", "/a", "a")]
    [InlineData("COPY <<EOF /x\nhello $HOME ${U:-there}\nEOF", "/x", "hello  there\n")]
    [InlineData("COPY <<'EOF' /x\n$HOME\nEOF", "/x", "$HOME\n")]
    [InlineData("COPY <<-one <<two /x/\n\tindented\none\nsecond\ntwo", "/x/one", "indented\n")]
    [InlineData("ADD a.txt /x", "/x", "a")]
    public async Task Sources_and_destinations_follow_the_rules(string instructions, string path, string content)
    {
        await using var fixture = new BuilderFixture();
        await BaseWithLinksAsync(fixture);
        var image = (await fixture.BuildAsync("FROM base\n" + instructions + "\n", Files)).Image;
        Assert.Equal((FileMode, 0u, 0u, content), fixture.Look(image, path));
    }

    [Theory]
    [InlineData("COPY none /x", "COPY failed: file not found in build context or excluded by .dockerignore: stat none: file does not exist\nDockerfile:2")]
    [InlineData("COPY ../secret /x", "COPY failed: forbidden path outside the build context: ../secret ()")]
    [InlineData("COPY d/../../secret /x", "forbidden path outside the build context")]
    [InlineData("COPY a.txt b.txt /x", "When using COPY with more than one source file, the destination must be a directory and end with a /")]
    [InlineData("COPY *.txt /x", "When using COPY with more than one source file, the destination must be a directory and end with a /")]
    [InlineData("COPY d /etc/passwd", "cannot copy directory over non-directory: /etc/passwd")]
    [InlineData("COPY a.txt /etc/passwd/x", "/etc/passwd is not a directory")]
    [InlineData("COPY --chown=nobody a.txt /x", "unable to convert uid/gid chown string to host mapping: can't find uid for user nobody: no such user: nobody")]
    [InlineData("COPY --chown=1:nogroup a.txt /x", "can't find gid for group nogroup: no such group: nogroup")]
    [InlineData("COPY --chmod=9 a.txt /x", "invalid chmod parameter: '9'")]
    [InlineData("COPY --chmod=77777 a.txt /x", "invalid chmod parameter: '77777'")]
    [InlineData("COPY --exclude=[ a.txt /x", "syntax error in pattern")]
    [InlineData("COPY --from=base /none /x", "COPY failed: stat /none: file does not exist")]
    [InlineData("ADD --checksum=sha256:12 http://localhost/x /x", "invalid checksum \"sha256:12\"")]
    [InlineData("ADD --checksum=sha256:12 a.txt /x", "checksum can't be specified for multiple or local sources")]
    [InlineData("ADD https://example.com/x.git /x", "is a git repository")]
    [InlineData("ADD http://example.com/ /x/", "cannot determine filename for source http://example.com/")]
    [InlineData("ADD http://127.0.0.1:1/f /x/", "ADD failed: failed to GET http://127.0.0.1:1/f")]
    [InlineData("COPY a.txt \"\"", "the destination is empty")]
    public async Task What_cannot_be_copied_is_named_and_leaves_nothing(string instruction, string expected)
    {
        await using var fixture = new BuilderFixture();
        await fixture.BaseAsync();
        var outcome = await fixture.BuildAsync($"FROM base\n{instruction}\n", Files);
        Assert.Contains(expected, outcome.ErrorText, StringComparison.Ordinal);
        Assert.Contains($"    2 | {instruction}", outcome.ErrorText, StringComparison.Ordinal);
        Assert.Single(fixture.Images.List());
    }

    [Theory]
    [InlineData("--chown=app", FileMode, 1000u, 1001u)]
    [InlineData("--chown=app:extra", FileMode, 1000u, 44u)]
    [InlineData("--chown=7", FileMode, 7u, 7u)]
    [InlineData("--chown=:extra", FileMode, 0u, 44u)]
    [InlineData("--chown=7:8", FileMode, 7u, 8u)]
    [InlineData("--chmod=0755", 0x81EDu, 0u, 0u)]
    [InlineData("--chmod=4711", 0x89C9u, 0u, 0u)]
    [InlineData("--chmod=u=rwX,go=r", 0x81A4u, 0u, 0u)]
    [InlineData("--chmod=+x", 0x81EDu, 0u, 0u)]
    [InlineData("--chmod=go-r", 0x8180u, 0u, 0u)]
    public async Task Owner_and_mode_can_be_chosen(string flag, uint mode, uint uid, uint gid)
    {
        await using var fixture = new BuilderFixture();
        await fixture.BaseAsync();
        var image = (await fixture.BuildAsync($"FROM base\nCOPY {flag} a.txt /made/x\n", Files)).Image;
        Assert.Equal((mode, uid, gid, "a"), fixture.Look(image, "/made/x"));
        Assert.Equal((uid, gid), (fixture.Look(image, "/made")!.Value.Uid, fixture.Look(image, "/made")!.Value.Gid));
    }

    [Fact]
    public async Task Copies_from_stages_keep_owners_and_links()
    {
        await using var fixture = new BuilderFixture();
        await BaseWithLinksAsync(fixture);
        var image = (await fixture.BuildAsync("FROM base AS one\nCOPY --chown=7:8 a.txt /f/x\nFROM scratch\nCOPY --from=one /f /g\nCOPY --from=0 /tree /tree\nCOPY --from=base /link/kept /k\n", Files)).Image;
        Assert.Equal((FileMode, 7u, 8u, "a"), fixture.Look(image, "/g/x"));
        Assert.Equal("../outside", fixture.Look(image, "/tree/up")!.Value.Content);
        Assert.Equal("kept", fixture.Look(image, "/k")!.Value.Content);
    }

    [Fact]
    public async Task Excluded_files_stay_out()
    {
        await using var fixture = new BuilderFixture();
        await fixture.BaseAsync();
        var image = (await fixture.BuildAsync("FROM base\nCOPY --exclude=*.md --exclude=sub/*.md --exclude=one d /x\n", Files)).Image;
        Assert.NotNull(fixture.Look(image, "/x/sub/two"));
        Assert.Null(fixture.Look(image, "/x/sub/three.md"));
        Assert.Null(fixture.Look(image, "/x/one"));
    }

    [Fact]
    public async Task Dockerignore_takes_files_out_of_the_context()
    {
        await using var fixture = new BuilderFixture();
        await fixture.BaseAsync();
        var image = (await fixture.BuildAsync("FROM base\nCOPY . /x\n", [.. Files, (".dockerignore", "*.txt\nd/*\n!d/sub\n**/*.md\nDockerfile\n")])).Image;
        Assert.Null(fixture.Look(image, "/x/a.txt"));
        Assert.Null(fixture.Look(image, "/x/d/one"));
        Assert.Null(fixture.Look(image, "/x/d/sub/three.md"));
        Assert.Null(fixture.Look(image, "/x/Dockerfile"));
        Assert.NotNull(fixture.Look(image, "/x/d/sub/two"));
        Assert.NotNull(fixture.Look(image, "/x/package.json"));
    }

    [Fact]
    public async Task The_ignore_file_of_the_Dockerfile_comes_first()
    {
        await using var fixture = new BuilderFixture();
        await fixture.BaseAsync();
        var image = (await fixture.BuildAsync("none", [.. Files, ("sub/My", "FROM base\nCOPY . /x\n"), ("sub/My.dockerignore", "a.txt"), (".dockerignore", "b.txt")], r => r with { Dockerfile = "sub/My" })).Image;
        Assert.Null(fixture.Look(image, "/x/a.txt"));
        Assert.NotNull(fixture.Look(image, "/x/b.txt"));
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("gzip")]
    [InlineData("bzip2")]
    [InlineData("xz")]
    public async Task Add_unpacks_archives(string compression)
    {
        await using var fixture = new BuilderFixture();
        await fixture.BaseAsync();
        var inner = (await BuilderFixture.TarAsync(("in/side", "content"))).ToArray();
        var context = new MemoryStream();
        await using (var writer = new TarWriter(context))
        {
            await writer.WriteAsync(new TarEntry { Name = "Dockerfile", Kind = TarEntryKind.File, Mode = 0x1A4 }, "FROM base\nADD a.archive /x\nCOPY a.archive /y/\nADD --unpack=false a.archive /z/\n"u8.ToArray(), CancellationToken.None);
            await writer.WriteAsync(new TarEntry { Name = "a.archive", Kind = TarEntryKind.File, Mode = 0x1A4 }, await CompressAsync(inner, compression), CancellationToken.None);
            await writer.FinishAsync(CancellationToken.None);
        }

        context.Position = 0;
        var image = (await fixture.BuildTarAsync(context)).Image;
        Assert.Equal((FileMode, 1234u, 1234u, "content"), fixture.Look(image, "/x/in/side"));
        Assert.NotNull(fixture.Look(image, "/y/a.archive"));
        Assert.NotNull(fixture.Look(image, "/z/a.archive"));
    }

    [Fact]
    public async Task Files_replace_files_and_links_and_directories_merge()
    {
        await using var fixture = new BuilderFixture();
        await BaseWithLinksAsync(fixture);
        var image = (await fixture.BuildAsync("FROM base\nCOPY a.txt /dangling\nCOPY b.txt /real/kept\nCOPY d /real/\n", Files)).Image;
        Assert.Equal((FileMode, 0u, 0u, "a"), fixture.Look(image, "/nowhere/at/all"));
        Assert.Equal("b", fixture.Look(image, "/real/kept")!.Value.Content);
        Assert.Equal("1", fixture.Look(image, "/real/one")!.Value.Content);
    }

    [Fact]
    public async Task A_pattern_may_match_nothing()
    {
        await using var fixture = new BuilderFixture();
        await fixture.BaseAsync();
        var image = (await fixture.BuildAsync("FROM base\nCOPY a.txt no*thing /x/\nCOPY no*thing /y/\n", Files)).Image;
        Assert.Equal("a", fixture.Look(image, "/x/a.txt")!.Value.Content);
        Assert.Null(fixture.Look(image, "/y"));
        Assert.Equal(2, image.Config.RootFs.DiffIds.Count);
    }

    [Fact]
    public async Task A_file_that_a_link_stands_for_is_written_through_the_link()
    {
        await using var fixture = new BuilderFixture();
        var tar = await BuilderFixture.TarAsync([
            (new TarEntry { Name = "Dockerfile", Kind = TarEntryKind.File, Mode = 0x1A4 }, "FROM scratch\nCOPY link /\nCOPY a /l\nCOPY rel /dir/\nCOPY a /dir/r\n"),
            (new TarEntry { Name = "a", Kind = TarEntryKind.File, Mode = 0x1A4 }, "a"),
            (new TarEntry { Name = "link/l", Kind = TarEntryKind.SymbolicLink, LinkTarget = "/real/file", Mode = 0x1FF }, ""),
            (new TarEntry { Name = "rel/r", Kind = TarEntryKind.SymbolicLink, LinkTarget = "../../../real/other", Mode = 0x1FF }, "")]);
        var image = (await fixture.BuildTarAsync(tar)).Image;
        Assert.Equal("a", fixture.Look(image, "/real/file")!.Value.Content);
        Assert.Equal("a", fixture.Look(image, "/real/other")!.Value.Content);
        Assert.Equal("/real/file", fixture.Look(image, "/l")!.Value.Content);
    }

    [Fact]
    public async Task Hard_links_stay_links()
    {
        await using var fixture = new BuilderFixture();
        await fixture.BaseAsync();
        var tar = await BuilderFixture.TarAsync([
            (new TarEntry { Name = "Dockerfile", Kind = TarEntryKind.File, Mode = 0x1A4 }, "FROM base\nCOPY d /d\n"),
            (new TarEntry { Name = "d/one", Kind = TarEntryKind.File, Mode = 0x1A4 }, "same"),
            (new TarEntry { Name = "d/two", Kind = TarEntryKind.HardLink, LinkTarget = "d/one", Mode = 0x1A4 }, "")]);
        var image = (await fixture.BuildTarAsync(tar)).Image;
        var layer = fixture.Store.Layers.Find(Davit.Storage.Layers.ChainId.All(image.Config.RootFs.DiffIds)[^1])!.Directory;
        DirectoryCalls.Stat(DirectoryCalls.WorkingDirectory, layer + "/d/one", out var one);
        DirectoryCalls.Stat(DirectoryCalls.WorkingDirectory, layer + "/d/two", out var two);
        Assert.Equal((one.Inode, 2u), (two.Inode, two.Links));
    }

    [Fact]
    public async Task A_copied_directory_gives_its_contents_and_not_its_own_mode_and_owner()
    {
        await using var fixture = new BuilderFixture();
        await fixture.BaseAsync();
        var tar = await BuilderFixture.TarAsync([
            (new TarEntry { Name = "Dockerfile", Kind = TarEntryKind.File, Mode = 0x1A4 }, "FROM base\nCOPY d /x\nCOPY --chmod=750 d /y\n"),
            (new TarEntry { Name = "d", Kind = TarEntryKind.Directory, Mode = 0x1C0 }, ""),
            (new TarEntry { Name = "d/sub", Kind = TarEntryKind.Directory, Mode = 0x1C0 }, "")]);
        var image = (await fixture.BuildTarAsync(tar)).Image;
        Assert.Equal((0x41EDu, 0x41C0u), (fixture.Look(image, "/x")!.Value.Mode, fixture.Look(image, "/x/sub")!.Value.Mode));
        Assert.Equal(0x41E8u, fixture.Look(image, "/y")!.Value.Mode);
    }

    [Fact]
    public async Task A_missing_file_that_dockerignore_excludes_is_told_with_the_line_that_does()
    {
        await using var fixture = new BuilderFixture();
        await fixture.BaseAsync();
        var outcome = await fixture.BuildAsync("FROM base\nCOPY a.txt /\n", [("a.txt", "a"), (".dockerignore", "# comment\nb.txt\n*.txt\n")]);
        Assert.Contains("COPY failed: file not found in build context or excluded by .dockerignore: stat a.txt: file does not exist: the line \"*.txt\" of .dockerignore excludes it", outcome.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_in_the_context_does_not_lead_out()
    {
        await using var fixture = new BuilderFixture();
        await fixture.BaseAsync();
        var tar = await BuilderFixture.TarAsync([
            (new TarEntry { Name = "Dockerfile", Kind = TarEntryKind.File, Mode = 0x1A4 }, "FROM base\nCOPY out /x\n"),
            (new TarEntry { Name = "out", Kind = TarEntryKind.SymbolicLink, LinkTarget = "/etc/hostname", Mode = 0x1FF }, "")]);
        Assert.Contains("stat out: file does not exist", (await fixture.BuildTarAsync(tar)).ErrorText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../escape")]
    [InlineData("/../../escape")]
    public async Task An_entry_that_climbs_out_of_the_context_is_refused(string name)
    {
        await using var fixture = new BuilderFixture();
        await fixture.BaseAsync();
        var outcome = await fixture.BuildAsync("FROM base\nCOPY . /x\n", [(name, "bad")]);
        Assert.Contains("escape", outcome.Error?.Message ?? "escape", StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(fixture.Instance.DataRoot, "build", "escape")));
        Assert.False(File.Exists(Path.Combine(fixture.Instance.DataRoot, "build", "tmp", "escape")));
    }

    private static async Task BaseWithLinksAsync(BuilderFixture fixture)
    {
        var tar = await BuilderFixture.TarAsync([
            (new TarEntry { Name = "etc/passwd", Kind = TarEntryKind.File, Mode = 0x1A4 }, "root:x:0:0:root:/root:/bin/sh\n"),
            (new TarEntry { Name = "real/kept", Kind = TarEntryKind.File, Mode = 0x1A4 }, "kept"),
            (new TarEntry { Name = "link", Kind = TarEntryKind.SymbolicLink, LinkTarget = "real", Mode = 0x1FF }, ""),
            (new TarEntry { Name = "absolute", Kind = TarEntryKind.SymbolicLink, LinkTarget = "/real", Mode = 0x1FF }, ""),
            (new TarEntry { Name = "dangling", Kind = TarEntryKind.SymbolicLink, LinkTarget = "/nowhere/at/all", Mode = 0x1FF }, ""),
            (new TarEntry { Name = "tree/up", Kind = TarEntryKind.SymbolicLink, LinkTarget = "../outside", Mode = 0x1FF }, "")]);
        await fixture.Images.ImportAsync(tar, Oci.Reference.Parse("base"), new Oci.Image.ImageRunConfig(), null, null, new Progress<Primitives.ProgressEvent>(), CancellationToken.None);
    }

    private static async Task<byte[]> CompressAsync(byte[] bytes, string compression)
    {
        if (compression == "plain") return bytes;
        var result = new MemoryStream();
        if (compression == "gzip")
        {
            await using (var gzip = new GZipStream(result, CompressionLevel.Fastest, leaveOpen: true)) await gzip.WriteAsync(bytes);
            return result.ToArray();
        }

        using var program = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(compression, "-c") { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var read = program.StandardOutput.BaseStream.CopyToAsync(result);
        await program.StandardInput.BaseStream.WriteAsync(bytes);
        program.StandardInput.Close();
        await read;
        await program.WaitForExitAsync();
        return result.ToArray();
    }
}

using Davit.Images.Listing;
using Davit.Oci;
using Davit.Oci.Image;
using Davit.Primitives;

namespace Davit.Images.Tests;

public sealed class ListingTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Day = new(2026, 1, 10, 0, 0, 0, TimeSpan.Zero);
    private readonly Fixture _fixture = new();

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Theory]
    [InlineData("*", "busybox:latest", true)]
    [InlineData("*", "a/b", false)]
    [InlineData("*/b", "a/b", true)]
    [InlineData("b?sy*", "busybox", true)]
    [InlineData("[a-c]usybox", "busybox", true)]
    [InlineData("[^a-c]usybox", "busybox", false)]
    [InlineData("b\\*", "b*", true)]
    [InlineData("b\\*", "bx", false)]
    [InlineData("[", "x", false)]
    public void Patterns_match_as_gos_path_match(string pattern, string text, bool matches) => Assert.Equal(matches, GlobPattern.Matches(pattern, text));

    [Theory]
    [InlineData("1h30m", 5400)]
    [InlineData("1.5s", 1.5)]
    [InlineData("300ms", 0.3)]
    public void Durations_are_gos(string text, double seconds)
    {
        Assert.True(GoDuration.TryParse(text, out var duration));
        Assert.Equal(seconds, duration.TotalSeconds, 6);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("h")]
    [InlineData("1d")]
    public void Other_durations_are_none(string text) => Assert.False(GoDuration.TryParse(text, out _));

    [Fact]
    public async Task Filters_choose_and_order()
    {
        var old = await CreateAsync("old", Day, "old:1", "reg.io/x/old:2");
        var mid = await CreateAsync("mid", Day.AddDays(1));
        var young = await CreateAsync("young", Day.AddDays(2), "young:1");
        Assert.Equal([young.Id, mid.Id, old.Id], Choose([]));
        Assert.Equal([mid.Id], Choose(new() { ["dangling"] = ["true"] }));
        Assert.Equal([young.Id, old.Id], Choose(new() { ["dangling"] = ["0"] }));
        Assert.Equal([mid.Id, old.Id], Choose(new() { ["before"] = ["young:1"] }));
        Assert.Equal([young.Id, mid.Id], Choose(new() { ["since"] = [old.Id.Short] }));
        Assert.Equal([young.Id], Choose(new() { ["label"] = ["who=young"] }));
        Assert.Equal([young.Id, mid.Id], Choose(new() { ["label"] = ["who"], ["label!"] = ["who=old"] }));
        Assert.Equal([old.Id], Choose(new() { ["until"] = ["2026-01-10T12:00:00Z"] }));
        Assert.Equal([young.Id, mid.Id, old.Id], Choose(new() { ["until"] = ["1h"] }));
        var named = _fixture.Images.List(false, ImageFilter.Parse(new Dictionary<string, IReadOnlyList<string>> { ["reference"] = ["*/*/old"] }));
        Assert.Equal(["reg.io/x/old:2"], named.Single().Tags.Select(t => t.Familiar));
        Assert.Equal("invalid filter 'colour'", Assert.Throws<DavitException>(() => Choose(new() { ["colour"] = ["red"] })).Message);
        Assert.Contains("\"soon\"", Assert.Throws<DavitException>(() => Choose(new() { ["until"] = ["soon"] })).Message);
    }

    [Fact]
    public async Task Images_are_found_by_name_id_and_prefix()
    {
        var image = await CreateAsync("found", Day, "found:1");
        Assert.Equal(image.Id, _fixture.Images.Resolve("found:1").Id);
        Assert.Equal(image.Id, _fixture.Images.Resolve("docker.io/library/found:1").Id);
        Assert.Equal(image.Id, _fixture.Images.Resolve(image.Id.ToString()).Id);
        Assert.Equal(image.Id, _fixture.Images.Resolve(image.Id.Hex).Id);
        Assert.Equal(image.Id, _fixture.Images.Resolve(image.Id.Short).Id);
        Assert.Equal(image.Id, _fixture.Images.Resolve("sha256:" + image.Id.Short).Id);
        Assert.Equal("No such image: found:latest", Assert.Throws<DavitException>(() => _fixture.Images.Resolve("found")).Message);
        Assert.Equal((ErrorKind.InvalidArgument, "invalid reference format"), Fails(() => _fixture.Images.Resolve("::")));
        Assert.Equal((ErrorKind.InvalidArgument, "invalid reference format: repository name (library/Found) must be lowercase"), Fails(() => _fixture.Images.Resolve("Found")));
    }

    [Fact]
    public async Task History_tells_the_steps_newest_first()
    {
        var image = await CreateAsync("h", Day, "h:1");
        var rows = _fixture.Images.History(image);
        Assert.Equal([image.Id.ToString(), "<missing>"], rows.Select(r => r.Id));
        Assert.Equal(["CMD", "COPY"], rows.Select(r => r.CreatedBy));
        Assert.Equal([0, 1], rows.Select(r => r.Size));
        Assert.Equal(["h:1"], rows[0].Tags);
    }

    private static (ErrorKind Kind, string Message) Fails(Func<object> action)
    {
        var problem = Assert.Throws<DavitException>(action);
        return (problem.Kind, problem.Message);
    }

    private IReadOnlyList<Digest> Choose(Dictionary<string, IReadOnlyList<string>> filters) => [.. _fixture.Images.List(false, ImageFilter.Parse(filters)).Select(i => i.Id)];

    private async Task<Image> CreateAsync(string label, DateTimeOffset created, params string[] names)
    {
        var layer = await _fixture.Store.Layers.ApplyAsync([], null, new MemoryStream(await TestImages.TarAsync(("f", "x"))), CancellationToken.None);
        return await _fixture.Images.CreateAsync(
            new()
            {
                Created = created, Os = "linux", Architecture = "amd64", Config = new() { Labels = new Dictionary<string, string> { ["who"] = label } }, RootFs = new() { DiffIds = [layer.DiffId] },
                History = [new ImageHistory { CreatedBy = "COPY" }, new ImageHistory { CreatedBy = "CMD", EmptyLayer = true }],
            },
            [.. names.Select(Reference.Parse)],
            null,
            CancellationToken.None);
    }
}

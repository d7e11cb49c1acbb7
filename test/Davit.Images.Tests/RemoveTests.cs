using Davit.Oci;
using Davit.Primitives;
using Davit.Testing.Registry;

namespace Davit.Images.Tests;

public sealed class RemoveTests : IAsyncDisposable
{
    private readonly Fixture _fixture = new();

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task Last_name_takes_image_and_layers_along()
    {
        var image = await ImportAsync("a:1");
        await _fixture.Images.TagAsync("a:1", Reference.Parse("b"), CancellationToken.None);
        Assert.Equal(["Untagged: b:latest"], await RemoveAsync("b"));
        Assert.Equal(["Untagged: a:1", $"Deleted: {image.Id}", $"Deleted: {image.Config.RootFs.DiffIds[0]}"], await RemoveAsync("a:1"));
        Assert.Empty(_fixture.Store.Layers.List());
        Assert.Empty(_fixture.Store.Content.List());
        await _fixture.RestartAsync();
        Assert.Empty(_fixture.Images.List());
    }

    [Fact]
    public async Task Shared_layer_stays_while_an_image_needs_it()
    {
        await using var registry = new FakeRegistry();
        await TestImages.ServeAsync(registry, "a", "1", texts: ["base"]);
        await TestImages.ServeAsync(registry, "b", "1", texts: ["base", "top"]);
        await _fixture.PullAsync($"{registry.Host}/a:1");
        var b = await _fixture.PullAsync($"{registry.Host}/b:1");
        var lines = await RemoveAsync($"{registry.Host}/b:1");
        Assert.Equal(4, lines.Count);
        Assert.StartsWith($"Untagged: {registry.Host}/b@sha256:", lines[1]);
        Assert.Equal($"Deleted: {b.Id}", lines[2]);
        Assert.Single(_fixture.Store.Layers.List());
        await RemoveAsync($"{registry.Host}/a:1");
        Assert.Empty(_fixture.Store.Layers.List());
        Assert.Empty(_fixture.Store.Content.List());
    }

    [Fact]
    public async Task Image_in_use_is_refused_in_dockers_words()
    {
        var image = await ImportAsync("used:1");
        var user = new ImageUser("0123456789abcdef", Running: false);
        async Task<string> FailAsync(string name, bool force, ImageUser by)
        {
            var problem = await Assert.ThrowsAsync<DavitException>(() => _fixture.Images.RemoveAsync(name, force, true, _ => [by], CancellationToken.None));
            Assert.Equal(ErrorKind.Conflict, problem.Kind);
            return problem.Message;
        }

        Assert.Equal($"conflict: unable to remove repository reference \"used:1\" (must force) - container 0123456789ab is using its referenced image {image.Id.Short}", await FailAsync("used:1", false, user));
        Assert.Equal($"conflict: unable to delete {image.Id.Short} (must be forced) - image is being used by stopped container 0123456789ab", await FailAsync(image.Id.Short, false, user));
        Assert.Equal($"conflict: unable to delete {image.Id.Short} (cannot be forced) - image is being used by running container 0123456789ab", await FailAsync(image.Id.Short, true, user with { Running = true }));
        await _fixture.Images.TagAsync("used:1", Reference.Parse("other:1"), CancellationToken.None);
        var several = await Assert.ThrowsAsync<DavitException>(() => RemoveAsync(image.Id.Short));
        Assert.Equal($"conflict: unable to delete {image.Id.Short} (must be forced) - image is referenced in multiple repositories", several.Message);
        Assert.Equal(["Untagged: used:1"], [.. (await _fixture.Images.RemoveAsync("used:1", false, true, _ => [user], CancellationToken.None)).Select(Text)]);
        Assert.Equal("No such image: used:1", (await Assert.ThrowsAsync<DavitException>(() => RemoveAsync("used:1"))).Message);
    }

    [Fact]
    public async Task Layers_under_a_container_stay_when_its_image_is_forced_away()
    {
        var image = await ImportAsync("gone:1");
        _fixture.Store.Layers.CreateRootFs("c1", await _fixture.Images.EnsureUnpackedAsync(image, CancellationToken.None), ephemeral: false);
        var lines = (await _fixture.Images.RemoveAsync("gone:1", true, true, _ => [new("c1", false)], CancellationToken.None)).Select(Text).ToList();
        Assert.Equal(["Untagged: gone:1", $"Deleted: {image.Id}"], lines);
        Assert.Single(_fixture.Store.Layers.List());
    }

    [Fact]
    public async Task Parent_goes_with_its_child_when_it_has_no_name()
    {
        var parent = await ImportAsync("parent:1");
        var child = await _fixture.Images.CreateAsync(parent.Config with { Author = "child" }, [Reference.Parse("child:1")], parent.Id, CancellationToken.None);
        Assert.Equal("image has dependent child images", (await Assert.ThrowsAsync<DavitException>(() => _fixture.Images.RemoveAsync(parent.Id.Short, true, true, Fixture.Nobody, CancellationToken.None))).Message.Split(" - ")[1]);
        Assert.Equal(["Untagged: parent:1"], await RemoveAsync("parent:1"));
        Assert.Equal(["Untagged: child:1", $"Deleted: {child.Id}", $"Deleted: {parent.Id}", $"Deleted: {parent.Config.RootFs.DiffIds[0]}"], await RemoveAsync("child:1"));
    }

    [Fact]
    public async Task Prune_takes_what_is_dangling_and_leaves_what_others_keep()
    {
        var first = await ImportAsync("p:1");
        var second = await ImportAsync("p:1", "other");
        Assert.Equal([], _fixture.Images.Resolve(first.Id.ToString()).Tags);
        var keep = _fixture.Images.KeepFor(() => first.Config.RootFs.DiffIds);
        var pruned = await _fixture.Images.PruneAsync(true, ImageFilter.None, Fixture.Nobody, CancellationToken.None);
        Assert.Equal([$"Deleted: {first.Id}"], pruned.Removed.Select(Text));
        keep.Dispose();
        Assert.Equal(2, _fixture.Store.Layers.List().Count);
        pruned = await _fixture.Images.PruneAsync(false, ImageFilter.None, id => id == second.Id ? [new("x", false)] : [], CancellationToken.None);
        Assert.Empty(pruned.Removed);
        pruned = await _fixture.Images.PruneAsync(false, ImageFilter.None, Fixture.Nobody, CancellationToken.None);
        Assert.Equal(3, pruned.Removed.Count);
        Assert.True(pruned.BytesFreed >= "other".Length);
    }

    private static string Text(ImageRemoval removal) => removal.Untagged is { } name ? $"Untagged: {name}" : $"Deleted: {removal.Deleted}";

    private async Task<IReadOnlyList<string>> RemoveAsync(string name) => [.. (await _fixture.Images.RemoveAsync(name, false, true, Fixture.Nobody, CancellationToken.None)).Select(Text)];

    private async Task<Image> ImportAsync(string name, string text = "text") =>
        await _fixture.Images.ImportAsync(new MemoryStream(await TestImages.TarAsync(("file", text))), Reference.Parse(name), new(), null, null, _fixture.Progress, CancellationToken.None);
}

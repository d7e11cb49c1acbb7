using Davit.Archive.Tar;

namespace Davit.Build.Tests;

public class CacheTests
{
    private const string Dockerfile = "FROM base\nENV A=b\nCOPY a.txt d /x/\nRUN write /out made\nCMD [\"sh\"]\n";

    private static readonly (string, string)[] Files = [("a.txt", "one"), ("d/b.txt", "two")];

    [Fact]
    public async Task An_unchanged_build_is_the_same_image_and_runs_nothing()
    {
        await using var fixture = new BuilderFixture();
        await fixture.BaseAsync();
        var first = await fixture.BuildAsync(Dockerfile, Files);
        var second = await fixture.BuildAsync(Dockerfile, Files);
        Assert.Equal(first.Image.Id, second.Image.Id);
        Assert.Single(fixture.Runner.Commands);
        Assert.Equal(4, second.Output.Split("Using cache").Length - 1);
    }

    [Fact]
    public async Task The_cache_survives_a_restart()
    {
        await using var fixture = new BuilderFixture();
        await fixture.BaseAsync();
        var first = await fixture.BuildAsync(Dockerfile, Files);
        await fixture.ReopenAsync();
        Assert.Equal(first.Image.Id, (await fixture.BuildAsync(Dockerfile, Files)).Image.Id);
        Assert.Single(fixture.Runner.Commands);
    }

    [Theory]
    [InlineData("touched", true)]
    [InlineData("owner", true)]
    [InlineData("byte", false)]
    [InlineData("mode", false)]
    [InlineData("name", false)]
    [InlineData("type", false)]
    public async Task Copied_files_count_by_content_name_mode_and_type(string change, bool hits)
    {
        await using var fixture = new BuilderFixture();
        await fixture.BaseAsync();
        await fixture.BuildTarAsync(await BuilderFixture.TarAsync(Entries("none")));
        var output = (await fixture.BuildTarAsync(await BuilderFixture.TarAsync(Entries(change)))).Output;
        Assert.Equal(hits, output.Contains("Using cache", StringComparison.Ordinal));

        static IEnumerable<(TarEntry, string)> Entries(string change)
        {
            yield return (new TarEntry { Name = "Dockerfile", Kind = TarEntryKind.File, Mode = 0x1A4 }, "FROM base\nCOPY d /d\n");
            var name = change == "name" ? "d/other" : "d/file";
            yield return change == "type"
                ? (new TarEntry { Name = name, Kind = TarEntryKind.SymbolicLink, LinkTarget = "content", Mode = 0x1FF }, "")
                : (new TarEntry { Name = name, Kind = TarEntryKind.File, Mode = change == "mode" ? 0x1EDu : 0x1A4u, ModifiedSeconds = change == "touched" ? 99 : 5, Uid = change == "owner" ? 7u : 0u }, change == "byte" ? "contenu" : "content");
        }
    }

    [Fact]
    public async Task Files_that_are_not_copied_do_not_count()
    {
        await using var fixture = new BuilderFixture();
        await fixture.BaseAsync();
        await fixture.BuildAsync("FROM base\nCOPY a /\n", [("a", "1"), ("b", "1")]);
        Assert.Contains("Using cache", (await fixture.BuildAsync("FROM base\nCOPY a /\n", [("a", "1"), ("b", "2")])).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ARG A=1\nRUN write /f x", "ARG A=2\nRUN write /f x")]
    [InlineData("ENV A=1\nRUN write /f x", "ENV A=2\nRUN write /f x")]
    [InlineData("RUN write /f x", "RUN write /f y")]
    [InlineData("RUN write /f x", "RUN --network=host write /f x")]
    [InlineData("USER root\nRUN write /f x", "USER app\nRUN write /f x")]
    [InlineData("WORKDIR /etc\nRUN write /f x", "WORKDIR /\nRUN write /f x")]
    public async Task Run_counts_by_command_arguments_environment_user_directory_and_network(string before, string after)
    {
        await using var fixture = new BuilderFixture();
        await fixture.BaseAsync();
        _ = (await fixture.BuildAsync("FROM base\n" + before)).Image;
        _ = (await fixture.BuildAsync("FROM base\n" + after)).Image;
        Assert.Equal(2, fixture.Runner.Commands.Count);
    }

    [Fact]
    public async Task Proxy_settings_reach_the_process_and_not_the_cache()
    {
        await using var fixture = new BuilderFixture();
        await fixture.BaseAsync();
        var first = await fixture.BuildAsync("FROM base\nRUN env", with: r => r with { BuildArgs = new Dictionary<string, string?> { ["HTTP_PROXY"] = "http://one" } });
        Assert.Contains("HTTP_PROXY=http://one", first.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("not consumed", first.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(first.Image.Config.History, h => h.CreatedBy is { } text && text.Contains("HTTP_PROXY", StringComparison.Ordinal));
        await fixture.BuildAsync("FROM base\nRUN env", with: r => r with { BuildArgs = new Dictionary<string, string?> { ["HTTP_PROXY"] = "http://two" } });
        Assert.Single(fixture.Runner.Commands);
    }

    [Fact]
    public async Task Equal_stages_of_two_Dockerfiles_share()
    {
        await using var fixture = new BuilderFixture();
        await fixture.BaseAsync();
        await fixture.BuildAsync("FROM base AS tools\nRUN write /tool 1\nFROM base\nCOPY --from=tools /tool /\n");
        await fixture.BuildAsync("FROM base AS other\nRUN write /tool 1\nFROM scratch\nCOPY --from=other /tool /bin/\n");
        Assert.Single(fixture.Runner.Commands);
    }

    [Fact]
    public async Task No_cache_runs_everything_again()
    {
        await using var fixture = new BuilderFixture();
        await fixture.BaseAsync();
        await fixture.BuildAsync(Dockerfile, Files);
        var again = await fixture.BuildAsync(Dockerfile, Files, r => r with { NoCache = true });
        Assert.Equal(2, fixture.Runner.Commands.Count);
        Assert.DoesNotContain("Using cache", again.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_inputs_give_the_same_layers()
    {
        await using var fixture = new BuilderFixture();
        await fixture.BaseAsync();
        var text = "FROM base\nCOPY --chown=app a.txt d /new/dir/\nWORKDIR /w/x\nCOPY <<EOF /h\nhello\nEOF\n";
        var first = await fixture.BuildAsync(text, Files);
        var second = await fixture.BuildAsync(text, Files, r => r with { NoCache = true });
        Assert.Equal(first.Image.Config.RootFs.DiffIds, second.Image.Config.RootFs.DiffIds);
        Assert.Equal(4, first.Image.Config.RootFs.DiffIds.Count);
    }

    [Fact]
    public async Task A_layer_that_is_gone_is_made_again()
    {
        await using var fixture = new BuilderFixture();
        await fixture.BaseAsync();
        var first = await fixture.BuildAsync("FROM base\nRUN write /f x");
        await fixture.Images.RemoveAsync(first.Image.Id.ToString(), true, true, _ => [], CancellationToken.None);
        Assert.NotEqual(0, await fixture.Builder.PruneAsync(false, CancellationToken.None));
        Assert.Equal((0, 0), fixture.Builder.CacheUsage());
        await fixture.BuildAsync("FROM base\nRUN write /f x");
        Assert.Equal(2, fixture.Runner.Commands.Count);
    }

    [Fact]
    public async Task Removing_an_image_leaves_the_cache()
    {
        await using var fixture = new BuilderFixture();
        await fixture.BaseAsync();
        var first = await fixture.BuildAsync("FROM base\nRUN write /f x");
        await fixture.Images.RemoveAsync(first.Image.Id.ToString(), true, true, _ => [], CancellationToken.None);
        Assert.Equal((1L, 1), fixture.Builder.CacheUsage());
        Assert.Equal(first.Image.Id, (await fixture.BuildAsync("FROM base\nRUN write /f x")).Image.Id);
    }

    [Fact]
    public async Task A_prune_leaves_layers_of_images()
    {
        await using var fixture = new BuilderFixture();
        await fixture.BaseAsync();
        var image = (await fixture.BuildAsync("FROM base\nRUN write /f x")).Image;
        Assert.Equal(0, await fixture.Builder.PruneAsync(true, CancellationToken.None));
        Assert.Equal("x", fixture.Look(image, "/f")!.Value.Content);
    }
}

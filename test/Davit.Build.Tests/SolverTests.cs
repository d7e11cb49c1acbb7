namespace Davit.Build.Tests;

public class SolverTests
{
    [Fact]
    public async Task Independent_stages_run_side_by_side()
    {
        // each step goes on only when the other has begun
        await using var fixture = new BuilderFixture();
        await fixture.BaseAsync();
        var outcome = await fixture.BuildAsync("FROM base AS a\nRUN meet here;write /a 1\nFROM base AS b\nRUN meet here; write /b 2\nFROM scratch\nCOPY --from=a /a /\nCOPY --from=b /b /\n");
        Assert.Equal("1", fixture.Look(outcome.Image, "/a")!.Value.Content);
        Assert.Equal("2", fixture.Look(outcome.Image, "/b")!.Value.Content);
    }

    [Fact]
    public async Task Stages_side_by_side_speak_one_after_the_other()
    {
        await using var fixture = new BuilderFixture();
        await fixture.BaseAsync();
        var output = (await fixture.BuildAsync("FROM base AS a\nRUN meet x;echo from-a\nFROM base AS b\nRUN meet x;echo from-b\nFROM scratch\nCOPY --from=a /etc /\nCOPY --from=b /etc /\n")).Output;
        var lines = output.Split('\n').Where(l => l.StartsWith("Step", StringComparison.Ordinal) || l.StartsWith("from-", StringComparison.Ordinal)).ToList();
        Assert.Equal(
            ["Step 1/7 : FROM base AS a", "Step 2/7 : RUN meet x;echo from-a", "from-a", "Step 3/7 : FROM base AS b", "Step 4/7 : RUN meet x;echo from-b", "from-b", "Step 5/7 : FROM scratch", "Step 6/7 : COPY --from=a /etc /", "Step 7/7 : COPY --from=b /etc /"],
            lines);
    }

    [Fact]
    public async Task A_stage_that_is_not_needed_is_never_run()
    {
        await using var fixture = new BuilderFixture();
        await fixture.BaseAsync();
        _ = (await fixture.BuildAsync("FROM base AS needed\nRUN write /a 1\nFROM nowhere.invalid/none AS broken\nRUN fail 1\nFROM base\nCOPY --from=needed /a /\n")).Image;
        Assert.Equal(["write /a 1"], fixture.Runner.Commands);
    }

    [Theory]
    [InlineData("one", "one")]
    [InlineData("ONE", "one")]
    [InlineData("0", "one")]
    [InlineData(null, "two")]
    public async Task The_target_is_built_and_nothing_after_it(string? target, string expected)
    {
        await using var fixture = new BuilderFixture();
        await fixture.BaseAsync();
        var image = (await fixture.BuildAsync("FROM base AS one\nRUN write /f one\nFROM base AS two\nRUN write /f two\n", with: r => r with { Target = target })).Image;
        Assert.Equal(expected, fixture.Look(image, "/f")!.Value.Content);
        Assert.Single(fixture.Runner.Commands);
    }

    [Fact]
    public async Task An_unknown_target_is_named()
    {
        await using var fixture = new BuilderFixture();
        await fixture.BaseAsync();
        var outcome = await fixture.BuildAsync("FROM base AS one\n", with: r => r with { Target = "two" });
        Assert.Equal("target stage \"two\" could not be found", outcome.ErrorText);
        Assert.Equal("the stages are one", outcome.Error!.Hint);
    }

    [Fact]
    public async Task A_failing_step_gives_Dockers_text_the_code_and_the_line()
    {
        await using var fixture = new BuilderFixture();
        await fixture.BaseAsync();
        var outcome = await fixture.BuildAsync("FROM base\nRUN echo before;fail 3\nRUN echo never\n");
        Assert.StartsWith("The command '/bin/sh -c echo before;fail 3' returned a non-zero code: 3\nDockerfile:2\n    2 | RUN echo before;fail 3\n      | ^^^", outcome.ErrorText, StringComparison.Ordinal);
        Assert.Equal(3, outcome.Error!.Data["ExitCode"]);
        Assert.Contains("before\n", outcome.Output, StringComparison.Ordinal);
        Assert.Single(fixture.Runner.Commands);
    }

    [Fact]
    public async Task What_was_done_before_a_failure_is_cached()
    {
        await using var fixture = new BuilderFixture();
        await fixture.BaseAsync();
        await fixture.BuildAsync("FROM base\nRUN write /f 1\nRUN fail 1\n");
        await fixture.BuildAsync("FROM base\nRUN write /f 1\nRUN fail 1\n");
        Assert.Equal(["write /f 1", "fail 1", "fail 1"], fixture.Runner.Commands);
    }

    [Fact]
    public async Task A_failure_ends_the_steps_of_other_stages()
    {
        await using var fixture = new BuilderFixture();
        await fixture.BaseAsync();
        var outcome = await fixture.BuildAsync("FROM base AS a\nRUN meet m;hang\nFROM base AS b\nRUN meet m;fail 7\nFROM scratch\nCOPY --from=a / /\nCOPY --from=b / /\n");
        Assert.Contains("returned a non-zero code: 7", outcome.ErrorText, StringComparison.Ordinal);
        Assert.Equal([9], fixture.Runner.Signals);
    }

    [Fact]
    public async Task Cancellation_kills_the_step_and_leaves_nothing()
    {
        await using var fixture = new BuilderFixture();
        await fixture.BaseAsync();
        using var cancel = new CancellationTokenSource();
        var build = fixture.BuildAsync("FROM base\nRUN hang\n", cancellation: cancel.Token);
        await fixture.Runner.Hanging.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => build);
        Assert.Equal([9], fixture.Runner.Signals);
        Assert.Single(fixture.Images.List());
    }

    [Fact]
    public async Task Equal_steps_of_two_builds_at_once_run_once()
    {
        await using var fixture = new BuilderFixture();
        await fixture.BaseAsync();
        var both = await Task.WhenAll(fixture.BuildAsync("FROM base\nRUN write /f 1\n"), fixture.BuildAsync("FROM base\nRUN write /f 1\n"));
        Assert.Equal(both[0].Image.Config.RootFs.DiffIds, both[1].Image.Config.RootFs.DiffIds);
        Assert.Single(fixture.Runner.Commands);
    }

    [Theory]
    [InlineData("FROM base\nCOPY --from=0 / /\n", "invalid from flag value 0: refers to current build block")]
    [InlineData("FROM base\nCOPY --from=3 / /\n", "invalid from flag value 3: index out of bounds")]
    [InlineData("FROM base AS a\nCOPY --from=a / /\n", "invalid from flag value a: refers to current build block")]
    [InlineData("FROM base\nCOPY --from=later / /\nFROM base AS later\n", "invalid from flag value later: the stage begins later, on line 3")]
    [InlineData("FROM base\nCOPY --from=$X / /\n", "variable expansion is not supported for --from")]
    [InlineData("ARG X\nFROM $X\n", "base name ($X) should not be blank")]
    [InlineData("FROM UPPER\n", "failed to parse stage name \"UPPER\"")]
    public async Task Wrong_references_are_named(string text, string expected)
    {
        await using var fixture = new BuilderFixture();
        await fixture.BaseAsync();
        var target = text.Contains("later", StringComparison.Ordinal) ? "0" : null;
        Assert.StartsWith(expected, (await fixture.BuildAsync(text, with: r => r with { Target = target })).ErrorText, StringComparison.Ordinal);
    }
}

using Davit.Dockerfile.Instructions;

namespace Davit.Dockerfile.Tests;

public class ParserTests
{
    private static T One<T>(string line)
        where T : Instruction => Assert.IsType<T>(Assert.Single(DockerfileParser.Parse("Dockerfile", "FROM a\n" + line).Stages[0].Instructions));

    [Fact]
    public void Stages_have_names_platforms_and_global_arguments()
    {
        var file = DockerfileParser.Parse("Dockerfile", "ARG V=1 W\nFROM --platform=$BUILDPLATFORM golang:$V AS Builder\nRUN x\nFROM scratch\nCOPY --from=builder /a /b\n");
        Assert.Equal([("V", "1"), ("W", null)], file.GlobalArgs[0].Args.Select(a => (a.Key, a.Value)));
        Assert.Equal(2, file.Stages.Count);
        Assert.Equal(("golang:$V", "builder", "$BUILDPLATFORM"), (file.Stages[0].From.Base, file.Stages[0].From.Name, file.Stages[0].From.Platform));
        Assert.Equal("1", file.Stages[1].Name);
        Assert.Same(file.Stages[0], file.FindStage("BUILDER"));
        Assert.Null(file.FindStage("builder", before: 0));
    }

    [Fact]
    public void Continuations_skip_comments_and_empty_lines_and_keep_inner_spaces()
    {
        var run = One<RunInstruction>("RUN a \\\n  # comment\n\n  b \\  \n  c\n");
        Assert.Equal("a   b   c", run.Command.Words[0]);
        Assert.Equal((2, 6), (run.Range.Start, run.Range.End));
    }

    [Fact]
    public void An_empty_continuation_line_is_warned_about()
    {
        var file = DockerfileParser.Parse("Dockerfile", "FROM a\nRUN a \\\n\n b\n");
        Assert.Contains("Empty continuation line", Assert.Single(file.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void The_escape_directive_changes_the_continuation()
    {
        var file = DockerfileParser.Parse("Dockerfile", "# escape=`\n# syntax=docker/dockerfile:1\nFROM a\nRUN dir c:\\ `\n x\n");
        Assert.Equal("dir c:\\  x", Assert.IsType<RunInstruction>(file.Stages[0].Instructions[0]).Command.Words[0]);
        Assert.Equal("docker/dockerfile:1", file.Directives.Syntax);
    }

    [Fact]
    public void A_directive_after_a_comment_is_a_comment()
    {
        Assert.Equal('\\', DockerfileParser.Parse("Dockerfile", "# hello\n# escape=`\nFROM a\n").Directives.Escape);
    }

    [Theory]
    [InlineData("ENV a b c", "a", "b c")]
    [InlineData("ENV a=\"b c\"", "a", "\"b c\"")]
    [InlineData("ENV a=b\\ c", "a", "b\\ c")]
    [InlineData("env a='x'", "a", "'x'")]
    [InlineData("ENV a=", "a", "")]
    public void Env_has_two_forms(string line, string key, string value)
    {
        var pair = Assert.Single(One<EnvInstruction>(line).Pairs);
        Assert.Equal((key, value), (pair.Key, pair.Value));
    }

    [Fact]
    public void Env_takes_several_pairs() =>
        Assert.Equal(["a", "b", "c"], One<EnvInstruction>("ENV a=1 b=\"2 3\" \\\n c=4").Pairs.Select(p => p.Key));

    [Theory]
    [InlineData("CMD [\"a\", \"b c\"]", true, "a|b c")]
    [InlineData("CMD a b", false, "a b")]
    [InlineData("CMD [a, b]", false, "[a, b]")]
    [InlineData("CMD []", true, "")]
    [InlineData("CMD", false, "")]
    public void Commands_are_exec_or_shell_form(string line, bool exec, string words)
    {
        var command = One<CmdInstruction>(line).Command;
        Assert.Equal((exec, words), (command.IsExec, string.Join('|', command.Words)));
    }

    [Fact]
    public void Copy_reads_its_flags()
    {
        var copy = One<CopyInstruction>("COPY --from=x --chown=1:2 --chmod=0755 --link --exclude=*.md --exclude=b [\"a b\", \"c\", \"/d/\"]");
        Assert.Equal(("x", "1:2", "0755", true, "/d/"), (copy.From, copy.Chown, copy.Chmod, copy.Link, copy.Destination));
        Assert.Equal(["a b", "c"], copy.Sources);
        Assert.Equal(["*.md", "b"], copy.Exclude);
    }

    [Fact]
    public void Run_reads_its_mounts()
    {
        var run = One<RunInstruction>("RUN --network=none --mount=type=cache,target=/c,id=k,sharing=locked,mode=0700,uid=5,gid=6 --mount=target=/b,source=s,from=x --mount=type=tmpfs,dst=/t,size=16m make -- all");
        Assert.Equal("none", run.Network);
        Assert.Equal("make -- all", run.Command.Words[0]);
        Assert.Collection(
            run.Mounts,
            m => Assert.Equal((RunMountKind.Cache, "/c", "k", "locked", 448u, 5u, 6u, false), (m.Kind, m.Target, m.CacheId, m.Sharing, m.Mode, m.Uid, m.Gid, m.ReadOnly)),
            m => Assert.Equal((RunMountKind.Bind, "/b", "s", "x", true), (m.Kind, m.Target, m.Source, m.From, m.ReadOnly)),
            m => Assert.Equal((RunMountKind.Tmpfs, "/t", 16L << 20), (m.Kind, m.Target, m.Size)));
    }

    [Fact]
    public void Heredocs_belong_to_run()
    {
        var file = DockerfileParser.Parse("Dockerfile", "FROM a\nRUN <<EOF cat <<-'X'\none\nEOF\n\ttwo\n\tX\nRUN y\n");
        var run = Assert.IsType<RunInstruction>(file.Stages[0].Instructions[0]);
        Assert.Equal([("EOF", "one\n", true, false), ("X", "\ttwo\n", false, true)], run.Command.Heredocs.Select(h => (h.Name, h.Content, h.Expand, h.Chomp)));
        Assert.Equal("two\n", run.Command.Heredocs[1].Text);
        Assert.Equal(2, file.Stages[0].Instructions.Count);
    }

    [Fact]
    public void A_shift_operator_is_no_heredoc()
    {
        Assert.Empty(One<RunInstruction>("RUN echo $((1 << 2)) 1<<2x").Command.Heredocs);
        Assert.Empty(One<RunInstruction>("RUN cat <<<word").Command.Heredocs);
    }

    [Fact]
    public void Copy_makes_files_of_heredocs()
    {
        var copy = One<CopyInstruction>("COPY <<a.txt <<\"b.txt\" other /d/\n1 $X\na.txt\n2 $X\nb.txt\n");
        Assert.Equal(["other"], copy.Sources);
        Assert.Equal([("a.txt", true), ("b.txt", false)], copy.Files.Select(f => (f.Name, f.Expand)));
    }

    [Fact]
    public void Onbuild_keeps_the_text_of_its_trigger()
    {
        Assert.Equal("RUN echo hi", One<OnbuildInstruction>("ONBUILD RUN echo hi").Trigger);
        var trigger = One<OnbuildInstruction>("ONBUILD RUN <<EOF\nx\nEOF\n").Trigger;
        var run = Assert.IsType<RunInstruction>(DockerfileParser.ParseInstruction("onbuild trigger", trigger));
        Assert.Equal("x\n", Assert.Single(run.Command.Heredocs).Content);
    }

    [Fact]
    public void Healthcheck_reads_durations()
    {
        var check = One<HealthcheckInstruction>("HEALTHCHECK --interval=1m30s --timeout=1.5s --start-period=100ms --retries=3 CMD curl -f x");
        Assert.Equal(["CMD-SHELL", "curl -f x"], check.Test);
        Assert.Equal((90d, 1.5, 0.1, 3), (check.Interval.TotalSeconds, check.Timeout.TotalSeconds, check.StartPeriod.TotalSeconds, check.Retries));
        Assert.Equal(["CMD", "a", "b"], One<HealthcheckInstruction>("HEALTHCHECK CMD [\"a\",\"b\"]").Test);
    }

    [Fact]
    public void Lines_may_end_in_carriage_returns_and_begin_with_a_mark()
    {
        var file = DockerfileParser.Parse("Dockerfile", "\uFEFFFROM a\r\nRUN b \\\r\n c\r\n");
        Assert.Equal("b  c", Assert.IsType<RunInstruction>(file.Stages[0].Instructions[0]).Command.Words[0]);
    }

    [Fact]
    public void Expose_and_volume_are_lists()
    {
        Assert.Equal(["443/tcp", "80"], One<ExposeInstruction>("EXPOSE 80  443/tcp").Ports);
        Assert.Equal(["/a", "/b c"], One<VolumeInstruction>("VOLUME [\"/a\", \"/b c\"]").Paths);
    }
}

using Davit.Primitives;

namespace Davit.Dockerfile.Tests;

public class ParserErrorTests
{
    [Theory]
    [InlineData("FROM a\n\nFORM b\n", "dockerfile parse error on line 3: unknown instruction: FORM (did you mean FROM?)")]
    [InlineData("FROM a\nxyzzy b\n", "dockerfile parse error on line 2: unknown instruction: xyzzy\n")]
    [InlineData("FROM\n", "dockerfile parse error on line 1: FROM requires either one or three arguments")]
    [InlineData("FROM a b\n", "dockerfile parse error on line 1: FROM requires either one or three arguments")]
    [InlineData("FROM a AS 1x\n", "invalid name for build stage: \"1x\", name can't start with a number or contain symbols")]
    [InlineData("FROM --platfrom=x a\n", "unknown flag: --platfrom (did you mean --platform?)")]
    [InlineData("RUN x\nFROM a\n", "dockerfile parse error on line 1: no build stage in current context")]
    [InlineData("", "file with no instructions")]
    [InlineData("# only a comment\n", "file with no instructions")]
    [InlineData("ARG A=1\n", "file with no instructions")]
    [InlineData("FROM a\nENV A\n", "ENV must have two arguments")]
    [InlineData("FROM a\nENV\n", "ENV requires at least one argument")]
    [InlineData("FROM a\nENV A=1 B\n", "Syntax error - can't find = in \"B\". Must be of the form: name=value")]
    [InlineData("FROM a\nENV =1\n", "ENV names can not be blank")]
    [InlineData("FROM a\nLABEL\n", "LABEL requires at least one argument")]
    [InlineData("FROM a\nARG\n", "ARG requires at least one argument")]
    [InlineData("FROM a\nARG =x\n", "ARG names can not be blank")]
    [InlineData("FROM a\nCOPY x\n", "COPY requires at least two arguments, but only one was provided. Destination could not be determined")]
    [InlineData("FROM a\nADD\n", "ADD requires at least two arguments, but none were provided")]
    [InlineData("FROM a\nCOPY --form=x a b\n", "unknown flag: --form (did you mean --from?)")]
    [InlineData("FROM a\nCOPY --from a b\n", "missing a value on flag: --from")]
    [InlineData("FROM a\nCOPY --from=x --from=y a b\n", "duplicate flag specified: --from")]
    [InlineData("FROM a\nCOPY --link=perhaps a b\n", "expecting boolean value for flag --link, not: perhaps")]
    [InlineData("FROM a\nCOPY x <<EOF\n", "unterminated heredoc")]
    [InlineData("FROM a\nCOPY x <<EOF\nEOF\n", "COPY cannot accept a heredoc as a destination")]
    [InlineData("FROM a\nADD --keep-git-dir x y\n", "--keep-git-dir")]
    [InlineData("FROM a\nRUN\n", "RUN requires at least one argument")]
    [InlineData("FROM a\nRUN []\n", "RUN requires at least one argument")]
    [InlineData("FROM a\nRUN [1]\n", "when using JSON array syntax, arrays must be comprised of strings only")]
    [InlineData("FROM a\nRUN --network=nowhere x\n", "invalid network mode: \"nowhere\"")]
    [InlineData("FROM a\nRUN --security=insecure x\n", "--security=insecure")]
    [InlineData("FROM a\nRUN --device=gpu x\n", "--device")]
    [InlineData("FROM a\nRUN --mount=type=secret x\n", "a secret needs an id or a target")]
    [InlineData("FROM a\nRUN --mount=type=ssh,from=b x\n", "unexpected key 'from' for mount type 'ssh'")]
    [InlineData("FROM a\nRUN --mount=type=cahce,target=/x x\n", "unsupported mount type \"cahce\" (did you mean cache?)")]
    [InlineData("FROM a\nRUN --mount=type=cache x\n", "target is required")]
    [InlineData("FROM a\nRUN --mount=type=tmpfs,target=/x,id=4 x\n", "unexpected key 'id' for mount type 'tmpfs'")]
    [InlineData("FROM a\nRUN --mount=type=cache,target x\n", "invalid field 'target' must be a key=value pair")]
    [InlineData("FROM a\nRUN --mount=type=cache,target=/x,sharing=some x\n", "unsupported sharing value \"some\"")]
    [InlineData("FROM a\nRUN --mount=type=cache,target=/x,mode=rwx x\n", "invalid value for mode: rwx")]
    [InlineData("FROM a\nRUN --mount=type=tmpfs,target=/x,size=lots x\n", "invalid value for size: lots")]
    [InlineData("FROM a\nSHELL\n", "SHELL requires at least one argument")]
    [InlineData("FROM a\nSHELL sh -c\n", "SHELL requires the arguments to be in JSON form")]
    [InlineData("FROM a\nWORKDIR\n", "WORKDIR requires exactly one argument")]
    [InlineData("FROM a\nUSER\n", "USER requires exactly one argument")]
    [InlineData("FROM a\nEXPOSE\n", "EXPOSE requires at least one argument")]
    [InlineData("FROM a\nVOLUME\n", "VOLUME requires at least one argument")]
    [InlineData("FROM a\nVOLUME [\" \"]\n", "VOLUME specified can not be an empty string")]
    [InlineData("FROM a\nHEALTHCHECK\n", "HEALTHCHECK requires at least one argument")]
    [InlineData("FROM a\nHEALTHCHECK curl\n", "Unknown type \"CURL\" in HEALTHCHECK (try CMD)")]
    [InlineData("FROM a\nHEALTHCHECK NONE x\n", "HEALTHCHECK NONE takes no arguments")]
    [InlineData("FROM a\nHEALTHCHECK CMD\n", "Missing command after HEALTHCHECK CMD")]
    [InlineData("FROM a\nHEALTHCHECK --interval=30 CMD x\n", "time: missing unit in duration \"30\"")]
    [InlineData("FROM a\nHEALTHCHECK --interval=3x CMD x\n", "time: unknown unit \"x\" in duration \"3x\"")]
    [InlineData("FROM a\nHEALTHCHECK --interval=1us CMD x\n", "Interval \"interval\" cannot be less than 1ms")]
    [InlineData("FROM a\nHEALTHCHECK --retries=-1 CMD x\n", "--retries cannot be negative (-1)")]
    [InlineData("FROM a\nONBUILD\n", "ONBUILD requires at least one argument")]
    [InlineData("FROM a\nONBUILD ONBUILD RUN x\n", "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed")]
    [InlineData("FROM a\nONBUILD FROM x\n", "FROM isn't allowed as an ONBUILD trigger")]
    [InlineData("FROM a\nONBUILD maintainer x\n", "MAINTAINER isn't allowed as an ONBUILD trigger")]
    [InlineData("FROM a\nONBUILD RNU x\n", "unknown instruction: RNU (did you mean RUN?)")]
    [InlineData("# escape=x\nFROM a\n", "invalid escape token 'x' does not match ` or \\")]
    [InlineData("# escape=`\n# escape=`\nFROM a\n", "only one escape parser directive can be used")]
    [InlineData("FROM a\nRUN a\0b\n", "null character")]
    public void A_wrong_Dockerfile_is_refused_with_the_known_text(string text, string expected)
    {
        var error = Assert.Throws<DavitException>(() => DockerfileParser.Parse("Dockerfile", text));
        Assert.Equal(ErrorKind.InvalidArgument, error.Kind);
        Assert.Contains(expected, error.Message + "\n", StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_shows_the_line_with_a_caret_below_the_word_at_fault()
    {
        var error = Assert.Throws<DavitException>(() => DockerfileParser.Parse("sub/Dockerfile", "FROM a\nCOPY --chown=1 \\\n  --form=x a b\n"));
        Assert.EndsWith("\nsub/Dockerfile:3\n    3 |   --form=x a b\n      |   ^^^^^^", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_at_the_limit_is_read_and_one_above_is_refused()
    {
        var atLimit = "RUN " + new string('x', SourceText.MaxLineBytes - 4);
        Assert.Single(DockerfileParser.Parse("Dockerfile", $"FROM a\n{atLimit}\n").Stages[0].Instructions);
        var error = Assert.Throws<DavitException>(() => DockerfileParser.Parse("Dockerfile", $"FROM a\n{atLimit}x\n"));
        Assert.Contains("dockerfile line greater than max allowed size of 65535", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_above_the_limit_is_refused()
    {
        var error = Assert.Throws<DavitException>(() => DockerfileParser.Parse("Dockerfile", "FROM a\n" + new string('#', SourceText.MaxBytes)));
        Assert.Contains("is larger than", error.Message, StringComparison.Ordinal);
    }
}

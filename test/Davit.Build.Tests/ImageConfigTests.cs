using System.Text.Json;
using Davit.Oci.Image;
using Davit.Oci.Runtime;

namespace Davit.Build.Tests;

public class ImageConfigTests
{
    [Fact]
    public async Task Instructions_arrive_in_the_configuration()
    {
        await using var fixture = new BuilderFixture();
        await fixture.BaseAsync(config: new ImageRunConfig { Env = ["PATH=/bin", "BASE=1"], Cmd = ["base"], Labels = new Dictionary<string, string> { ["base"] = "1" } });
        var image = (await fixture.BuildAsync("""
            FROM base
            MAINTAINER me
            ENV A=1 B="two words" PATH=/x:$PATH
            ENV A=$A$A C=$A
            LABEL base=2 "a b"="c d"
            WORKDIR /srv
            WORKDIR sub
            USER app
            EXPOSE 80 53/udp 7000-7002
            VOLUME /data /more
            STOPSIGNAL SIGINT
            SHELL ["/bin/ash", "-ec"]
            HEALTHCHECK --interval=5s --retries=2 CMD test -f /ok
            ONBUILD RUN echo hi
            ENTRYPOINT ["/entry"]
            CMD run it
            """, with: r => r with { Labels = new Dictionary<string, string> { ["by"] = "$me 'x'" } })).Image;
        var config = image.Config.Config;
        Assert.Equal(["PATH=/x:/bin", "BASE=1", "A=11", "B=two words", "C=1"], config.Env);
        Assert.Equal("/srv/sub", config.WorkingDir);
        Assert.Equal("app", config.User);
        Assert.Equal(["53/udp", "7000/tcp", "7001/tcp", "7002/tcp", "80/tcp"], config.ExposedPorts!.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["/data", "/more"], config.Volumes!.Keys);
        Assert.Equal("SIGINT", config.StopSignal);
        Assert.Equal(["/bin/ash", "-ec"], config.Shell);
        Assert.Equal(["CMD-SHELL", "test -f /ok"], config.Healthcheck!.Test);
        Assert.Equal((5_000_000_000L, 2), (config.Healthcheck.Interval, config.Healthcheck.Retries));
        Assert.Equal(["RUN echo hi"], config.OnBuild);
        Assert.Equal(["/entry"], config.Entrypoint);
        Assert.Equal(["/bin/ash", "-ec", "run it"], config.Cmd);
        Assert.Equal("2", config.Labels!["base"]);
        Assert.Equal("c d", config.Labels["a b"]);
        Assert.Equal("$me 'x'", config.Labels["by"]);
        Assert.Equal("me", image.Config.Author);
        Assert.Equal("linux", image.Config.Os);
    }

    [Fact]
    public async Task The_history_tells_each_step_as_the_classic_builder_does()
    {
        await using var fixture = new BuilderFixture();
        await fixture.BaseAsync();
        var image = (await fixture.BuildAsync("""
            FROM base
            ARG V=1
            ENV A=b
            RUN write /f x
            WORKDIR /srv
            COPY a.txt /x
            EXPOSE 80
            VOLUME /v
            ENTRYPOINT ["/e", "a b"]
            CMD x
            """, [("a.txt", "a")])).Image;
        var history = image.Config.History.Skip(1).ToList();
        Assert.Equal(
            ["/bin/sh -c #(nop)  ARG V=1", "/bin/sh -c #(nop)  ENV A=b", "|1 V=1 /bin/sh -c write /f x", "/bin/sh -c #(nop) WORKDIR /srv"],
            history.Take(4).Select(h => h.CreatedBy));
        Assert.Matches("^/bin/sh -c #\\(nop\\) COPY file:[0-9a-f]{64} in /x $", history[4].CreatedBy);
        Assert.Equal(
            ["/bin/sh -c #(nop)  EXPOSE 80", "/bin/sh -c #(nop)  VOLUME [/v]", "/bin/sh -c #(nop)  ENTRYPOINT [\"/e\" \"a b\"]", "/bin/sh -c #(nop)  CMD [\"/bin/sh\" \"-c\" \"x\"]"],
            history.Skip(5).Select(h => h.CreatedBy));
        Assert.Equal([true, true, false, false, false, true, true, true, true], history.Select(h => h.EmptyLayer));
        Assert.Equal(image.Config.RootFs.DiffIds.Count, image.Config.History.Count(h => !h.EmptyLayer));
    }

    [Fact]
    public async Task Steps_are_told_as_Docker_tells_them()
    {
        await using var fixture = new BuilderFixture();
        var basis = await fixture.BaseAsync();
        var outcome = await fixture.BuildAsync("FROM base\nRUN echo hello;err oops\nENV A=b\n", with: r => r with { Tags = [Oci.Reference.Parse("name:tag")] });
        var id = outcome.Image.Id;
        var text = System.Text.RegularExpressions.Regex.Replace(outcome.Output, "Running in [0-9a-f]{12}|container [0-9a-f]{12}", "X");
        Assert.StartsWith($"Step 1/3 : FROM base\n ---> {basis.Id.Short}\nStep 2/3 : RUN echo hello;err oops\n ---> X\nhello\n\u001b[91moops\n\u001b[0m ---> Removed intermediate X\n ---> ", text, StringComparison.Ordinal);
        Assert.EndsWith($"Step 3/3 : ENV A=b\n ---> {id.Short}\nSuccessfully built {id.Short}\nSuccessfully tagged name:tag\n", text, StringComparison.Ordinal);
        Assert.Equal($"{{\"ID\":\"{id}\"}}", outcome.Aux);
        Assert.Equal(id, fixture.Images.Resolve("name:tag").Id);
        Assert.Equal(basis.Id, outcome.Image.Parent);
    }

    [Fact]
    public async Task A_quiet_build_says_nothing()
    {
        await using var fixture = new BuilderFixture();
        await fixture.BaseAsync();
        var outcome = await fixture.BuildAsync("FROM base\nENV A=b\n", with: r => r with { Quiet = true });
        Assert.NotNull(outcome.Result);
        Assert.Equal("", outcome.Output);
    }

    [Fact]
    public async Task Entrypoint_drops_the_command_of_the_base_but_not_that_of_the_build()
    {
        await using var fixture = new BuilderFixture();
        await fixture.BaseAsync(config: new ImageRunConfig { Cmd = ["base"] });
        Assert.Null((await fixture.BuildAsync("FROM base\nENTRYPOINT [\"e\"]\n")).Image.Config.Config.Cmd);
        Assert.Equal(["c"], (await fixture.BuildAsync("FROM base\nCMD [\"c\"]\nENTRYPOINT [\"e\"]\n")).Image.Config.Config.Cmd);
    }

    [Fact]
    public async Task Arguments_come_from_the_client_the_stage_or_the_top()
    {
        await using var fixture = new BuilderFixture();
        await fixture.BaseAsync();
        var outcome = await fixture.BuildAsync("""
            ARG TOP=top
            ARG BASE=base
            FROM $BASE AS one
            ARG TOP
            ARG OWN=own
            ARG GIVEN=no
            ARG SHADOWED=arg
            ARG TARGETARCH
            ENV SHADOWED=env
            RUN env
            FROM one
            ENV ALL=$TOP,$OWN,$GIVEN,$SHADOWED,$TARGETARCH
            """, with: r => r with { BuildArgs = new Dictionary<string, string?> { ["GIVEN"] = "yes", ["UNKNOWN"] = "x", ["OTHER"] = null } });
        Assert.Contains("ALL=top,own,yes,env,amd64", outcome.Image.Config.Config.Env!);
        Assert.Contains("GIVEN=yes\n", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("SHADOWED=env\n", outcome.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\nSHADOWED=arg\n", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("[Warning] One or more build-args [OTHER UNKNOWN] were not consumed\n", outcome.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ARG API_TOKEN", "(ARG \"API_TOKEN\") (line 2)")]
    [InlineData("ENV DB_PASSWORD=x", "(ENV \"DB_PASSWORD\") (line 2)")]
    public async Task Secrets_in_arguments_are_warned_about(string instruction, string expected)
    {
        await using var fixture = new BuilderFixture();
        await fixture.BaseAsync();
        Assert.Contains($"[Warning] SecretsUsedInArgOrEnv: Do not use ARG or ENV instructions for sensitive data {expected}\n", (await fixture.BuildAsync($"FROM base\n{instruction}\n")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Triggers_of_the_base_run_after_FROM()
    {
        await using var fixture = new BuilderFixture();
        await fixture.BaseAsync();
        await fixture.BuildAsync("FROM base\nONBUILD COPY a.txt /from-trigger\nONBUILD ENV T=1\n", with: r => r with { Tags = [Oci.Reference.Parse("trigger")] });
        var outcome = await fixture.BuildAsync("FROM trigger\nENV U=$T\n", [("a.txt", "a")]);
        Assert.Contains("# Executing 2 build triggers\n", outcome.Output, StringComparison.Ordinal);
        Assert.Equal("a", fixture.Look(outcome.Image, "/from-trigger")!.Value.Content);
        Assert.Contains("U=1", outcome.Image.Config.Config.Env!);
        Assert.Null(outcome.Image.Config.Config.OnBuild);
    }

    [Fact]
    public async Task Steps_run_as_the_user_in_the_directory_with_the_environment()
    {
        await using var fixture = new BuilderFixture();
        await fixture.BaseAsync();
        var output = (await fixture.BuildAsync("FROM base\nUSER app\nRUN user;env\nUSER 5:6\nRUN user\n")).Output;
        Assert.Contains("1000:1001\n", output, StringComparison.Ordinal);
        Assert.Contains("HOME=/home/app\n", output, StringComparison.Ordinal);
        Assert.Contains("PATH=/usr/local/sbin", output, StringComparison.Ordinal);
        Assert.Contains("5:6\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Limits_reach_the_step_and_not_the_cache()
    {
        await using var fixture = new BuilderFixture();
        await fixture.BaseAsync();
        var limits = new StepLimits
        {
            Memory = 64 << 20, MemorySwap = -1, CpuShares = 512, CpuPeriod = 100_000, CpuQuota = 50_000, CpusetCpus = "0", CpusetMems = "0", CgroupParent = "/own/parent",
            Rlimits = [RlimitSpec.FromUlimit("nofile", 100, 200), RlimitSpec.FromUlimit("core", -1, -1)],
        };
        var outcome = await fixture.BuildAsync("FROM base\nRUN limits\n", with: r => r with { Limits = limits });
        Assert.Contains("67108864 -1 512 100000 50000 0 0 RLIMIT_NOFILE=100:200,RLIMIT_CORE=18446744073709551615:18446744073709551615 /own/parent\n", outcome.Output, StringComparison.Ordinal);
        await fixture.BuildAsync("FROM base\nRUN limits\n");
        Assert.Single(fixture.Runner.Commands);
    }

    [Fact]
    public async Task Proxy_settings_come_in_both_cases()
    {
        await using var fixture = new BuilderFixture();
        await fixture.BaseAsync();
        var outcome = await fixture.BuildAsync("FROM base\nRUN env\n", with: r => r with { BuildArgs = new Dictionary<string, string?> { ["HTTP_PROXY"] = "http://one", ["no_proxy"] = "two", ["NO_PROXY"] = "three" } });
        Assert.Contains("\nHTTP_PROXY=http://one\n", "\n" + outcome.Output, StringComparison.Ordinal);
        Assert.Contains("\nhttp_proxy=http://one\n", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("\nno_proxy=two\n", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("\nNO_PROXY=three\n", outcome.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("root", "0")]
    [InlineData("app", "1001 44")]
    [InlineData("77", "0")]
    [InlineData("88:99", "99")]
    public async Task The_primary_group_is_among_the_supplementary_ones(string user, string groups)
    {
        await using var fixture = new BuilderFixture();
        await fixture.BaseAsync();
        Assert.Contains($"\n{groups}\n", (await fixture.BuildAsync($"FROM base\nUSER {user}\nRUN groups\n")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Secrets_that_are_not_there_count_only_when_they_are_required()
    {
        await using var fixture = new BuilderFixture();
        await fixture.BaseAsync();
        Assert.Contains("\nran\n", (await fixture.BuildAsync("FROM base\nRUN --mount=type=secret,id=s --mount=type=ssh echo ran\n")).Output, StringComparison.Ordinal);
        Assert.StartsWith("secret npm: not found\nDockerfile:2\n", (await fixture.BuildAsync("FROM base\nRUN --mount=type=secret,target=/root/npm,required=true echo ran\n")).ErrorText, StringComparison.Ordinal);
        Assert.StartsWith("no SSH key \"k\" forwarded from the client\nDockerfile:2\n", (await fixture.BuildAsync("FROM base\nRUN --mount=type=ssh,id=k,required=true echo ran\n")).ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_scripts_are_read_from_heredocs()
    {
        await using var fixture = new BuilderFixture();
        await fixture.BaseAsync();
        var output = (await fixture.BuildAsync("FROM base\nRUN <<EOF\necho one;\necho two\nEOF\nRUN <<X\n#!/bin/prog\necho\nX\nRUN cat <<A >f\nx\nA\n")).Output;
        Assert.Contains("one\ntwo\n", output, StringComparison.Ordinal);
        Assert.Equal(["echo one;\necho two\n", "/dev/pipes/X", "cat <<A >f\nx\nA"], fixture.Runner.Commands);
    }

    [Fact]
    public async Task Mounts_of_run_are_in_its_specification()
    {
        await using var fixture = new BuilderFixture();
        await fixture.BaseAsync();
        var output = (await fixture.BuildAsync(
            "FROM base\nWORKDIR /w\nRUN --mount=type=cache,target=c,sharing=locked --mount=type=tmpfs,target=/t,size=1m --mount=target=/b,source=d --mount=from=base,source=/etc,target=/e,rw mounts;read /b/one;read /e/group\n", [("d/one", "content")])).Output;
        Assert.Contains("bind /w/c rbind,rprivate\n", output, StringComparison.Ordinal);
        Assert.Contains("tmpfs /t nosuid,nodev,size=1048576\n", output, StringComparison.Ordinal);
        Assert.Contains("bind /b rbind,ro,rprivate\n", output, StringComparison.Ordinal);
        Assert.Contains("bind /e rbind,rprivate\n", output, StringComparison.Ordinal);
        Assert.Contains("content", output, StringComparison.Ordinal);
        Assert.Contains("extra:x:44:app", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_step_that_changes_nothing_makes_no_layer()
    {
        await using var fixture = new BuilderFixture();
        var basis = await fixture.BaseAsync();
        var image = (await fixture.BuildAsync("FROM base\nRUN echo x\nWORKDIR /etc\n")).Image;
        Assert.Equal(basis.Config.RootFs.DiffIds, image.Config.RootFs.DiffIds);
        Assert.Equal([true, true], image.Config.History.Skip(1).Select(h => h.EmptyLayer));
    }

    [Fact]
    public async Task Scratch_begins_with_nothing()
    {
        await using var fixture = new BuilderFixture();
        var image = (await fixture.BuildAsync("FROM scratch\nCOPY a /a\nCMD [\"/a\"]\n", [("a", "x")])).Image;
        Assert.Single(image.Config.RootFs.DiffIds);
        Assert.Equal(("linux", "amd64"), (image.Config.Os, image.Config.Architecture));
        Assert.Equal("x", JsonDocument.Parse(JsonSerializer.Serialize(fixture.Look(image, "/a")!.Value.Content)).RootElement.GetString());
    }

    [Theory]
    [InlineData("EXPOSE http", "invalid containerPort: http")]
    [InlineData("EXPOSE 80/icmp", "invalid proto: icmp")]
    [InlineData("EXPOSE 70000", "invalid containerPort: 70000")]
    [InlineData("EXPOSE 9-8", "invalid range specified for port: 9-8")]
    [InlineData("STOPSIGNAL SIGNOPE", "invalid signal: SIGNOPE")]
    [InlineData("ENV A=${B", "failed to process \"${B\": syntax error: missing '}'")]
    [InlineData("ENV A=${B:?no-value}", "B: no-value")]
    [InlineData("USER nobody\nRUN echo x", "unable to find user nobody: no matching entries in passwd file")]
    [InlineData("USER app:nogroup\nRUN echo x", "unable to find group nogroup: no matching entries in group file")]
    [InlineData("RUN --network=host --mount=target=/b,source=none echo x", "file does not exist")]
    [InlineData("RUN --mount=type=tmpfs,target=/ echo x", "invalid mount target \"/\"")]
    public async Task Wrong_values_are_named(string instructions, string expected)
    {
        await using var fixture = new BuilderFixture();
        await fixture.BaseAsync();
        Assert.Contains(expected, (await fixture.BuildAsync("FROM base\n" + instructions + "\n")).ErrorText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Missing", "Cannot locate specified Dockerfile: Missing")]
    [InlineData("empty", "the Dockerfile (empty) cannot be empty")]
    [InlineData("a\0b", "can't read a file of the context: open a\0b: invalid argument")]
    public async Task A_missing_or_empty_Dockerfile_is_named(string name, string expected)
    {
        await using var fixture = new BuilderFixture();
        var outcome = await fixture.BuildAsync("FROM base\n", [("empty", "")], r => r with { Dockerfile = name });
        Assert.Equal(expected, outcome.ErrorText);
    }

    [Fact]
    public async Task An_image_that_cannot_be_had_is_named_with_its_line()
    {
        await using var fixture = new BuilderFixture();
        var outcome = await fixture.BuildAsync("# first\nFROM localhost:1/none:tag\n");
        Assert.Contains("\nDockerfile:2\n    2 | FROM localhost:1/none:tag\n", outcome.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_network_is_asked_of_the_service()
    {
        await using var fixture = new BuilderFixture();
        await fixture.BaseAsync();
        var outcome = await fixture.BuildAsync("FROM base\nRUN echo x\n", with: r => r with { Network = "bridge" });
        Assert.Contains("network bridge not found", outcome.ErrorText, StringComparison.Ordinal);
    }
}

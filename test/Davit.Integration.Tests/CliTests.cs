using Davit.Testing;

namespace Davit.Integration.Tests;

/// <summary>Our own client does what docker's does, side by side on one daemon.</summary>
public sealed class CliTests(BusyboxDaemon fixture) : DockerTests(fixture)
{
    private async Task<string> Davit(params string[] arguments) => (await Daemon.DavitAsync(arguments)).Succeeded().Text;

    [Fact]
    public async Task Run_exec_logs_and_remove()
    {
        if (TestDaemon.IsPeer) return;
        var name = Unique("cli");
        Assert.Equal("hello", await Davit("run", "--rm", "--network", "none", "busybox", "echo", "hello"));
        Assert.Equal(64, (await Davit("run", "-d", "--name", name, "--network", "none", "busybox", "sh", "-c", "echo out; sleep 1000")).Length);
        Assert.Equal("1", await Davit("exec", "-e", "X=1", name, "sh", "-c", "echo $X"));
        Assert.Equal("out", await Davit("logs", name));
        Assert.Equal(name, await Davit("rm", "-f", name));
    }

    [Theory]
    [InlineData(127, "nosuch")]
    [InlineData(126, "/etc/passwd")]
    [InlineData(3, "sh", "-c", "exit 3")]
    public async Task Exit_codes_are_dockers(int code, params string[] command)
    {
        if (TestDaemon.IsPeer) return;
        Assert.Equal(code, (await Daemon.DavitAsync(["run", "--rm", "--network", "none", "busybox", .. command])).ExitCode);
    }

    [Fact]
    public async Task Half_closed_input_and_output_whole()
    {
        if (TestDaemon.IsPeer) return;
        Assert.Equal("5000", (await Daemon.DavitAsync(["run", "-i", "--rm", "--network", "none", "busybox", "wc", "-c"], new byte[5000])).Succeeded().Text);
    }

    [Fact]
    public async Task Flags_of_build_and_run_are_in_effect_or_refused_by_name()
    {
        if (TestDaemon.IsPeer) return;
        var context = Directory.CreateDirectory(Path.Combine(Daemon.Directory, Unique("flags"))).FullName;
        await File.WriteAllTextAsync(Path.Combine(context, "Dockerfile"), "FROM busybox\nCOPY Dockerfile /d\n");
        Assert.StartsWith("sha256:", await Davit("build", "-q", "--compress", context), StringComparison.Ordinal);
        foreach (var (flag, value, error) in new[] { ("--isolation", "hyperv", "isolation=hyperv"), ("--security-opt", "seccomp=x", "securityopt=[\"seccomp=x\"]") })
        {
            var refused = await Daemon.DavitAsync(["build", flag, value, context]);
            Assert.Equal(1, refused.ExitCode);
            Assert.Contains($"build option {error} is not in effect", refused.Error, StringComparison.Ordinal);
        }

        Assert.Contains("--use-api-socket is not in effect", (await Daemon.DavitAsync(["run", "--use-api-socket", "busybox"])).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lists_agree_with_dockers()
    {
        if (TestDaemon.IsPeer) return;
        var name = Unique("list");
        await Docker("create", "--name", name, "-l", "a=b", "--network", "none", "busybox", "sleep", "1000");
        foreach (string[] command in (string[][])
        [
            ["ps", "-a", "--no-trunc", "--format", "{{.ID}} {{.Image}} {{.Command}} {{.Names}} {{.State}} {{.Label \"a\"}}"], ["images", "--format", "{{.Repository}} {{.Tag}} {{.ID}} {{.Size}}"], ["network", "ls", "--format", "{{.Name}} {{.Driver}} {{.Scope}}"],
            ["inspect", "-f", "{{.Name}} {{.Config.Labels}} {{json .HostConfig.RestartPolicy}}", name], ["volume", "ls", "-q"], ["history", "--format", "{{.CreatedBy}}", "busybox"],
        ])
        {
            Assert.Equal((await Daemon.DockerAsync(command)).Succeeded().Output, (await Daemon.DavitAsync(command)).Succeeded().Output);
        }

        await Davit("rm", name);
    }

    [Fact]
    public async Task Build_copy_and_tag()
    {
        if (TestDaemon.IsPeer) return;
        var name = Unique("built");
        var context = Path.Combine(Daemon.Directory, name);
        Directory.CreateDirectory(context);
        await File.WriteAllTextAsync(context + "/Dockerfile", "FROM busybox\nCOPY file /file\nCMD [\"cat\",\"/file\"]\n");
        await File.WriteAllTextAsync(context + "/file", "content\n");
        Assert.StartsWith("sha256:", await Davit("build", "-q", "-t", name, context), StringComparison.Ordinal);
        Assert.Equal("content", await Davit("run", "--rm", "--network", "none", name));
        var container = await Davit("create", "--network", "none", name);
        await Davit("cp", container + ":/file", context + "/back");
        Assert.Equal("content\n", await File.ReadAllTextAsync(context + "/back"));
        await Davit("rm", container);
        await Davit("rmi", name);
    }

    [Fact]
    public async Task Mistakes_are_answered_with_what_was_meant()
    {
        if (TestDaemon.IsPeer) return;
        var command = await Daemon.DavitAsync("pss");
        Assert.Equal(1, command.ExitCode);
        Assert.Contains("Did you mean this?\n\tdavit ps", command.Error, StringComparison.Ordinal);
        var flag = await Daemon.DavitAsync("run", "--nmae", "x", "busybox");
        Assert.Equal(125, flag.ExitCode);
        Assert.Contains("unknown flag: --nmae", flag.Error, StringComparison.Ordinal);
        Assert.Contains("^^^^^^ did you mean --name?", flag.Error, StringComparison.Ordinal);
        var field = await Daemon.DavitAsync("images", "--format", "{{.Nmae}}");
        Assert.Equal(1, field.ExitCode);
        Assert.Contains("can't evaluate field Nmae", field.Error, StringComparison.Ordinal);
        Assert.Contains("valid fields: Containers, CreatedAt", field.Error, StringComparison.Ordinal);
        Assert.Contains("No such container: nosuch", (await Daemon.DavitAsync("start", "nosuch")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Completion_knows_live_names()
    {
        if (TestDaemon.IsPeer) return;
        var name = Unique("complete");
        await Docker("create", "--name", name, "--network", "none", "busybox");
        Assert.Contains(name, await Davit("__complete", "rm", "comp"), StringComparison.Ordinal);
        Assert.Contains("_davit", await Davit("completion", "bash"), StringComparison.Ordinal);
        await Docker("rm", name);
    }
}

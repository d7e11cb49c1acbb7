using Davit.Testing;

namespace Davit.Integration.Tests;

/// <summary>Completion, asked as bash asks: the script is loaded into a real bash and its function called for a typed line.</summary>
public sealed class CliCompletionTests(BusyboxDaemon fixture) : DockerTests(fixture)
{
    private async Task<string[]> Complete(string line)
    {
        var script = """
            PATH=$BIN:$PATH
            source <(davit completion bash)
            COMP_LINE=$LINE COMP_POINT=${#LINE}
            read -ra COMP_WORDS <<<"$LINE"; [[ "$LINE" == *" " ]] && COMP_WORDS+=("")
            COMP_CWORD=$((${#COMP_WORDS[@]}-1))
            _davit; printf '%s\n' "${COMPREPLY[@]}"
            """;
        var answer = await Command.RunAsync("bash", ["-c", script], environment: new Dictionary<string, string?> { ["LINE"] = line, ["BIN"] = Path.GetDirectoryName(Project.Executable("davit")), ["DAVIT_HOST"] = "unix://" + Daemon.Socket, ["HOME"] = Daemon.Directory });
        return answer.Succeeded().Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    [Fact]
    public async Task Bash_gets_commands_flags_and_live_names()
    {
        if (TestDaemon.IsPeer) return;
        var name = Unique("complete");
        await Docker("create", "--name", name, "--network", "none", "busybox");
        await Docker("volume", "create", name + "-v");
        await Docker("network", "create", name + "-n");
        Assert.Equal(["container"], await Complete("davit conta"));
        Assert.Equal(["--name"], await Complete("davit run --nam"));
        Assert.Equal([name], await Complete($"davit rm {name[..^2]}"));
        Assert.Empty(await Complete($"davit stop {name[..^2]}"));
        Assert.Equal(["busybox:latest"], await Complete("davit rmi busy"));
        Assert.Equal([name + "-v"], await Complete($"davit volume rm {name}"));
        Assert.Equal([name + "-n"], await Complete($"davit run --network {name}"));
        Assert.Equal([name], await Complete($"davit network connect {name}-n {name}"));
        Assert.Equal(["on-failure"], await Complete("davit run --restart on"));
        await Docker("rm", name);
        await Docker("volume", "rm", name + "-v");
        await Docker("network", "rm", name + "-n");
    }

    [Fact]
    public async Task The_protocol_is_cobras()
    {
        if (TestDaemon.IsPeer) return;
        Assert.Equal("ps\tList containers\n:4\n", (await Daemon.DavitAsync("__complete", "ps")).Succeeded().Output);
        Assert.Equal("ps\n:4\n", (await Daemon.DavitAsync("__completeNoDesc", "ps")).Succeeded().Output);
        Assert.Equal(":0\n", (await Daemon.DavitAsync("__complete", "run", "busybox", "")).Succeeded().Output);
    }
}

using Davit.Testing;

namespace Davit.Integration.Tests;

/// <summary>Our own client on a real terminal, which <c>script</c> gives it: whatever ends the client, the terminal is as it was.</summary>
public sealed class CliTerminalTests(BusyboxDaemon fixture) : DockerTests(fixture)
{
    /// <summary>Runs a shell script with a terminal of 33 rows and 101 columns; <c>$davit</c> is our client, asking this daemon.</summary>
    private async Task<Command> OnTerminal(string script, string keys = "sleep 60")
    {
        var file = Path.Combine(Daemon.Directory, Unique("tty") + ".sh");
        await File.WriteAllTextAsync(file, $"stty rows 33 cols 101\nbefore=$(stty -g)\n{script}\nrc=$?\n[ \"$before\" = \"$(stty -g)\" ] && echo terminal-as-before || echo terminal-changed\nexit $rc\n");
        return await Command.RunAsync("bash", ["-c", $"({keys}; true) | script -q -e -c 'bash {file}' /dev/null"],
            environment: new Dictionary<string, string?> { ["davit"] = Project.Executable("davit"), ["DAVIT_HOST"] = "unix://" + Daemon.Socket, ["HOME"] = Daemon.Directory, ["fifo"] = Daemon.Directory }, limit: TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task Size_and_exit_code_reach_the_user()
    {
        if (TestDaemon.IsPeer) return;
        var command = await OnTerminal("$davit run -it --rm --network none busybox sh -c 'stty size; exit 3'", "true");
        Assert.Contains("33 101", command.Output, StringComparison.Ordinal);
        Assert.Contains("terminal-as-before", command.Output, StringComparison.Ordinal);
        Assert.Equal(3, command.ExitCode);
    }

    [Fact]
    public async Task Detach_keys_leave_the_container_and_give_the_terminal_back()
    {
        if (TestDaemon.IsPeer) return;
        var name = Unique("detach");
        var command = await OnTerminal($"$davit run -it --name {name} --network none busybox sh -c 'echo ready; read line; echo got $line; exec sleep 1000'", $"until [ -n \"$({Project.Executable("davit")} -H unix://{Daemon.Socket} logs {name} 2>/dev/null | grep ready)\" ]; do :; done; printf '\\020\\021'");
        Assert.Contains("terminal-as-before", command.Output, StringComparison.Ordinal);
        Assert.Equal("running", await Docker("inspect", "-f", "{{.State.Status}}", name));
        await Docker("rm", "-f", name);
    }

    [Fact]
    public async Task Killing_the_client_softly_gives_the_terminal_back()
    {
        if (TestDaemon.IsPeer) return;
        var name = Unique("term");
        var command = await OnTerminal($"(until $davit logs {name} 2>/dev/null | grep -q ready; do :; done; kill -TERM $(cat {Daemon.Directory}/{name}.pid)) & sh -c 'echo $$ >{Daemon.Directory}/{name}.pid; exec $davit run -it --name {name} --network none busybox sh -c \"echo ready; exec sleep 1000\"'", "sleep 10");
        Assert.Contains("terminal-as-before", command.Output, StringComparison.Ordinal);
        await Docker("rm", "-f", name);
    }
}

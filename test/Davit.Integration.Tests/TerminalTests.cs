using Davit.Testing;

namespace Davit.Integration.Tests;

/// <summary>Terminals: resize, detach, Ctrl-C. <c>script</c> gives the client a terminal of its own.</summary>
public sealed class TerminalTests(BusyboxDaemon fixture) : DockerTests(fixture)
{
    private Task<Command> OnTerminal(string command, string keys, TimeSpan? limit = null) =>
        Daemon.ScriptAsync($"({keys}) | script -q -e -c \"stty rows 33 cols 101; {command}\" /dev/null", limit ?? TimeSpan.FromSeconds(30));

    [Fact]
    public async Task A_terminal_has_the_clients_size_and_merges_the_streams()
    {
        var output = (await OnTerminal("docker run -it --rm --network none busybox sh -c 'tty; stty size; echo err >&2'", "sleep 5")).Output;
        Assert.Contains("/dev/pts/0", output, StringComparison.Ordinal);
        Assert.Contains("33 101", output, StringComparison.Ordinal);
        Assert.Contains("err", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Typed_lines_reach_the_shell_and_its_exit_code_comes_back()
    {
        var command = await OnTerminal("docker run -it --rm --network none busybox sh", "sleep 2; echo 'echo typed-$((40+2))'; sleep 0.5; echo 'exit 3'; sleep 2");
        Assert.Contains("typed-42", command.Output, StringComparison.Ordinal);
        Assert.Equal(3, command.ExitCode);
    }

    [Fact]
    public async Task Detach_keys_leave_the_container_running()
    {
        var name = Unique("detach");
        var command = await OnTerminal($"docker run -it --name {name} --network none busybox sh", "sleep 2; printf '\\020\\021'; sleep 1");
        Assert.Contains("running", await Docker("inspect", "-f", "{{.State.Status}}", name), StringComparison.Ordinal);
        Assert.Equal(0, command.ExitCode);
        await Docker("rm", "-f", name);
    }

    [Fact]
    public async Task Control_c_interrupts_the_foreground_process()
    {
        var command = await OnTerminal("docker run -it --rm --network none busybox sh -c 'trap \\\"echo caught; exit 7\\\" INT; while true; do sleep 0.1; done'", "sleep 2; printf '\\003'; sleep 1");
        Assert.Contains("caught", command.Output, StringComparison.Ordinal);
        Assert.Equal(7, command.ExitCode);
    }

    [Fact]
    public async Task Signals_to_the_client_are_passed_on()
    {
        var name = Unique("proxy");
        var command = await Daemon.ScriptAsync($"docker run --name {name} --network none busybox sh -c 'trap \"echo got it; exit 6\" TERM; echo up; while true; do sleep 0.05; done' & until docker logs {name} 2>/dev/null | grep -q up; do sleep 0.05; done; kill -TERM $!; wait $!", TimeSpan.FromSeconds(30));
        Assert.Equal(6, command.ExitCode);
        Assert.Contains("got it", command.Output, StringComparison.Ordinal);
        await Docker("rm", name);
    }

    [Fact]
    public async Task Attach_joins_a_running_container()
    {
        var name = Unique("attach");
        await Docker("run", "-d", "-i", "--name", name, "--network", "none", "busybox", "sh", "-c", "while read line; do echo \"<$line>\"; done; echo end");
        var command = await Daemon.ScriptAsync($"(printf 'a\\nb\\n'; sleep 2) | timeout -s KILL 1.5 docker attach {name}; true", TimeSpan.FromSeconds(20));
        Assert.Equal("<a>\n<b>\n", command.Output.Replace("end\n", "", StringComparison.Ordinal));
        await Docker("rm", "-f", name);
    }

    [Fact]
    public async Task Exec_gets_a_terminal_too()
    {
        var name = Unique("exectty");
        await Docker("run", "-d", "--name", name, "--network", "none", "busybox", "sleep", "1000");
        var command = await OnTerminal($"docker exec -it {name} sh -c 'tty; stty size'", "sleep 5");
        Assert.Contains("/dev/pts/", command.Output, StringComparison.Ordinal);
        Assert.Contains("33 101", command.Output, StringComparison.Ordinal);
        await Docker("rm", "-f", name);
    }
}

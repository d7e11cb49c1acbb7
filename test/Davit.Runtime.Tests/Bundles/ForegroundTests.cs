using Davit.Testing;

namespace Davit.Runtime.Tests.Bundles;

/// <summary>A runtime that stays with its container's process.</summary>
public sealed class ForegroundTests
{
    private const string Traps = "trap 'echo user' USR1; trap 'echo size' WINCH; trap 'kill $!; exit 9' TERM; touch /data/ready; sleep 1000 & while :; do wait; done";

    [Theory]
    [InlineData("run")]
    [InlineData("exec")]
    public async Task Signals_go_to_the_process_and_its_exit_code_comes_back(string command)
    {
        await using var bundle = new OciBundle();
        if (command == "exec") await bundle.StartAsync("exec sleep 1000");
        bundle.Process(p => p with { Args = ["/bin/sh", "-c", Traps] });
        await bundle.WriteSpecAsync();
        var runtime = $"{OciBundle.Runtime} --root {bundle.Directory}/state";
        var line = command == "run" ? $"{runtime} run -b {bundle.Directory} {bundle.Id}" : $"{runtime} exec {bundle.Id} /bin/sh -c \"$1\"";

        // the second signal is sent when the first has been heard of
        var run = await Command.RunAsync("/bin/sh", ["-c", $$"""
            {{line}} >{{bundle.Directory}}/heard & p=$!
            until [ -e {{bundle.Root}}/data/ready ]; do :; done
            kill -USR1 $p; until grep -q user {{bundle.Directory}}/heard; do :; done
            kill -WINCH $p; until grep -q size {{bundle.Directory}}/heard; do :; done
            kill -TERM $p; wait $p; echo "code $?"
            """, "sh", Traps], limit: TimeSpan.FromSeconds(60));

        Assert.Equal("code 9\n", run.Output);
    }
}

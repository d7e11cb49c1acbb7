using System.Text.Json;
using Davit.Oci.Runtime;

namespace Davit.Runtime.Tests.Bundles;

public sealed class HookTests
{
    [Fact]
    public async Task Hooks_of_every_kind_run_in_order_with_the_state_and_in_their_namespaces()
    {
        await using var bundle = new OciBundle();
        HookSpec[] Outside(string name) => [new() { Path = "/bin/sh", Args = ["sh", "-c", $"{{ echo {name} $HOOK $(readlink /proc/self/ns/net); cat; echo; }} >> {bundle.Directory}/hooks"], Env = ["HOOK=set", "PATH=/bin:/usr/bin"] }];
        bundle.Spec = bundle.Spec with
        {
            Annotations = new Dictionary<string, string> { ["org.example"] = "yes" },
            Hooks = new()
            {
                Prestart = Outside("prestart"),
                CreateRuntime = Outside("createRuntime"),
                CreateContainer = Outside("createContainer"),
                StartContainer = [new() { Path = "/bin/sh", Args = ["sh", "-c", "echo startContainer; cat >/tmp/state; echo $$ >> /tmp/state"], Env = ["PATH=/bin"] }],
                Poststart = Outside("poststart"),
                Poststop = Outside("poststop"),
            },
        };

        var run = await bundle.RunAsync("cat /tmp/state; readlink /proc/self/ns/net");

        var output = run.Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var lines = await File.ReadAllLinesAsync(bundle.Directory + "/hooks", TestContext.Current.CancellationToken);
        var names = lines.Where((_, i) => i % 2 == 0).Select(l => l.Split(' ')).ToArray();
        var states = lines.Where((_, i) => i % 2 == 1).Select(l => JsonDocument.Parse(l).RootElement).ToArray();
        Assert.Equal(["prestart", "createRuntime", "createContainer", "poststart", "poststop"], names.Select(n => n[0]));
        Assert.All(names, n => Assert.Equal("set", n[1]));
        var host = new FileInfo("/proc/self/ns/net").LinkTarget;
        Assert.Equal([host, host, output[^1], host, host], names.Select(n => n[2]));
        Assert.Equal("startContainer", output[0]);
        Assert.All(states, s => Assert.Equal(bundle.Id, s.GetProperty("id").GetString()));
        Assert.All(states, s => Assert.Equal("yes", s.GetProperty("annotations").GetProperty("org.example").GetString()));
        Assert.Equal(["creating", "creating", "creating", "running", "stopped"], states.Select(s => s.GetProperty("status").GetString()));
        Assert.All(states[..^1], s => Assert.NotEqual(0, s.GetProperty("pid").GetInt32()));
    }

    [Theory]
    [InlineData("prestart")]
    [InlineData("createRuntime")]
    [InlineData("createContainer")]
    [InlineData("startContainer")]
    [InlineData("poststart")]
    public async Task A_hook_that_fails_or_takes_too_long_fails_the_start_and_leaves_nothing(string kind)
    {
        foreach (var (script, message) in ((string, string)[])[("exit 3", "exit status 3"), ("sleep 100", "ran past specified timeout of 1s")])
        {
            await using var bundle = new OciBundle();
            HookSpec[] bad = [new() { Path = "/bin/sh", Args = ["sh", "-c", script], Env = ["PATH=/bin:/usr/bin"], Timeout = 1 }];
            var hooks = kind switch
            {
                "prestart" => new HooksSpec { Prestart = bad },
                "createRuntime" => new HooksSpec { CreateRuntime = bad },
                "createContainer" => new HooksSpec { CreateContainer = bad },
                "startContainer" => new HooksSpec { StartContainer = bad },
                _ => new HooksSpec { Poststart = bad },
            };
            bundle.Spec = bundle.Spec with { Hooks = hooks with { Poststop = [new() { Path = "/bin/touch", Args = ["touch", bundle.Directory + "/stopped"] }] } };

            var run = await bundle.RunAsync("sleep 100");

            Assert.NotEqual(0, run.ExitCode);
            Assert.Contains("error running", run.Error);
            Assert.Contains(message, run.Error);
            Assert.True(File.Exists(bundle.Directory + "/stopped"), "poststop hooks run after a failed start too");
            Assert.NotEqual(0, (await bundle.OciAsync("state", bundle.Id)).ExitCode);
        }
    }
}

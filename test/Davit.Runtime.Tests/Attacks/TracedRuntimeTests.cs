using System.Text.Json;
using Davit.Runtime.Tests.Bundles;

namespace Davit.Runtime.Tests.Attacks;

/// <summary>The class of CVE-2016-9962: a process of the container looks into one that still is a copy of the runtime, with its memory and descriptors.</summary>
public sealed class TracedRuntimeTests
{
    [Fact]
    public async Task Process_that_waits_for_its_start_is_closed_to_others_in_its_pid_namespace()
    {
        await using var attacker = new OciBundle();
        await attacker.StartAsync("while :; do sleep 1; done");
        var pid = JsonDocument.Parse((await attacker.OciAsync("state", attacker.Id)).Succeeded().Output).RootElement.GetProperty("pid").GetInt32();
        await using var victim = new OciBundle();
        victim.Namespace("pid", $"/proc/{pid}/ns/pid");
        victim.Process(p => p with { Args = ["/bin/true"] });
        Assert.True((await victim.OciAsync("create", "-b", victim.Directory, victim.Id)).ExitCode == 0, victim.Errors);

        // both are root with the same capabilities, which let it read any directory
        await File.WriteAllTextAsync(attacker.Root + "/look", """
            for p in /proc/[0-9]*; do
              case $(cat $p/cmdline) in *state*create*) echo found; for l in $p/exe $p/fd/*; do readlink $l; done; busybox head -c 1 $p/environ; busybox head -c 1 $p/mem; cat $p/root/etc/x;; esac
            done 2>&1
            """, TestContext.Current.CancellationToken);
        var look = await attacker.OciAsync("exec", attacker.Id, "/bin/sh", "/look");

        Assert.StartsWith("found\nhead: ", look.Output, StringComparison.Ordinal);
        Assert.Equal(3, look.Output.Split("Permission denied").Length - 1);
    }
}

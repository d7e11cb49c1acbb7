using Davit.Testing;

namespace Davit.Runtime.Tests.Conformance;

/// <summary>The suite on the runtimes that others use: all of it holds there but for the listed differences, and each of those shows.</summary>
public sealed class PeerTests
{
    [Theory]
    [InlineData("runc")]
    [InlineData("crun")]
    [Trait("Ring", "engines")]
    public async Task Suite_holds_on_a_peer_but_for_the_listed_differences(string runtime)
    {
        Assert.SkipWhen(Suite.Unified, "the differences are listed for cgroup version 1");
        (await Command.RunAsync(Path.Combine(Project.Root, "eng/peers/peers"), ["tree"], limit: TimeSpan.FromMinutes(15))).Succeeded();
        string[] arguments = ["--progress", "off", "--no-ansi", "--filter-namespace", "Davit.Runtime.Tests.Conformance", "--filter-not-trait", "Ring=engines", "--filter-not-trait", "Ring=v2"];
        (await Command.RunAsync(Environment.ProcessPath!, arguments, environment: new Dictionary<string, string?> { ["DAVIT_TEST_RUNTIME"] = runtime }, limit: TimeSpan.FromMinutes(20))).Succeeded();
    }
}

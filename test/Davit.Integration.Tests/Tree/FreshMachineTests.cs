using Davit.Testing;

namespace Davit.Integration.Tests.Tree;

/// <summary>A fresh clone on a machine that has nothing but Debian 12, root and the .NET SDK. The two take turns in one machine: what the first installed and published, the second finds.</summary>
[Trait("Ring", "tree")]
public sealed class FreshMachineTests(FreshMachine machine) : IClassFixture<FreshMachine>
{
    [Fact]
    public async Task The_demo_tells_its_story_to_the_end()
    {
        var demo = (await machine.RunAsync("./build.sh", "demo")).Succeeded().Output;
        Assert.Contains("== Done in ", demo, StringComparison.Ordinal);
        var again = (await machine.RunAsync("./build.sh", "demo")).Succeeded().Output;
        Assert.Contains("== Done in ", again, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_ring_for_every_change_passes() =>
        Assert.Matches("\n[0-9]+ passed, 0 failed\n$", (await machine.RunAsync("./build.sh", "test")).Succeeded().Output);
}

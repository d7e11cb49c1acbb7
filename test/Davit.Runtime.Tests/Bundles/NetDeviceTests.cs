using Davit.Oci.Runtime;
using Davit.Testing;

namespace Davit.Runtime.Tests.Bundles;

/// <summary>Interfaces that were given to a container which does not come to life; the specification is silent on them.</summary>
public sealed class NetDeviceTests
{
    [Fact]
    public async Task Interface_that_the_kernel_would_remove_with_the_namespace_comes_back()
    {
        await using var bundle = new OciBundle();
        var name = $"dvr{Environment.ProcessId}";
        (await Command.RunAsync("ip", ["link", "add", name, "type", "veth", "peer", "name", name + "p"])).Succeeded();
        try
        {
            (await Command.RunAsync("ip", ["addr", "add", "10.213.2.5/24", "dev", name])).Succeeded();
            bundle.Linux(l => l with { NetDevices = new Dictionary<string, NetDeviceSpec> { [name] = new() { Name = "moved0" } } });
            bundle.Process(p => p with { Args = ["/nosuch"] });
            await bundle.CreateFailsAsync();
            Assert.Contains("inet 10.213.2.5/24", (await Command.RunAsync("ip", ["addr", "show", name])).Succeeded().Output, StringComparison.Ordinal);
        }
        finally
        {
            await Command.RunAsync("ip", ["link", "del", name]);
        }
    }
}

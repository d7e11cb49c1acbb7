using Davit.Runtime.Tests.Bundles;

namespace Davit.Runtime.Tests.Attacks;

/// <summary>The class of CVE-2021-30465: a mount point in a shared directory becomes a link that leads out of the container.</summary>
public sealed class MountPointRaceTests
{
    private const int Runs = 12;

    [Fact]
    public async Task Planted_link_leads_nowhere_outside()
    {
        await using var bundle = new OciBundle();
        var outside = Directory.CreateDirectory(bundle.Directory + "/outside").FullName;
        Directory.CreateDirectory(bundle.Root + outside); // what the link means to the container
        Directory.CreateDirectory(bundle.Root + "/outside");
        File.CreateSymbolicLink(bundle.Root + "/data/absolute", outside);
        File.CreateSymbolicLink(bundle.Root + "/data/relative", "../../outside");
        foreach (var link in (string[])["absolute", "relative"]) bundle.Mount(new() { Destination = $"/data/{link}/sub", Type = "tmpfs", Source = "tmpfs" });

        Assert.Contains($"{outside}/sub tmpfs", (await bundle.RunAsync("cut -d' ' -f2,3 /proc/mounts")).Succeeded().Output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(outside));
    }

    [Theory]
    [InlineData("tmpfs")]
    [InlineData("bind")]
    public async Task Mount_point_that_changes_meanwhile_leads_nowhere_outside(string type)
    {
        await using var victim = new OciBundle();
        await using var attacker = new OciBundle();
        var (shared, outside) = (Directory.CreateDirectory(victim.Directory + "/shared").FullName, Directory.CreateDirectory(victim.Directory + "/outside").FullName);
        Directory.CreateDirectory(shared + "/place");
        File.CreateSymbolicLink(shared + "/link", outside);
        victim.Mount(new() { Destination = "/data", Type = "bind", Source = shared, Options = ["rbind"] });
        for (var i = 0; i < 8; i++)
        {
            var destination = $"/data/place/sub{i}";
            victim.Mount(type == "bind" ? new() { Destination = destination, Type = "bind", Source = "/usr", Options = ["rbind"] } : new() { Destination = destination, Type = "tmpfs", Source = "tmpfs" });
        }

        await Swapper.StartAsync(attacker, shared, "place", "link");

        for (var i = 0; i < Runs; i++)
        {
            await victim.RunAsync("true"); // it may well fail: its mount points come and go
            Assert.Empty(Directory.GetFileSystemEntries(outside));
        }
    }
}

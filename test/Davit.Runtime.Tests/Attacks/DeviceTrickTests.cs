using Davit.Oci.Runtime;
using Davit.Runtime.Tests.Bundles;

namespace Davit.Runtime.Tests.Attacks;

/// <summary>The classes of CVE-2025-31133 (what masks is not the null device) and CVE-2025-52565 (/dev/console is a link): images that bring a /dev of their own.</summary>
public sealed class DeviceTrickTests
{
    private const int Runs = 8;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Masks_are_the_hosts_null_device_whatever_the_image_calls_so(bool race)
    {
        await using var victim = OwnDevices();
        await using var attacker = new OciBundle();
        await File.WriteAllTextAsync(Devices(victim) + "/null", "not it");
        await File.WriteAllTextAsync(victim.Root + "/secret", "uncovered");
        File.CreateSymbolicLink(Devices(victim) + "/other", "/secret");
        if (!race) File.Move(Devices(victim) + "/other", Devices(victim) + "/null", overwrite: true);
        else await Swapper.StartAsync(attacker, Devices(victim), "null", "other");
        victim.Linux(l => l with { MaskedPaths = ["/proc/keys", "/secret"] });

        for (var i = 0; i < Runs; i++)
        {
            Assert.Equal("1:3\n1:3\n", (await victim.RunAsync("stat -c %t:%T /proc/keys /secret; cat /proc/keys /secret")).Succeeded().Output);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Console_covers_nothing_but_its_own_name(bool race)
    {
        await using var victim = OwnDevices();
        await using var attacker = new OciBundle();
        await File.WriteAllTextAsync(victim.Root + "/etc/target", "untouched");
        await File.WriteAllTextAsync(Devices(victim) + "/other", "");
        File.CreateSymbolicLink(Devices(victim) + "/console", "/etc/target");
        if (race) await Swapper.StartAsync(attacker, Devices(victim), "console", "other");
        victim.Process(p => p with { Terminal = true });

        for (var i = 0; i < Runs; i++)
        {
            var run = await victim.RunAsync("cat /etc/target; grep -c etc/target /proc/self/mountinfo");
            if (run.ExitCode == 0 || run.Output.Length > 0) Assert.Equal("untouched0", run.Text);
            else Assert.Contains("/dev/console", run.Error, StringComparison.Ordinal);
        }
    }

    /// <summary>/dev is a directory that the attacker shares, bound as it is.</summary>
    private static OciBundle OwnDevices()
    {
        var bundle = new OciBundle();
        Directory.CreateDirectory(Devices(bundle) + "/pts");
        bundle.Spec = bundle.Spec with { Mounts = [.. bundle.Spec.Mounts!.Select(m => m.Destination != "/dev" ? m : new MountSpec { Destination = "/dev", Type = "bind", Source = Devices(bundle), Options = ["rbind"] })] };
        return bundle;
    }

    private static string Devices(OciBundle bundle) => bundle.Directory + "/devices";
}

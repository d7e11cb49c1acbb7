using Davit.Runtime.Tests.Bundles;

namespace Davit.Runtime.Tests.Attacks;

/// <summary>The class of CVE-2019-19921: procfs lands where the image wants it, and what hides parts of it somewhere else.</summary>
public sealed class ProcRaceTests
{
    private const int Runs = 12;

    [Theory]
    [InlineData("/proc", "proc")]
    [InlineData("/sys", "sysfs")]
    public async Task Link_in_place_of_a_kernel_file_system_is_refused(string destination, string type)
    {
        await using var bundle = new OciBundle();
        Directory.Delete(bundle.Root + destination);
        File.CreateSymbolicLink(bundle.Root + destination, "/data");
        if (type == "sysfs") bundle.Mount(new() { Destination = "/sys", Type = "sysfs", Source = "sysfs" });

        var run = await bundle.RunAsync("ls /data");

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains($"filesystem \"{type}\" must be mounted on ordinary directory", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hidden_paths_are_hidden_wherever_the_mount_point_goes_meanwhile()
    {
        await using var victim = new OciBundle();
        await using var attacker = new OciBundle();
        Directory.CreateDirectory(victim.Root + "/fake/sys");
        await File.WriteAllTextAsync(victim.Root + "/fake/keys", "bait", TestContext.Current.CancellationToken);

        victim.Linux(l => l with { MaskedPaths = ["/proc/keys"], ReadonlyPaths = ["/proc/sys"] });
        await Swapper.StartAsync(attacker, victim.Root, "proc", "fake");

        for (var i = 0; i < Runs; i++)
        {
            // whichever of the two procfs came to lie on: its keys are the null device, and its settings can't be written
            var run = await victim.RunAsync("""
                i=0
                while [ $i -lt 10000 ]; do
                  i=$((i+1))
                  for p in /proc /fake; do
                    cd $p; [ -e self/status ] || continue
                    stat -c 'keys %t:%T' keys; touch sys/kernel/hostname 2>&1; exit 0
                  done
                done
                """);

            Assert.Equal("keys 1:3\ntouch: sys/kernel/hostname: Read-only file system\n", run.Succeeded().Output);
        }
    }
}

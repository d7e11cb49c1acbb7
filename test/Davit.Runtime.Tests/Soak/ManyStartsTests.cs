using Davit.Runtime.Tests.Bundles;
using Davit.Testing;

namespace Davit.Runtime.Tests.Soak;

/// <summary>Thousands of starts, eight at a time, with namespaces, network and cgroups: none hangs or fails, and nothing is left of any.</summary>
[Trait("Ring", "soak")]
public sealed class ManyStartsTests
{
    private const int Starts = 5000, AtOnce = 8;

    /// <summary>Collects garbage every 32 KiB (hexadecimal), so that many collections fall into each start.</summary>
    private static readonly Dictionary<string, string?> s_environment = new() { ["DOTNET_GCgen0size"] = "8000" };

    [Fact]
    public async Task Containers_start_and_are_deleted()
    {
        await using var bundle = new OciBundle();
        bundle.Process(p => p with { Args = ["/bin/true"] });
        bundle.Linux(l => l with { CgroupsPath = null });
        (await bundle.OciAsync("run", "-b", bundle.Directory, bundle.Id)).Succeeded();
        var before = Left(bundle);

        await ManyAsync($"{OciBundle.Runtime} --root {bundle.Directory}/state run -b {bundle.Directory} {bundle.Id}_$1");

        Assert.Equal(before, Left(bundle));
        Assert.Empty(Directory.GetDirectories(bundle.Directory + "/state"));
    }

    [Fact]
    public async Task Processes_start_in_a_running_container()
    {
        await using var bundle = new OciBundle();
        await bundle.StartAsync("while :; do sleep 1; done");
        var before = Left(bundle);

        await ManyAsync($"{OciBundle.Runtime} --root {bundle.Directory}/state exec {bundle.Id} /bin/true");

        Assert.Equal(before, Left(bundle));
        var pids = await bundle.OciAsync("ps", "--format", "json", bundle.Id);
        Assert.True(pids.Succeeded().Output.Split(',').Length <= 2, pids.Output); // the shell, and its sleep
    }

    private static async Task ManyAsync(string command)
    {
        var script = $"seq {Starts} | xargs -P {AtOnce} -I{{}} sh -c 'exec {command} </dev/null' sh {{}}";
        (await Command.RunAsync("/bin/sh", ["-c", script], environment: s_environment, limit: TimeSpan.FromMinutes(15))).Succeeded();
    }

    /// <summary>What a start could leave on the machine: mounts, cgroups, namespaces, processes.</summary>
    private static string Left(OciBundle bundle)
    {
        var mounts = File.ReadAllLines("/proc/self/mountinfo").Count(l => l.Contains(bundle.Directory, StringComparison.Ordinal));
        var cgroups = Directory.GetDirectories("/sys/fs/cgroup").Append("/sys/fs/cgroup").Sum(d => Directory.GetDirectories(d, bundle.Id + "*").Length);
        var runtimes = Directory.GetDirectories("/proc").Count(d => Name(d) is "davit-oci");
        var zombies = Directory.GetDirectories("/proc").Count(d => Name(d) is "true");
        return $"{mounts} mounts, {cgroups} cgroups, {runtimes} runtimes, {zombies} processes";
    }

    private static string Name(string process)
    {
        try
        {
            return File.ReadAllText(process + "/comm").Trim();
        }
        catch (IOException)
        {
            return "";
        }
    }
}

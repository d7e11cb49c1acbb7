using Davit.Oci.Runtime;
using Davit.Runtime.Tests.Bundles;
using Davit.Testing;

namespace Davit.Runtime.Tests.Conformance;

/// <summary>config-linux.md: network devices.</summary>
public sealed class NetDeviceTests
{
    private const string Waits = "while :; do sleep 0.01; done";

    [Fact]
    [Clause("config-linux/net-devices/available", "config-linux/net-devices/attributes", "config-linux/net-devices/up")]
    public Task Interface_is_moved_with_its_attributes_and_up() => Suite.CheckAsync(async bundle =>
    {
        var name = Name(bundle, "a");
        await AddAsync(bundle, name, "10.213.1.5/24", "fd00:213::5/64");
        Devices(bundle, (name, "moved0"));
        bundle.Process(p => p with { Args = ["/bin/ip", "addr", "show", "moved0"] });
        var run = (await bundle.OciAsync("run", "-b", bundle.Directory, bundle.Id)).Succeeded().Output;
        Assert.Contains("mtu 1400", run);
        Assert.Contains("UP", run);
        Assert.Contains("inet 10.213.1.5/24", run);
        Assert.Contains("inet6 fd00:213::5/64 scope global", run);
        Assert.Contains("02:00:00:00:21:03", run);
        Assert.False(Directory.Exists("/sys/class/net/" + name));
    });

    [Theory]
    [InlineData("missing")]
    [InlineData("taken")]
    [InlineData("no namespace")]
    [InlineData("bad name")]
    [Clause("config-linux/net-devices/check")]
    public Task Interface_that_can_not_be_moved_is_an_error_and_stays(string what) => Suite.CheckAsync(async bundle =>
    {
        var name = Name(bundle, "a");
        if (what != "missing") await AddAsync(bundle, name);
        try
        {
            if (what == "no namespace") bundle.Linux(l => l with { Namespaces = [.. l.Namespaces!.Where(n => n.Type != "network")] });
            Devices(bundle, (name, what == "taken" ? "lo" : what == "bad name" ? "a/b" : null));
            await bundle.CreateFailsAsync();
            if (what != "missing") Assert.True(Directory.Exists("/sys/class/net/" + name));
        }
        finally
        {
            await Command.RunAsync("ip", ["link", "del", name]);
        }
    }, what);

    [Fact]
    [Clause("config-linux/net-devices/template")]
    public Task Template_makes_the_name_unique() => Suite.CheckAsync(async bundle =>
    {
        await AddAsync(bundle, Name(bundle, "a"));
        await AddAsync(bundle, Name(bundle, "b"));
        Devices(bundle, (Name(bundle, "a"), "net%d"), (Name(bundle, "b"), "net%d"));
        Assert.Equal("net0 net1", (await bundle.RunAsync("echo $(ls /sys/class/net 2>/dev/null; ip -o link | cut -d: -f2 | cut -d@ -f1 | grep net)")).Succeeded().Text);
    });

    [Fact]
    [Clause("config-linux/net-devices/not-managed", "config-linux/net-devices/not-moved-back")]
    public Task Interface_is_left_alone_in_the_container_and_goes_with_its_namespace() => Suite.CheckAsync(async bundle =>
    {
        var name = Name(bundle, "a");
        await AddAsync(bundle, name, "10.213.1.5/24");
        Devices(bundle, (name, null));
        bundle.Process(p => p with { Capabilities = p.Capabilities! with { Bounding = ["CAP_NET_ADMIN"], Effective = ["CAP_NET_ADMIN"], Permitted = ["CAP_NET_ADMIN"] } });
        await bundle.StartAsync($"ip link set {name} down; ip addr flush dev {name}; touch /tmp/done; {Waits}");
        await DocumentTests.AppearsAsync(bundle.Root + "/tmp/done");
        Assert.DoesNotContain("10.213.1.5", (await bundle.RawAsync(["exec", bundle.Id, "/bin/ip", "addr", "show", name])).Succeeded().Output);
        (await bundle.RawAsync(["kill", bundle.Id, "KILL"])).Succeeded();
        await bundle.UntilAsync("stopped");
        (await bundle.RawAsync(["delete", bundle.Id])).Succeeded();
        Assert.False(Directory.Exists("/sys/class/net/" + name));
    });

    private static string Name(OciBundle bundle, string suffix) => "dvc" + bundle.Id.GetHashCode(StringComparison.Ordinal).ToString("x8") + suffix;

    private static void Devices(OciBundle bundle, params (string Host, string? Inside)[] devices) =>
        bundle.Linux(l => l with { NetDevices = devices.ToDictionary(d => d.Host, d => new NetDeviceSpec { Name = d.Inside }) });

    private static async Task AddAsync(OciBundle bundle, string name, params string[] addresses)
    {
        bundle.Afterwards.Add(() => Command.RunAsync("ip", ["link", "del", name]));
        (await Command.RunAsync("ip", ["link", "add", name, "mtu", "1400", "address", "02:00:00:00:21:03", "type", "veth", "peer", "name", name + "p"])).Succeeded();
        foreach (var address in addresses) (await Command.RunAsync("ip", ["addr", "add", address, "dev", name])).Succeeded();
    }
}

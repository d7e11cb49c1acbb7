using System.Net;
using System.Net.Sockets;
using Davit.Linux.Netlink;
using Davit.Primitives;

namespace Davit.Network.Tests;

/// <summary>Options of the bridge driver: in effect, or refused in Docker's words.</summary>
[Collection("host")]
public sealed class DriverOptionTests
{
    private const string Second = "198.18.0.7";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("com.docker.network.bridge.enable_icc", "perhaps", "failed to parse com.docker.network.bridge.enable_icc value: perhaps (strconv.ParseBool: parsing \"perhaps\": invalid syntax)")]
    [InlineData("com.docker.network.bridge.inhibit_ipv4", "perhaps", "failed to parse com.docker.network.bridge.inhibit_ipv4 value: perhaps (strconv.ParseBool: parsing \"perhaps\": invalid syntax)")]
    [InlineData("com.docker.network.driver.mtu", "abc", "failed to parse com.docker.network.driver.mtu value: abc (strconv.Atoi: parsing \"abc\": invalid syntax)")]
    [InlineData("com.docker.network.driver.mtu", "-1", "invalid MTU number: -1")]
    [InlineData("com.docker.network.bridge.host_binding_ipv4", "abc", "failed to parse com.docker.network.bridge.host_binding_ipv4 value: abc (nil ip)")]
    [InlineData("com.docker.network.host_ipv4", "::1", "failed to parse com.docker.network.host_ipv4 value: ::1 (nil ip)")]
    [InlineData("com.docker.network.bridge.gateway_mode_ipv6", "abc", "failed to parse com.docker.network.bridge.gateway_mode_ipv6 value: abc (unknown gateway mode abc)")]
    [InlineData("com.docker.network.bridge.gateway_mode_ipv4", "isolated", "gateway mode 'isolated' can only be used for an internal network")]
    [InlineData("com.docker.network.bridge.trusted_host_interfaces", "eth0", "option com.docker.network.bridge.trusted_host_interfaces is not supported")]
    public async Task A_wrong_value_is_refused_in_Dockers_words(string option, string value, string message)
    {
        await using var host = await TestHost.StartAsync();
        Assert.Equal(message, (await Assert.ThrowsAsync<DavitException>(() => host.CreateAsync("n1", options: new() { [option] = value }))).Message);
        Assert.DoesNotContain(host.Service.List(), network => network.Name == "n1");
    }

    [Fact]
    public async Task A_container_hides_behind_the_address_that_its_network_names()
    {
        await using var host = await TestHost.StartAsync();
        using var links = NetlinkSocket.OpenRoute();
        var request = new NetlinkRequest();
        request.AddAddress(links.FindLink("outwire")!.Index, IPAddress.Parse(Second), 24);
        links.Execute(request);
        await host.CreateAsync("named", options: new() { ["com.docker.network.host_ipv4"] = Second });
        var sandbox = await host.AttachAsync("c1", "named");
        var server = TestHost.Serve(host.OutsidePath, 80);

        Assert.Equal(Second, TestHost.AskFrom(sandbox.NamespacePath, TestHost.OutsideAddress, 80));
        Assert.True(await server);
    }

    [Fact]
    public async Task The_host_keeps_out_of_an_isolated_network_and_its_containers_talk()
    {
        await using var host = await TestHost.StartAsync();
        await host.CreateAsync("alone", isInternal: true, options: new() { ["com.docker.network.bridge.gateway_mode_ipv4"] = "isolated", ["com.docker.network.bridge.name"] = "ntt-alone" });
        var one = await host.AttachAsync("c1", "alone");
        var two = await host.AttachAsync("c2", "alone");
        using var links = NetlinkSocket.OpenRoute();
        Assert.DoesNotContain(links.ListAddresses(), address => address.Index == links.FindLink("ntt-alone")!.Index);
        var server = TestHost.Serve(two.NamespacePath, 80);
        Assert.Equal(one.Endpoints["alone"].Address!.ToString(), TestHost.AskFrom(one.NamespacePath, two.Endpoints["alone"].Address!.ToString(), 80));
        Assert.True(await server);
    }

    [Fact]
    public async Task A_routed_network_is_open_from_outside_and_does_not_hide()
    {
        await using var host = await TestHost.StartAsync();
        await host.CreateAsync("routed", options: new() { ["com.docker.network.bridge.gateway_mode_ipv4"] = "routed" });
        await host.CreateAsync("closed", options: new() { ["com.docker.network.bridge.gateway_mode_ipv6"] = "routed" });
        var open = await host.AttachAsync("c1", "routed");
        var closed = await host.AttachAsync("c2", "closed");
        InNamespace.Run(host.OutsidePath, () =>
        {
            using var outside = NetlinkSocket.OpenRoute();
            var route = new NetlinkRequest();
            route.SetDefaultRoute(outside.FindLink("eth0")!.Index, IPAddress.Parse(TestHost.HostAddress));
            outside.Execute(route);
            return true;
        });
        var server = TestHost.Serve(open.NamespacePath, 80);
        Assert.Equal(TestHost.OutsideAddress, TestHost.AskFrom(host.OutsidePath, open.Endpoints["routed"].Address!.ToString(), 80));
        Assert.True(await server);
        Assert.ThrowsAny<SocketException>(() => TestHost.AskFrom(host.OutsidePath, closed.Endpoints["closed"].Address!.ToString(), 80, timeout: 300));
    }

    [Fact]
    public async Task A_second_subnet_of_a_family_and_the_word_default_are_refused_and_overlay_belongs_to_a_swarm()
    {
        await using var host = await TestHost.StartAsync();
        async Task<string> Refusal(NetworkOptions options) => (await Assert.ThrowsAsync<DavitException>(() => host.Service.CreateAsync(options, Cancellation))).Message;
        Assert.Equal("bridge driver doesn't support multiple subnets", await Refusal(new() { Name = "n1", Ipam = [("10.214.0.0/24", null, null), ("10.214.1.0/24", null, null)] }));
        Assert.Equal("operation is not permitted on predefined default network", await Refusal(new() { Name = "default" }));
        Assert.StartsWith("This node is not a swarm manager.", await Refusal(new() { Name = "n1", Driver = "overlay" }));
    }
}

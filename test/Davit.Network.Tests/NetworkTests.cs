using System.Net;
using System.Net.Sockets;
using Davit.Linux.Netlink;
using Davit.Primitives;

namespace Davit.Network.Tests;

[Collection("host")]
public sealed class NetworkTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_container_reaches_outside_behind_the_hosts_address()
    {
        await using var host = await TestHost.StartAsync();
        var sandbox = await host.AttachAsync("c1");
        var server = TestHost.Serve(host.OutsidePath, 80);

        Assert.Equal(TestHost.HostAddress, TestHost.AskFrom(sandbox.NamespacePath, TestHost.OutsideAddress, 80));
        Assert.True(await server);
    }

    [Fact]
    public async Task Containers_of_one_network_reach_each_other_by_their_own_addresses()
    {
        await using var host = await TestHost.StartAsync();
        var one = await host.AttachAsync("c1");
        var two = await host.AttachAsync("c2");
        var server = TestHost.Serve(two.NamespacePath, 80);

        Assert.Equal(Address(one), TestHost.AskFrom(one.NamespacePath, Address(two), 80));
        Assert.True(await server);
    }

    [Fact]
    public async Task Networks_are_isolated_from_each_other_and_from_outside()
    {
        await using var host = await TestHost.StartAsync();
        await host.CreateAsync("other");
        var one = await host.AttachAsync("c1");
        var two = await host.AttachAsync("c2", "other");
        var server = TestHost.Serve(two.NamespacePath, 80);

        Assert.ThrowsAny<SocketException>(() => TestHost.AskFrom(one.NamespacePath, Address(two, "other"), 80, timeout: 300));
        InNamespace.Run(host.OutsidePath, () => Route(host, "eth0", TestHost.HostAddress));
        Assert.ThrowsAny<SocketException>(() => TestHost.AskFrom(host.OutsidePath, Address(two, "other"), 80, timeout: 300));
        Assert.Equal(Gateway(host, "other"), TestHost.Ask(Address(two, "other"), 80));
        Assert.True(await server);
    }

    [Fact]
    public async Task An_internal_network_has_no_way_out_but_its_containers_talk()
    {
        await using var host = await TestHost.StartAsync();
        await host.CreateAsync("inner", isInternal: true);
        var one = await host.AttachAsync("c1", "inner", ports: [new PortBinding(null, 8080, 80, "tcp")]);
        var two = await host.AttachAsync("c2", "inner");
        Assert.Empty(one.Ports);
        Assert.Null(one.Endpoints["inner"].Gateway);
        var error = Assert.ThrowsAny<SocketException>(() => TestHost.AskFrom(one.NamespacePath, TestHost.OutsideAddress, 80, timeout: 300));
        Assert.Equal(SocketError.NetworkUnreachable, error.SocketErrorCode);

        // Also with a route of its own making it gets nowhere.
        InNamespace.Run(one.NamespacePath, () => Route(host, "eth0", Gateway(host, "inner")));
        Assert.ThrowsAny<SocketException>(() => TestHost.AskFrom(one.NamespacePath, TestHost.OutsideAddress, 80, timeout: 300));
        var server = TestHost.Serve(two.NamespacePath, 80);
        Assert.Equal(Address(one, "inner"), TestHost.AskFrom(one.NamespacePath, Address(two, "inner"), 80));
        Assert.True(await server);
    }

    [Fact]
    public async Task Without_icc_containers_of_one_network_do_not_reach_each_other()
    {
        await using var host = await TestHost.StartAsync();
        await host.CreateAsync("shy", options: new() { ["com.docker.network.bridge.enable_icc"] = "false" });
        var one = await host.AttachAsync("c1", "shy");
        var two = await host.AttachAsync("c2", "shy");
        var server = TestHost.Serve(two.NamespacePath, 80);
        Assert.ThrowsAny<SocketException>(() => TestHost.AskFrom(one.NamespacePath, Address(two, "shy"), 80, timeout: 300));
        Assert.Equal(Gateway(host, "shy"), TestHost.Ask(Address(two, "shy"), 80));
        Assert.True(await server);
    }

    [Fact]
    public async Task A_container_does_not_reach_the_hosts_loopback_addresses()
    {
        await using var host = await TestHost.StartAsync();
        var sandbox = await host.AttachAsync("c1");
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 9999));
        listener.ReceiveTimeout = 300;
        InNamespace.Run(sandbox.NamespacePath, () =>
        {
            // A route to 127/8 by the bridge, as an intruder with CAP_NET_ADMIN would make it.
            File.WriteAllText("/proc/sys/net/ipv4/conf/eth0/route_localnet", "1");
            using var links = NetlinkSocket.OpenRoute();
            var request = new NetlinkRequest();
            request.DeleteInterfaceAddress(1, IPAddress.Loopback, 8);
            links.Execute(request);
            using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            return sender.SendTo("?"u8, new IPEndPoint(IPAddress.Loopback, 9999));
        });
        Assert.Equal(SocketError.TimedOut, Assert.ThrowsAny<SocketException>(() => listener.Receive(new byte[10])).SocketErrorCode);
    }

    [Fact]
    public async Task A_running_container_is_connected_and_disconnected_and_its_default_route_follows()
    {
        await using var host = await TestHost.StartAsync();
        await host.CreateAsync("inner", isInternal: true);
        await host.CreateAsync("second");
        var events = new List<string>();
        host.Service.Changed += (action, network, container) => events.Add($"{action} {network.Name} {container}");
        var sandbox = await host.AttachAsync("c1", "inner");
        var endpoint = await host.Service.ConnectAsync("c1", new EndpointOptions { Network = "second", Aliases = ["web"] }, Cancellation);
        Assert.Equal("eth1", endpoint.Interface);
        var server = TestHost.Serve(host.OutsidePath, 80);
        Assert.Equal(TestHost.HostAddress, TestHost.AskFrom(sandbox.NamespacePath, TestHost.OutsideAddress, 80));
        Assert.True(await server);

        var twice = await Assert.ThrowsAsync<DavitException>(() => host.Service.ConnectAsync("c1", new EndpointOptions { Network = "second" }, Cancellation));
        Assert.Equal("endpoint with name c1 already exists in network second", twice.Message);
        await host.Service.DisconnectAsync("c1", "second", Cancellation);
        Assert.Equal(["inner"], host.Service.FindSandbox("c1")!.Endpoints.Keys);
        Assert.Equal(["eth0", "lo"], InNamespace.Run(sandbox.NamespacePath, InterfacesHere));
        var again = await Assert.ThrowsAsync<DavitException>(() => host.Service.DisconnectAsync("c1", "second", Cancellation));
        Assert.Equal("container c1 is not connected to network second", again.Message);
        Assert.Equal(["connect inner c1", "connect second c1", "disconnect second c1"], events);
    }

    [Fact]
    public async Task Published_ports_follow_to_the_next_network()
    {
        await using var host = await TestHost.StartAsync();
        await host.CreateAsync("second");
        var sandbox = await host.AttachAsync("c1", ports: [new PortBinding(null, 8080, 80, "tcp")]);
        await host.Service.ConnectAsync("c1", new EndpointOptions { Network = "second" }, Cancellation);
        await host.Service.DisconnectAsync("c1", "bridge", Cancellation);
        var server = TestHost.Serve(sandbox.NamespacePath, 80);
        Assert.Equal(TestHost.OutsideAddress, TestHost.AskFrom(host.OutsidePath, TestHost.HostAddress, 8080));
        Assert.True(await server);
    }

    [Fact]
    public async Task A_start_on_two_networks_has_two_interfaces_and_the_default_route_of_the_higher_priority()
    {
        await using var host = await TestHost.StartAsync();
        await host.CreateAsync("n1");
        await host.CreateAsync("n2");
        var sandbox = await host.Service.AttachAsync(
            new SandboxOptions { ContainerId = "c1", Endpoints = [new EndpointOptions { Network = "n1" }, new EndpointOptions { Network = "n2", GatewayPriority = 1 }] }, Cancellation);
        Assert.Equal(["eth0", "eth1"], sandbox.Endpoints.Values.Select(endpoint => endpoint.Interface).Order());
        var gateway = InNamespace.Run(sandbox.NamespacePath, () =>
        {
            using var links = NetlinkSocket.OpenRoute();
            return links.ListRoutes().Single(route => route.Destination.PrefixLength == 0 && route.Gateway is not null).Gateway;
        });
        Assert.Equal(Gateway(host, "n2"), gateway!.ToString());
    }

    [Fact]
    public async Task Network_none_has_nothing_but_lo()
    {
        await using var host = await TestHost.StartAsync();
        var sandbox = await host.AttachAsync("c1", "none");
        Assert.Equal(["lo"], InNamespace.Run(sandbox.NamespacePath, InterfacesHere));
        Assert.Contains("c1", host.Service.Resolve("none").Endpoints.Keys);
        var error = await Assert.ThrowsAsync<DavitException>(() => host.Service.ConnectAsync("c1", new EndpointOptions { Network = "bridge" }, Cancellation));
        Assert.Equal("container cannot be connected to multiple networks with one of the networks in private (none) mode", error.Message);
    }

    [Fact]
    public async Task A_container_has_Dockers_settings_of_the_network()
    {
        await using var host = await TestHost.StartAsync();
        var sandbox = await host.AttachAsync("c1");
        var settings = InNamespace.Run(sandbox.NamespacePath, () => ((string[])["ipv4/ip_unprivileged_port_start", "ipv4/ping_group_range", "ipv6/conf/eth0/disable_ipv6", "ipv6/conf/lo/disable_ipv6"])
            .Select(name => File.ReadAllText("/proc/sys/net/" + name).Trim()).ToArray());
        Assert.Equal(["0", "0\t2147483647", "1", "0"], settings);
    }

    [Fact]
    public async Task IPv6_addresses_can_be_used_at_once()
    {
        await using var host = await TestHost.StartAsync();
        await host.CreateAsync("six", ipv6: true);
        var one = (await host.AttachAsync("c1", "six")).Endpoints["six"];
        var sandbox = await host.AttachAsync("c2", "six");
        Assert.Equal(0xfd, one.Address6!.GetAddressBytes()[0]);
        var server = TestHost.Serve(host.Service.FindSandbox("c1")!.NamespacePath, 80, family: AddressFamily.InterNetworkV6);
        Assert.Equal(sandbox.Endpoints["six"].Address6!.ToString(), TestHost.AskFrom(sandbox.NamespacePath, one.Address6.ToString(), 80));
        Assert.True(await server);
    }

    [Fact]
    public async Task A_given_hardware_address_and_mtu_are_used()
    {
        await using var host = await TestHost.StartAsync();
        await host.CreateAsync("small", options: new() { ["com.docker.network.driver.mtu"] = "1400" });
        var sandbox = await host.Service.AttachAsync(
            new SandboxOptions { ContainerId = "c1", Endpoints = [new EndpointOptions { Network = "small", MacAddress = "02:42:aa:bb:cc:dd" }] }, Cancellation);
        Assert.Equal("02:42:aa:bb:cc:dd", sandbox.Endpoints["small"].MacAddress);
        var link = InNamespace.Run(sandbox.NamespacePath, () =>
        {
            using var links = NetlinkSocket.OpenRoute();
            return links.FindLink("eth0")!;
        });
        Assert.Equal(1400, link.Mtu);
        Assert.True(link.Up);
        var error = await Assert.ThrowsAsync<DavitException>(() => host.Service.AttachAsync(
            new SandboxOptions { ContainerId = "c2", Endpoints = [new EndpointOptions { Network = "small", MacAddress = "nonsense" }] }, Cancellation));
        Assert.Contains("nonsense", error.Message);
    }

    [Theory]
    [InlineData("host", "bridge", null, "operation is not permitted on predefined host network")]
    [InlineData("x", "host", null, "only one instance of \"host\" network is allowed")]
    [InlineData("x", "weird", null, "plugin \"weird\" not found")]
    [InlineData("x", "bridge", "10.231.0.1/24", "invalid network config:\ninvalid subnet 10.231.0.1/24: it should be 10.231.0.0/24")]
    [InlineData("x", "bridge", "10.231.0.0/33", "invalid network config:\ninvalid subnet 10.231.0.0/33: invalid CIDR block notation")]
    [InlineData("x", "bridge", "10.213.0.0/16", "invalid pool request: Pool overlaps with other one on this address space")]
    [InlineData("", "bridge", null, "invalid name: name is empty")]
    public async Task A_network_that_can_not_be_is_refused_in_Dockers_words(string name, string driver, string? subnet, string message)
    {
        await using var host = await TestHost.StartAsync();
        var error = await Assert.ThrowsAsync<DavitException>(() =>
            host.Service.CreateAsync(new NetworkOptions { Name = name, Driver = driver, Ipam = subnet is null ? [] : [(subnet, null, null)] }, Cancellation));
        Assert.Equal(message, error.Message);
    }

    [Fact]
    public async Task A_network_with_endpoints_stays_and_an_empty_one_goes_with_its_bridge()
    {
        await using var host = await TestHost.StartAsync();
        var network = await host.CreateAsync("n1");
        Assert.Contains(host.Interfaces(), name => name.StartsWith("ntt-", StringComparison.Ordinal));
        Assert.Equal("network with name n1 already exists", (await Assert.ThrowsAsync<DavitException>(() => host.CreateAsync("n1"))).Message);
        await host.AttachAsync("c1", "n1", name: "web");
        var error = await Assert.ThrowsAsync<DavitException>(() => host.Service.RemoveAsync("n1", Cancellation));
        Assert.Matches(@"^error while removing network: network n1 has active endpoints \(name:""web"" id:""[0-9a-f]{12}""\)$", error.Message);

        await host.Service.ReleaseAsync("c1", Cancellation);
        await host.Service.RemoveAsync(network.Id[..10], Cancellation);
        Assert.Equal("network n1 not found", Assert.Throws<DavitException>(() => host.Service.Resolve("n1")).Message);
        Assert.Equal("bridge is a pre-defined network and cannot be removed", (await Assert.ThrowsAsync<DavitException>(() => host.Service.RemoveAsync("bridge", Cancellation))).Message);
        await host.RestartAsync();
        Assert.DoesNotContain(host.Interfaces(), name => name.StartsWith("ntt-", StringComparison.Ordinal));
        Assert.Equal(["bridge", "host", "none"], host.Service.List().Select(other => other.Name).Order());
    }

    private static string Address(NetworkSandbox sandbox, string network = "bridge") => sandbox.Endpoints[network].Address!.ToString();

    private static string Gateway(TestHost host, string network) => host.Service.Resolve(network).Subnets[0].Gateway.ToString();

    private static bool Route(TestHost host, string interfaceName, string gateway)
    {
        using var links = NetlinkSocket.OpenRoute();
        var request = new NetlinkRequest();
        request.SetDefaultRoute(links.FindLink(interfaceName)!.Index, IPAddress.Parse(gateway));
        links.Execute(request);
        return host is not null;
    }

    private static string[] InterfacesHere()
    {
        using var links = NetlinkSocket.OpenRoute();
        return [.. links.ListLinks().Select(link => link.Name).Order()];
    }
}

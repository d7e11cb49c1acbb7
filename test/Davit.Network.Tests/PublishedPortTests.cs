using System.Net;
using System.Net.Sockets;
using Davit.Linux.Netlink;
using Davit.Linux.Nftables;
using Davit.Primitives;

namespace Davit.Network.Tests;

[Collection("host")]
public sealed class PublishedPortTests
{
    [Fact]
    public async Task A_client_outside_is_seen_with_its_own_address()
    {
        await using var host = await TestHost.StartAsync();
        var sandbox = await host.AttachAsync("c1", ports: [new PortBinding(null, 8080, 80, "tcp")]);
        var server = TestHost.Serve(sandbox.NamespacePath, 80);

        Assert.Equal(TestHost.OutsideAddress, TestHost.AskFrom(host.OutsidePath, TestHost.HostAddress, 8080));
        Assert.True(await server);
    }

    [Fact]
    public async Task The_host_reaches_a_port_by_loopback_and_by_its_own_address()
    {
        await using var host = await TestHost.StartAsync();
        var sandbox = await host.AttachAsync("c1", ports: [new PortBinding(null, 8080, 80, "tcp")]);
        var server = TestHost.Serve(sandbox.NamespacePath, 80, answers: 2);

        Assert.Equal("10.213.0.1", TestHost.Ask("127.0.0.1", 8080));
        Assert.Equal(TestHost.HostAddress, TestHost.Ask(TestHost.HostAddress, 8080));
        Assert.True(await server);
    }

    [Fact]
    public async Task A_port_on_loopback_alone_is_closed_outside()
    {
        await using var host = await TestHost.StartAsync();
        var sandbox = await host.AttachAsync("c1", ports: [new PortBinding(IPAddress.Loopback, 8080, 80, "tcp")]);
        var server = TestHost.Serve(sandbox.NamespacePath, 80);

        Assert.ThrowsAny<SocketException>(() => TestHost.AskFrom(host.OutsidePath, TestHost.HostAddress, 8080, timeout: 300));
        Assert.Equal("10.213.0.1", TestHost.Ask("127.0.0.1", 8080));
        Assert.True(await server);
    }

    [Fact]
    public async Task Udp_keeps_the_clients_address_and_finds_the_next_container()
    {
        await using var host = await TestHost.StartAsync();
        PortBinding[] ports = [new PortBinding(null, 5353, 53, "udp")];
        var first = await host.AttachAsync("c1", ports: ports);
        var server = TestHost.Serve(first.NamespacePath, 53, udp: true);
        Assert.Equal(TestHost.OutsideAddress, TestHost.AskFrom(host.OutsidePath, TestHost.HostAddress, 5353, udp: true));
        Assert.True(await server);

        await host.Service.ReleaseAsync("c1", TestContext.Current.CancellationToken);
        var second = await host.AttachAsync("c2", ports: ports);
        server = TestHost.Serve(second.NamespacePath, 53, udp: true);
        Assert.Equal(TestHost.OutsideAddress, TestHost.AskFrom(host.OutsidePath, TestHost.HostAddress, 5353, udp: true));
        Assert.True(await server);
    }

    [Fact]
    public async Task A_neighbour_and_the_container_itself_reach_a_published_port_by_the_hosts_address()
    {
        await using var host = await TestHost.StartAsync();
        var sandbox = await host.AttachAsync("c1", ports: [new PortBinding(null, 8080, 80, "tcp")]);
        var neighbour = await host.AttachAsync("c2");
        var server = TestHost.Serve(sandbox.NamespacePath, 80, answers: 2);

        Assert.Equal("10.213.0.1", TestHost.AskFrom(neighbour.NamespacePath, TestHost.HostAddress, 8080));
        Assert.Equal("10.213.0.1", TestHost.AskFrom(sandbox.NamespacePath, TestHost.HostAddress, 8080));
        Assert.True(await server);
    }

    [Fact]
    public async Task A_container_of_another_network_reaches_a_published_port_with_its_own_address()
    {
        await using var host = await TestHost.StartAsync();
        await host.CreateAsync("other");
        var sandbox = await host.AttachAsync("c1", ports: [new PortBinding(null, 8080, 80, "tcp")]);
        var stranger = await host.AttachAsync("c2", "other");
        var server = TestHost.Serve(sandbox.NamespacePath, 80);

        Assert.Equal(stranger.Endpoints["other"].Address!.ToString(), TestHost.AskFrom(stranger.NamespacePath, TestHost.HostAddress, 8080));
        Assert.True(await server);
    }

    [Fact]
    public async Task A_port_on_one_address_of_the_host_is_open_there_alone()
    {
        await using var host = await TestHost.StartAsync();
        var sandbox = await host.AttachAsync("c1", ports: [new PortBinding(IPAddress.Parse(TestHost.HostAddress), 8080, 80, "tcp")]);
        var server = TestHost.Serve(sandbox.NamespacePath, 80);
        Assert.ThrowsAny<SocketException>(() => TestHost.Ask("127.0.0.1", 8080, timeout: 300));
        Assert.Equal(TestHost.OutsideAddress, TestHost.AskFrom(host.OutsidePath, TestHost.HostAddress, 8080));
        Assert.True(await server);
        var error = await Assert.ThrowsAsync<DavitException>(() => host.AttachAsync("c2", ports: [new PortBinding(IPAddress.Parse("10.99.99.99"), 8081, 80, "tcp")]));
        Assert.EndsWith("failed to bind host port for 10.99.99.99:8081:10.213.0.3:80/tcp: cannot assign requested address", error.Message);
    }

    [Fact]
    public async Task A_port_of_another_program_is_refused_in_Dockers_words_and_nothing_stays()
    {
        await using var host = await TestHost.StartAsync();
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        other.Bind(new IPEndPoint(IPAddress.Any, 8080));
        other.Listen();

        var error = await Assert.ThrowsAsync<DavitException>(() => host.AttachAsync("c1", name: "web", ports: [new PortBinding(null, 8079, 80, "tcp"), new PortBinding(null, 8080, 80, "tcp")]));

        Assert.Matches(
            @"^failed to set up container networking: driver failed programming external connectivity on endpoint web \([0-9a-f]{64}\): failed to bind host port for 0\.0\.0\.0:8080:10\.213\.0\.2:80/tcp: address already in use$",
            error.Message);
        Assert.Null(host.Service.FindSandbox("c1"));
        Assert.Empty(host.Service.Resolve("bridge").Endpoints);
        await host.AttachAsync("c2", ports: [new PortBinding(null, 8079, 80, "tcp")]);
    }

    [Fact]
    public async Task A_port_of_another_container_is_refused_also_on_one_address()
    {
        await using var host = await TestHost.StartAsync();
        await host.AttachAsync("c1", ports: [new PortBinding(null, 8080, 80, "tcp")]);

        var error = await Assert.ThrowsAsync<DavitException>(() => host.AttachAsync("c2", ports: [new PortBinding(IPAddress.Loopback, 8080, 80, "tcp")]));
        Assert.EndsWith("Bind for 0.0.0.0:8080 failed: port is already allocated", error.Message);
        await host.AttachAsync("c3", ports: [new PortBinding(null, 8080, 80, "udp")]);
    }

    [Fact]
    public async Task A_port_is_really_taken_and_free_again_after_the_end()
    {
        await using var host = await TestHost.StartAsync();
        var sandbox = await host.AttachAsync("c1", ports: [new PortBinding(null, 0, 80, "tcp")]);
        var port = sandbox.Ports[0].HostPort;
        Assert.InRange(port, 32768, 60999);
        using (var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            Assert.Throws<SocketException>(() => { socket.Bind(new IPEndPoint(IPAddress.Any, port)); socket.Listen(); });
        }

        await host.Service.ReleaseAsync("c1", TestContext.Current.CancellationToken);
        using var free = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        free.Bind(new IPEndPoint(IPAddress.Any, port));
    }

    [Fact]
    public async Task Two_hundred_ports_are_one_element_and_all_work()
    {
        await using var host = await TestHost.StartAsync();
        var sandbox = await host.AttachAsync("c1", ports: [.. Enumerable.Range(7000, 200).Select(port => new PortBinding(null, (ushort)port, (ushort)port, "tcp"))]);
        using var netfilter = NetlinkSocket.OpenNetfilter();
        Assert.Equal(1, netfilter.CountElements(NftFamily.Inet, host.Instance.FirewallTable, "ranges4"));
        Assert.Equal(0, netfilter.CountElements(NftFamily.Inet, host.Instance.FirewallTable, "ports4"));

        foreach (var port in (int[])[7000, 7100, 7199])
        {
            var server = TestHost.Serve(sandbox.NamespacePath, port);
            Assert.Equal(TestHost.OutsideAddress, TestHost.AskFrom(host.OutsidePath, TestHost.HostAddress, port));
            Assert.True(await server);
        }

        await host.Service.ReleaseAsync("c1", TestContext.Current.CancellationToken);
        Assert.Equal(0, netfilter.CountElements(NftFamily.Inet, host.Instance.FirewallTable, "ranges4"));
    }

    [Fact]
    public async Task A_free_port_of_a_range_is_chosen_until_none_is_left()
    {
        await using var host = await TestHost.StartAsync();
        PortBinding[] ports = [new PortBinding(null, 9000, 80, "tcp") { HostPortEnd = 9001 }];
        Assert.Equal(9000, (await host.AttachAsync("c1", ports: ports)).Ports[0].HostPort);
        Assert.Equal(9001, (await host.AttachAsync("c2", ports: ports)).Ports[0].HostPort);
        var error = await Assert.ThrowsAsync<DavitException>(() => host.AttachAsync("c3", ports: ports));
        Assert.Contains("all ports from 9000 to 9001 are in use", error.Message);
    }

    [Theory]
    [InlineData("sctp", "sctp")]
    [InlineData("", "80/")]
    public async Task An_unknown_protocol_is_refused_by_name(string protocol, string named)
    {
        await using var host = await TestHost.StartAsync();
        var error = await Assert.ThrowsAsync<DavitException>(() => host.AttachAsync("c1", ports: [new PortBinding(null, 80, 80, protocol)]));
        Assert.Equal(ErrorKind.NotImplemented, error.Kind);
        Assert.Contains(named, error.Message);
    }

    [Fact]
    public async Task IPv6_ports_lead_to_IPv6_addresses_and_keep_the_client()
    {
        await using var host = await TestHost.StartAsync();
        var network = await host.CreateAsync("six", ipv6: true);
        var sandbox = await host.AttachAsync("c1", "six", ports: [new PortBinding(null, 8080, 80, "tcp")]);
        Assert.Equal(2, sandbox.Ports.Count);
        var gateway = network.Subnets.Single(subnet => subnet.Subnet.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6).Gateway;
        var server = TestHost.Serve(sandbox.NamespacePath, 80, family: AddressFamily.InterNetworkV6);

        Assert.Equal(gateway.ToString(), TestHost.Ask(gateway.ToString(), 8080));
        Assert.True(await server);
        Assert.Equal(SocketError.ConnectionRefused, Assert.ThrowsAny<SocketException>(() => TestHost.Ask("::1", 8080)).SocketErrorCode);
        var error = await Assert.ThrowsAsync<DavitException>(() => host.AttachAsync("c2", "six", ports: [new PortBinding(IPAddress.IPv6Loopback, 8081, 80, "tcp")]));
        Assert.Contains("cannot publish on ::1", error.Message);
    }
}

using System.Net;
using System.Net.Sockets;
using Davit.Linux.Netlink;
using Davit.Linux.Nftables;

namespace Davit.Network.Tests;

[Collection("host")]
public sealed class DurabilityTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Running_containers_keep_their_network_while_no_daemon_is_there_and_the_next_one_knows_them()
    {
        await using var host = await TestHost.StartAsync();
        await host.CreateAsync("n1");
        var sandbox = await host.AttachAsync("c1", "n1", name: "web", ports: [new PortBinding(null, 8080, 80, "tcp")]);
        var server = TestHost.Serve(sandbox.NamespacePath, 80, answers: 2);

        await host.Service.DisposeAsync();
        Assert.Equal(TestHost.OutsideAddress, TestHost.AskFrom(host.OutsidePath, TestHost.HostAddress, 8080));
        await host.StartServiceAsync();
        Assert.Equal(TestHost.OutsideAddress, TestHost.AskFrom(host.OutsidePath, TestHost.HostAddress, 8080));
        Assert.True(await server);

        var found = host.Service.FindSandbox("c1")!;
        Assert.Equal(sandbox.NamespacePath, found.NamespacePath);
        Assert.Equal(sandbox.Endpoints["n1"].Address, found.Endpoints["n1"].Address);
        Assert.Equal(sandbox.Ports, found.Ports);
        Assert.NotEqual(sandbox.Endpoints["n1"].Address, (await host.AttachAsync("c2", "n1")).Endpoints["n1"].Address);
        await Assert.ThrowsAsync<Primitives.DavitException>(() => host.AttachAsync("c3", "n1", ports: [new PortBinding(null, 8080, 80, "tcp")]));

        await host.Service.ReleaseAllExceptAsync(["c2"], Cancellation);
        Assert.Null(host.Service.FindSandbox("c1"));
        Assert.ThrowsAny<SocketException>(() => TestHost.AskFrom(host.OutsidePath, TestHost.HostAddress, 8080, timeout: 300));
    }

    [Fact]
    public async Task What_a_killed_daemon_left_half_made_is_swept_up()
    {
        await using var host = await TestHost.StartAsync();
        await host.Service.DisposeAsync();
        var pin = Path.Combine(host.Instance.RunRoot, "netns", "0123456789ab");
        InNamespaceFactory.Make(pin);
        using (var links = NetlinkSocket.OpenRoute())
        {
            using var inside = NetworkNamespace.Open(pin);
            var request = new NetlinkRequest();
            request.AddVeth("ntt01234567", "eth0", inside.Number, 0, 0);
            request.AddBridge("ntt-01234567", [2, 0x42, 1, 2, 3, 4], 0);
            request.AddBridge("nttx-0123456", [2, 0x42, 1, 2, 3, 5], 0);
            links.Execute(request);
        }

        await host.StartServiceAsync();
        await host.Service.DisposeAsync();
        Assert.False(File.Exists(pin));
        Assert.DoesNotContain("ntt01234567", host.Interfaces());
        Assert.DoesNotContain("ntt-01234567", host.Interfaces());
        Assert.Contains("nttx-0123456", host.Interfaces());
        using (var links = NetlinkSocket.OpenRoute())
        {
            var request = new NetlinkRequest();
            request.DeleteLinkByName("nttx-0123456");
            links.Execute(request);
        }
    }

    [Fact]
    public async Task Hundreds_of_starts_leave_nothing()
    {
        await using var host = await TestHost.StartAsync();
        await host.Service.DisposeAsync();
        var before = (host.Interfaces(), host.NetworkMounts(), Descriptors());
        await host.StartServiceAsync();
        await host.CreateAsync("n1");
        for (var round = 0; round < 10; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() =>
                host.AttachAsync($"c{i}", i % 2 == 0 ? "bridge" : "n1", ports: [new PortBinding(null, (ushort)(9000 + i), 80, i % 4 == 0 ? "udp" : "tcp")]))));
            await Assert.ThrowsAsync<Primitives.DavitException>(() => host.AttachAsync("bad", "n1", ports: [new PortBinding(null, 9100, 80, "tcp"), new PortBinding(null, 9001, 80, "tcp")]));
            await Task.WhenAll(Enumerable.Range(0, 8).Select(i => host.Service.ReleaseAsync($"c{i}", Cancellation)));
        }

        using (var netfilter = NetlinkSocket.OpenNetfilter())
        {
            Assert.Equal(0, netfilter.CountElements(NftFamily.Inet, host.Instance.FirewallTable, "ports4"));
        }

        await host.Service.RemoveAsync("n1", Cancellation);
        await host.Service.DisposeAsync();
        Assert.Equal(before, (host.Interfaces(), host.NetworkMounts(), Descriptors()), new SameHost());
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(host.Instance.RunRoot, "netns")));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(host.Instance.RunRoot, "network")));
        await host.StartServiceAsync();
    }

    [Fact]
    public async Task A_default_bridge_moves_out_of_the_way_of_a_new_route_unless_somebody_uses_it()
    {
        await using var host = await TestHost.StartAsync();
        Assert.Equal("10.213.0.0/24", host.Service.Resolve("bridge").Subnets[0].Subnet.ToString());
        var id = host.Service.Resolve("bridge").Id;
        using var links = NetlinkSocket.OpenRoute();
        var wire = links.FindLink("outwire")!.Index;
        var request = new NetlinkRequest();
        request.AddAddress(wire, IPAddress.Parse("10.213.0.200"), 25);
        links.Execute(request);
        await host.AttachAsync("c1");
        await host.RestartAsync();
        Assert.Equal("10.213.0.0/24", host.Service.Resolve("bridge").Subnets[0].Subnet.ToString());
        await host.Service.ReleaseAsync("c1", Cancellation);
        await host.RestartAsync();
        Assert.Equal("10.213.1.0/24", host.Service.Resolve("bridge").Subnets[0].Subnet.ToString());
        Assert.Equal(id, host.Service.Resolve("bridge").Id);
        Assert.DoesNotContain(links.ListAddresses(), address => address.Address.ToString() == "10.213.0.1");
        var sandbox = await host.AttachAsync("c2");
        var server = TestHost.Serve(host.OutsidePath, 80);
        Assert.Equal(TestHost.HostAddress, TestHost.AskFrom(sandbox.NamespacePath, TestHost.OutsideAddress, 80));
        Assert.True(await server);
    }

    [Fact]
    public async Task An_emptied_firewall_is_put_back_at_the_next_change()
    {
        await using var host = await TestHost.StartAsync();
        var sandbox = await host.AttachAsync("c1", ports: [new PortBinding(null, 8080, 80, "tcp")]);
        using (var netfilter = NetlinkSocket.OpenNetfilter())
        {
            var batch = new NftBatch(NftFamily.Inet, host.Instance.FirewallTable);
            batch.DeleteTable();
            batch.Commit(netfilter);
        }

        await host.AttachAsync("c2", ports: [new PortBinding(null, 8081, 80, "tcp")]);
        var server = TestHost.Serve(sandbox.NamespacePath, 80);
        Assert.Equal(TestHost.OutsideAddress, TestHost.AskFrom(host.OutsidePath, TestHost.HostAddress, 8080));
        Assert.True(await server);
    }

    [Fact]
    public async Task Names_are_in_a_file_per_network_and_go_with_the_container()
    {
        await using var host = await TestHost.StartAsync();
        var network = await host.CreateAsync("n1");
        var sandbox = await host.AttachAsync("c1", "n1", aliases: ["web", "db"]);
        Assert.Equal(Path.Combine(host.Instance.RunRoot, "names", network.Id), Assert.Single(sandbox.NamesFiles));
        var address = sandbox.Endpoints["n1"].Address;
        Assert.Equal([$"{address} web", $"{address} web.n1", $"{address} db", $"{address} db.n1"], File.ReadAllLines(sandbox.NamesFiles[0]));
        host.Service.Rename("c1", "web", "front");
        Assert.Contains($"{address} front", File.ReadAllLines(sandbox.NamesFiles[0]));
        await host.Service.ReleaseAsync("c1", Cancellation);
        Assert.Empty(File.ReadAllLines(sandbox.NamesFiles[0]));
        Assert.Empty((await host.AttachAsync("c2")).NamesFiles);
    }

    [Fact]
    public async Task A_closed_forward_chain_is_opened_where_its_owner_invites_it_and_closed_again()
    {
        await using var host = await TestHost.StartAsync();
        await host.Service.DisposeAsync();
        using var netfilter = NetlinkSocket.OpenNetfilter();
        var theirs = new NftBatch(NftFamily.Ipv4, "filter");
        theirs.AddTable();
        theirs.AddChain("DOCKER-USER");
        theirs.AddChain("FORWARD", new NftHook("filter", NftHook.Forward, 0), drop: true);
        theirs.AddRule("FORWARD", rule => rule.Jump("DOCKER-USER"));
        theirs.Commit(netfilter);
        try
        {
            await host.StartServiceAsync();
            var sandbox = await host.AttachAsync("c1");
            var server = TestHost.Serve(host.OutsidePath, 80);
            Assert.Equal(TestHost.HostAddress, TestHost.AskFrom(sandbox.NamespacePath, TestHost.OutsideAddress, 80));
            Assert.True(await server);
            Assert.Contains(host.Service.Warnings, note => note.Contains("DOCKER-USER", StringComparison.Ordinal));
            var chain = netfilter.ListChains().Single(chain => chain.Name == "DOCKER-USER");
            Assert.Equal(2, netfilter.FindRules(chain, "davit: " + host.Instance.FirewallTable).Count);
            await host.Service.DisposeAsync();
            NetworkCleanup.RemoveEverything(host.Instance, null);
            Assert.Empty(netfilter.FindRules(chain, "davit: " + host.Instance.FirewallTable));
            Assert.DoesNotContain(host.Instance.FirewallTable, netfilter.ListTables(NftFamily.Inet));
        }
        finally
        {
            var gone = new NftBatch(NftFamily.Ipv4, "filter");
            gone.DeleteTable();
            gone.Commit(netfilter);
        }
    }

    private static int Descriptors() => Directory.EnumerateFiles("/proc/self/fd").Count();

    private sealed class SameHost : IEqualityComparer<(IReadOnlyList<string> Names, int Mounts, int Descriptors)>
    {
        public bool Equals((IReadOnlyList<string> Names, int Mounts, int Descriptors) x, (IReadOnlyList<string> Names, int Mounts, int Descriptors) y) =>
            x.Names.SequenceEqual(y.Names) && x.Mounts == y.Mounts && Math.Abs(x.Descriptors - y.Descriptors) <= 2; // the test runner has its own

        public int GetHashCode((IReadOnlyList<string> Names, int Mounts, int Descriptors) item) => item.Mounts;
    }
}

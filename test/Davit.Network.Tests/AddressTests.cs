using System.Net;
using Davit.Linux.Netlink;
using Davit.Network.Addresses;
using Davit.Primitives;

namespace Davit.Network.Tests;

[Collection("host")]
public sealed class AddressTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_subnet_gives_all_its_addresses_and_then_says_so()
    {
        await using var host = await TestHost.StartAsync();
        var network = await host.CreateAsync("tiny", "10.214.0.0/29");
        for (var i = 2; i <= 6; i++)
        {
            Assert.Equal($"10.214.0.{i}", (await host.AttachAsync($"c{i}", "tiny")).Endpoints["tiny"].Address!.ToString());
        }

        var error = await Assert.ThrowsAsync<DavitException>(() => host.AttachAsync("c7", "tiny"));
        Assert.Equal($"failed to set up container networking: no available IPv4 addresses on this network's address pools: tiny ({network.Id})", error.Message);
        await host.Service.ReleaseAsync("c4", Cancellation);
        Assert.Equal("10.214.0.4", (await host.AttachAsync("c7", "tiny")).Endpoints["tiny"].Address!.ToString());
    }

    [Fact]
    public async Task A_released_address_rests_and_the_hardware_address_follows_the_address()
    {
        await using var host = await TestHost.StartAsync();
        var first = (await host.AttachAsync("c1")).Endpoints["bridge"];
        Assert.Equal("10.213.0.2", first.Address!.ToString());
        Assert.Equal("02:42:0a:d5:00:02", first.MacAddress);
        await host.Service.ReleaseAsync("c1", Cancellation);
        Assert.Equal("10.213.0.3", (await host.AttachAsync("c2")).Endpoints["bridge"].Address!.ToString());
    }

    [Fact]
    public async Task A_wanted_address_is_given_once_and_only_from_the_subnet()
    {
        await using var host = await TestHost.StartAsync();
        await host.CreateAsync("n1", "10.214.0.0/24");
        Assert.Equal("10.214.0.77", (await host.AttachAsync("c1", "n1", address: IPAddress.Parse("10.214.0.77"))).Endpoints["n1"].Address!.ToString());
        Assert.EndsWith(": Address already in use", (await Assert.ThrowsAsync<DavitException>(() => host.AttachAsync("c2", "n1", address: IPAddress.Parse("10.214.0.77")))).Message);
        Assert.EndsWith("no configured subnet or ip-range contain the IP address 10.9.9.9", (await Assert.ThrowsAsync<DavitException>(() => host.AttachAsync("c2", "n1", address: IPAddress.Parse("10.9.9.9")))).Message);
        Assert.EndsWith("user specified IP address is supported on user defined networks only", (await Assert.ThrowsAsync<DavitException>(() => host.AttachAsync("c2", address: IPAddress.Parse("10.213.0.9")))).Message);

        Assert.Equal(
            "invalid config for network n1: invalid endpoint settings:\nno configured subnet or ip-range contain the IP address 10.9.9.9",
            Assert.Throws<DavitException>(() => host.Service.Validate(new EndpointOptions { Network = "n1", Address = IPAddress.Parse("10.9.9.9") })).Message);
        host.Service.Validate(new EndpointOptions { Network = "n1", Address = IPAddress.Parse("10.214.0.77") });
        host.Service.Validate(new EndpointOptions { Network = "not-yet" });

        // The same address at once after the end, as compose does when it makes a container anew.
        await host.Service.ReleaseAsync("c1", Cancellation);
        Assert.Equal("10.214.0.77", (await host.AttachAsync("c2", "n1", address: IPAddress.Parse("10.214.0.77"))).Endpoints["n1"].Address!.ToString());
    }

    [Fact]
    public async Task Range_gateway_and_auxiliary_addresses_are_kept()
    {
        await using var host = await TestHost.StartAsync();
        var network = await host.Service.CreateAsync(
            new NetworkOptions
            {
                Name = "n1",
                Ipam = [("10.214.0.0/24", "10.214.0.254", "10.214.0.128/30")],
                AuxiliaryAddresses = new Dictionary<string, string> { ["printer"] = "10.214.0.129" },
            },
            Cancellation);
        Assert.Equal("10.214.0.254", network.Subnets[0].Gateway.ToString());
        Assert.Equal("10.214.0.128", (await host.AttachAsync("c1", "n1")).Endpoints["n1"].Address!.ToString());
        Assert.Equal("10.214.0.130", (await host.AttachAsync("c2", "n1")).Endpoints["n1"].Address!.ToString());
    }

    [Theory]
    [InlineData("10.234.0.0/24", "1.2.3.4", null, null, "invalid gateway 1.2.3.4: parent subnet 10.234.0.0/24 doesn't contain this address")]
    [InlineData("10.234.0.0/24", null, "1.2.3.0/24", null, "invalid ip-range 1.2.3.0/24: parent subnet 10.234.0.0/24 doesn't contain ip-range")]
    [InlineData("10.234.0.0/24", null, null, "1.2.3.4", "invalid auxiliary address a: parent subnet 10.234.0.0/24 doesn't contain this address")]
    [InlineData(null, "1.2.3.4", null, null, "invalid subnet : invalid CIDR block notation")]
    public async Task Addresses_outside_the_subnet_are_refused_in_Dockers_words(string? subnet, string? gateway, string? range, string? auxiliary, string message)
    {
        await using var host = await TestHost.StartAsync();
        var error = await Assert.ThrowsAsync<DavitException>(() => host.Service.CreateAsync(
            new NetworkOptions
            {
                Name = "n1",
                Ipam = [(subnet, gateway, range)],
                AuxiliaryAddresses = auxiliary is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["a"] = auxiliary },
            },
            Cancellation));
        Assert.Equal("invalid network config:\n" + message, error.Message);
        Assert.Equal(ErrorKind.InvalidArgument, error.Kind);
    }

    [Fact]
    public async Task A_new_subnet_avoids_what_the_host_routes_and_the_pools_end_is_told()
    {
        await using var host = await TestHost.StartAsync(new NetworkServiceOptions
        {
            DefaultAddressPools = [TestHost.Pool("base=198.18.0.0/22,size=24")],
            PreparedNamespaces = 1,
            PreparedEmptyNamespaces = 0,
        });

        // 198.18.0.0/24 is the wire to outside.
        Assert.Equal("198.18.1.0/24", host.Service.Resolve("bridge").Subnets[0].Subnet.ToString());
        Assert.Equal("198.18.2.0/24", (await host.CreateAsync("n1")).Subnets[0].Subnet.ToString());
        Assert.Equal("198.18.3.0/24", (await host.CreateAsync("n2")).Subnets[0].Subnet.ToString());
        Assert.Equal("all predefined address pools have been fully subnetted", (await Assert.ThrowsAsync<DavitException>(() => host.CreateAsync("n3"))).Message);
    }

    [Fact]
    public async Task The_default_bridges_settings_are_kept()
    {
        await using var host = await TestHost.StartAsync(new NetworkServiceOptions { Bip = "10.215.1.1/24", FixedCidr = "10.215.1.64/26", PreparedNamespaces = 0, PreparedEmptyNamespaces = 0 });
        var subnet = host.Service.Resolve("bridge").Subnets[0];
        Assert.Equal("10.215.1.1", subnet.Gateway.ToString());
        Assert.Equal("10.215.1.64", (await host.AttachAsync("c1")).Endpoints["bridge"].Address!.ToString());
        using var links = NetlinkSocket.OpenRoute();
        Assert.Contains(links.ListAddresses(), address => address.Address.ToString() == "10.215.1.1" && address.PrefixLength == 24);
    }

    [Fact]
    public void A_huge_pool_costs_nothing()
    {
        var pool = new AddressPool(IPNetwork.Parse("fd00::/8"), 64);
        var taken = Enumerable.Range(0, 1000).Select(i => new IPNetwork((IPNetwork.Parse("fd00::/8").First() + ((UInt128)i << 64)).ToAddress(System.Net.Sockets.AddressFamily.InterNetworkV6), 64)).ToList();
        Assert.Equal("fd00:0:0:3e8::/64", SubnetChooser.Choose([pool], taken, ipv6: true).ToString());
        var allocator = new AddressAllocator(new SubnetModel(IPNetwork.Parse("fd00::/8"), IPAddress.Parse("fd00::1"), null));
        Assert.Equal("fd00::2", allocator.TryTake()!.ToString());
    }

    [Theory]
    [InlineData("10.0.0.0/30", "10.0.0.1", 1)]
    [InlineData("10.0.0.0/31", "10.0.0.0", 1)]
    [InlineData("10.0.0.0/24", "10.0.0.1", 253)]
    public void A_subnet_has_as_many_addresses_as_it_has(string subnet, string gateway, int count)
    {
        var allocator = new AddressAllocator(new SubnetModel(IPNetwork.Parse(subnet), IPAddress.Parse(gateway), null));
        var taken = new HashSet<IPAddress>();
        while (allocator.TryTake() is { } address)
        {
            Assert.True(taken.Add(address));
        }

        Assert.Equal(count, taken.Count);
        allocator.Release(taken.First());
        Assert.Equal(taken.First(), allocator.TryTake());
    }

    [Theory]
    [InlineData("base=10.0.0.0/16")]
    [InlineData("base=10.0.0.0/16,size=12")]
    [InlineData("base=10.0.0.0/16,size=31")]
    [InlineData("base=nonsense,size=24")]
    [InlineData("size=24,what=ever")]
    public void A_wrong_pool_is_named(string text) => Assert.Contains(text, Assert.Throws<DavitException>(() => AddressPool.Parse(text)).Message);
}

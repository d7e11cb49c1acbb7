using System.Net;
using Davit.Network.Files;

namespace Davit.Network.Tests;

public sealed class FilesTests
{
    private const string Host = "# a comment\nnameserver 127.0.0.53\nnameserver 10.0.0.53 # ours\nnameserver fd00::53\nsearch corp.example lab.example\noptions edns0 timeout:1\n";

    [Fact]
    public void Hosts_has_Dockers_lines_in_Dockers_order()
    {
        var text = HostsFile.Compose("h1", "dom.com", [IPAddress.Parse("172.17.0.3")], [("a", "1.2.3.4"), ("hh", "host-gateway")], IPAddress.Parse("172.17.0.1"));
        Assert.Equal(
            "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::\tip6-localnet\nff00::\tip6-mcastprefix\nff02::1\tip6-allnodes\nff02::2\tip6-allrouters\n"
            + "1.2.3.4\ta\n172.17.0.1\thh\n172.17.0.3\th1.dom.com h1\n",
            text);
    }

    [Theory]
    [InlineData("web", "", "172.17.0.3\tweb\n")]
    [InlineData("web.example.test", "", "172.17.0.3\tweb.example.test web\n")]
    [InlineData("web.example.test", "d.test", "172.17.0.3\tweb.example.test.d.test web\n")]
    public void Hosts_has_the_whole_name_and_its_first_part(string hostname, string domain, string line) =>
        Assert.EndsWith(line, HostsFile.Compose(hostname, domain, [IPAddress.Parse("172.17.0.3")], [], null));

    [Fact]
    public void The_default_bridge_gets_the_hosts_servers_that_it_can_reach()
    {
        var conf = ResolvConf.Compose(new ResolvConfOptions { HostFile = Host });
        Assert.Equal(["nameserver 10.0.0.53", "search corp.example lab.example", "options edns0 timeout:1"], Lines(conf));
        Assert.False(conf.UsesResolver);
    }

    [Fact]
    public void A_host_with_loopback_servers_alone_is_asked_by_the_monitor()
    {
        var conf = ResolvConf.Compose(new ResolvConfOptions { HostFile = "nameserver 127.0.0.1\n" });
        Assert.Equal(["nameserver 127.0.0.11"], Lines(conf));
        Assert.True(conf.UsesResolver);
        Assert.Equal(["127.0.0.1"], conf.Upstreams);
    }

    [Fact]
    public void A_user_defined_network_asks_the_resolver_with_ndots_0()
    {
        var conf = ResolvConf.Compose(new ResolvConfOptions { HostFile = Host, UserDefinedNetwork = true });
        Assert.Equal(["nameserver 127.0.0.11", "search corp.example lab.example", "options edns0 timeout:1 ndots:0"], Lines(conf));
        Assert.Equal(["127.0.0.53", "10.0.0.53", "fd00::53"], conf.Upstreams);
    }

    [Fact]
    public void Flags_take_the_place_of_the_hosts_settings()
    {
        var options = new ResolvConfOptions { HostFile = Host, Servers = ["9.9.9.9"], Search = ["."], Options = ["ndots:3"] };
        Assert.Equal(["nameserver 9.9.9.9", "options ndots:3"], Lines(ResolvConf.Compose(options)));
        var user = ResolvConf.Compose(options with { UserDefinedNetwork = true });
        Assert.Equal(["nameserver 127.0.0.11", "options ndots:3"], Lines(user));
        Assert.Equal(["9.9.9.9"], user.Upstreams);
    }

    [Fact]
    public void The_hosts_network_gets_the_hosts_file()
    {
        var conf = ResolvConf.Compose(new ResolvConfOptions { HostFile = Host, HostNetwork = true });
        Assert.Equal("nameserver 127.0.0.53", Lines(conf)[0]);
    }

    [Fact]
    public void Behind_systemds_stub_the_real_servers_are_read()
    {
        var directory = Directory.CreateTempSubdirectory("davit-resolv-").FullName;
        try
        {
            File.WriteAllText(directory + "/stub", "nameserver 127.0.0.53\n");
            File.WriteAllText(directory + "/real", "nameserver 10.0.0.1\n");
            Assert.Equal("nameserver 10.0.0.1\n", ResolvConf.ReadHost(directory + "/stub", directory + "/real"));
            Assert.Equal("nameserver 127.0.0.53\n", ResolvConf.ReadHost(directory + "/stub", directory + "/none"));
            Assert.Equal("", ResolvConf.ReadHost(directory + "/none", directory + "/none"));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static string[] Lines(ResolvConf conf) => [.. conf.Text.Split('\n').Where(line => line.Length > 0 && line[0] != '#')];
}

using Davit.Testing;

namespace Davit.Integration.Tests;

/// <summary>Bridges, published ports, names.</summary>
public sealed class NetworkTests(BusyboxDaemon fixture) : DockerTests(fixture)
{
    [Fact]
    public async Task Default_bridge_gives_an_address_files_and_a_way_to_the_host()
    {
        var output = await Docker("run", "--rm", "-h", "web", "busybox", "sh", "-c", "ip -4 -o addr show eth0 | awk '{print $4}'; ip route | grep default; cat /etc/hosts");
        Assert.Contains("/", output.Split('\n')[0], StringComparison.Ordinal);
        Assert.Contains("default via", output, StringComparison.Ordinal);
        Assert.Contains("127.0.0.1\tlocalhost", output, StringComparison.Ordinal);
        Assert.Matches(@"10\.\d+\.0\.\d+\tweb|172\.\d+\.0\.\d+\tweb", output);
        Assert.Equal("0% packet loss", System.Text.RegularExpressions.Regex.Match(await Docker("run", "--rm", "busybox", "sh", "-c", "ping -c1 -W2 $(ip route | awk '/default/{print $3}')"), "0% packet loss").Value);
    }

    [Fact]
    public async Task Resolver_is_the_hosts_unless_told_otherwise()
    {
        var host = (await File.ReadAllLinesAsync("/etc/resolv.conf")).First(line => line.StartsWith("nameserver", StringComparison.Ordinal));
        Assert.Contains(host, await Docker("run", "--rm", "busybox", "cat", "/etc/resolv.conf"), StringComparison.Ordinal);
        var own = await Docker("run", "--rm", "--dns", "192.0.2.53", "--dns-search", "example.test", "--add-host", "db:192.0.2.9", "busybox", "cat", "/etc/resolv.conf", "/etc/hosts");
        Assert.Contains("nameserver 192.0.2.53", own, StringComparison.Ordinal);
        Assert.Contains("search example.test", own, StringComparison.Ordinal);
        Assert.Contains("192.0.2.9\tdb", own, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Published_port_keeps_the_clients_address_from_another_namespace()
    {
        var name = Unique("server");
        await using var outside = await OutsideHost.CreateAsync();
        await Docker("run", "-d", "--name", name, "-p", "8080", "busybox", "httpd", "-f", "-vv", "-p", "8080");
        var port = (await Docker("port", name, "8080/tcp")).Split('\n')[0].Split(':')[^1];
        (await outside.RunAsync("curl", "-s", "--retry", "10", "--retry-connrefused", $"http://{outside.HostAddress}:{port}/")).Succeeded();
        Assert.Contains(outside.Address, (await Daemon.DockerAsync("logs", name)).Error, StringComparison.Ordinal);
        await Docker("rm", "-f", name);
    }

    [Fact]
    public async Task Published_port_answers_on_loopback_and_is_listed()
    {
        var name = Unique("loop");
        var port = TestRegistry.FreePort();
        await Docker("run", "-d", "--name", name, "-p", $"127.0.0.1:{port}:80/tcp", "-p", $"127.0.0.1:{port}:80/udp", "busybox", "sh", "-c", "echo body > /index.html; httpd -f -h / -p 80");
        Assert.Equal($"127.0.0.1:{port}", await Docker("port", name, "80/tcp"));
        Assert.Contains($"127.0.0.1:{port}->80/tcp", await Docker("ps", "--filter", "name=" + name, "--format", "{{.Ports}}"), StringComparison.Ordinal);
        var answer = await Command.RunAsync("curl", ["-s", "--retry", "10", "--retry-connrefused", "--retry-all-errors", $"http://127.0.0.1:{port}/index.html"]);
        Assert.Equal("body\n", answer.Output);
        var taken = await Fails(125, "run", "--rm", "-p", $"127.0.0.1:{port}:80", "busybox", "true");
        Assert.Contains($"127.0.0.1:{port}", taken, StringComparison.Ordinal);
        Assert.Contains("already", taken, StringComparison.Ordinal);
        await Docker("rm", "-f", name);
        Assert.NotEqual(0, (await Command.RunAsync("curl", ["-s", "-m", "2", $"http://127.0.0.1:{port}/"])).ExitCode);
    }

    [Fact]
    public async Task A_port_that_another_program_has_is_refused_by_number()
    {
        using var socket = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Any, 0);
        socket.Start();
        var port = ((System.Net.IPEndPoint)socket.LocalEndpoint).Port;
        var name = Unique("taken");
        var error = await Fails(125, "run", "--name", name, "-p", $"{port}:80", "busybox", "true");
        Assert.Contains($"{port}", error, StringComparison.Ordinal);
        Assert.Contains("address already in use", error, StringComparison.Ordinal);
        Assert.Equal("created", await Docker("inspect", "-f", "{{.State.Status}}", name));
        await Docker("rm", name);
    }

    [Fact]
    public async Task Udp_is_published()
    {
        var name = Unique("udp");
        var port = TestRegistry.FreePort();
        await using var outside = await OutsideHost.CreateAsync();
        await Docker("run", "-d", "--name", name, "-p", $"{port}:9999/udp", "-v", "/:/host:ro", "busybox", "chroot", "/host", "perl", "-MIO::Socket::INET", "-e",
            "$|=1; $s=IO::Socket::INET->new(LocalPort=>9999,Proto=>'udp') or die; print \"ready\\n\"; while($s->recv($d,999)){ $s->send($s->peerhost.\" \".$d) }");
        await Daemon.ScriptAsync($"until docker logs {name} | grep -q ready; do sleep 0.05; done", TimeSpan.FromSeconds(20));
        var answer = (await outside.RunAsync("bash", "-c", $"exec 3<>/dev/udp/{outside.HostAddress}/{port}; echo ping >&3; timeout 5 head -n1 <&3")).Succeeded();
        Assert.Equal(outside.Address + " ping\n", answer.Output);
        await Docker("rm", "-f", name);
    }

    [Fact]
    public async Task Containers_of_a_network_find_each_other_by_name_and_alias()
    {
        var network = Unique("net");
        var server = Unique("srv");
        await Docker("network", "create", "--label", "a=b", network);
        await Docker("run", "-d", "--network", network, "--name", server, "--network-alias", "web", "busybox", "sh", "-c", "echo found > /index.html; httpd -f -h / -p 80");
        foreach (var host in new[] { server, "web" })
        {
            Assert.Equal("found", await Docker("run", "--rm", "--network", network, "busybox", "sh", "-c", $"for i in 1 2 3 4 5 6 7 8 9; do wget -q -O- http://{host}/index.html && exit; sleep 0.2; done"));
        }

        Assert.Contains("nameserver 127.0.0.11", await Docker("run", "--rm", "--network", network, "busybox", "cat", "/etc/resolv.conf"), StringComparison.Ordinal);
        Assert.Contains("has active endpoints", await Fails(1, "network", "rm", network), StringComparison.Ordinal);
        Assert.Equal(server, await Docker("network", "inspect", "-f", "{{range .Containers}}{{.Name}}{{end}}", network));
        await Docker("rm", "-f", server);
        await Docker("network", "rm", network);
        Assert.Contains("not found", await Fails(1, "network", "inspect", network), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_server_takes_port_53_of_every_address_and_still_finds_names()
    {
        var (network, server, plain) = (Unique("net"), Unique("dns"), Unique("plain"));
        await Docker("network", "create", network);
        await Docker("run", "-d", "--network", network, "--name", server, "--network-alias", "names", "--expose", "53/udp", "busybox", "sleep", "1000");
        foreach (var transport in new[] { "tcp", "udp" })
        {
            var pid = await Docker("inspect", "-f", "{{.State.Pid}}", server);
            var listen = transport == "tcp" ? ", Listen => 1" : "";
            (await Command.RunAsync("nsenter", ["-t", pid, "-n", "perl", "-MIO::Socket::INET", "-e", $"IO::Socket::INET->new(Proto => '{transport}', LocalAddr => '0.0.0.0:53'{listen}) or die $!"])).Succeeded();
        }

        await Docker("exec", server, "ping", "-c1", "-W2", "names");
        await Docker("exec", server, "nslookup", "-type=a", server, "127.0.0.11");

        // one that was on no such network when it started
        await Docker("run", "-d", "--name", plain, "--expose", "53", "busybox", "sh", "-c", "nc -l -p 53; sleep 1000");
        await Docker("network", "connect", network, plain);
        await Docker("exec", plain, "ping", "-c1", "-W2", "names");
        await Docker("rm", "-f", server, plain);
        await Docker("network", "rm", network);
    }

    [Fact]
    public async Task Networks_are_apart_and_connect_joins_them()
    {
        var (one, two, server, client) = (Unique("one"), Unique("two"), Unique("srv"), Unique("cli"));
        await Docker("network", "create", one);
        await Docker("network", "create", two);
        await Docker("run", "-d", "--network", one, "--name", server, "busybox", "sleep", "1000");
        await Docker("run", "-d", "--network", two, "--name", client, "busybox", "sleep", "1000");
        var address = await Docker("inspect", "-f", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", server);
        Assert.NotEqual(0, (await Daemon.DockerAsync("exec", client, "ping", "-c1", "-W1", address)).ExitCode);
        await Docker("network", "connect", "--alias", "joined", one, client);
        await Docker("exec", client, "ping", "-c1", "-W2", address);
        await Docker("exec", server, "ping", "-c1", "-W2", "joined");
        await Docker("network", "disconnect", one, client);
        Assert.NotEqual(0, (await Daemon.DockerAsync("exec", client, "ping", "-c1", "-W1", address)).ExitCode);
        await Docker("rm", "-f", server, client);
        await Docker("network", "rm", one, two);
    }

    [Fact]
    public async Task A_running_container_learns_the_names_of_a_network_it_is_connected_to()
    {
        var (one, two, server, plain, member) = (Unique("one"), Unique("two"), Unique("srv"), Unique("plain"), Unique("mem"));
        await Docker("network", "create", one);
        await Docker("network", "create", two);
        await Docker("run", "-d", "--network", one, "--name", server, "--network-alias", "web", "busybox", "sleep", "1000");
        await Docker("run", "-d", "--name", plain, "busybox", "sleep", "1000");
        await Docker("run", "-d", "--network", two, "--name", member, "busybox", "sleep", "1000");
        foreach (var client in new[] { plain, member })
        {
            Assert.NotEqual(0, (await Daemon.DockerAsync("exec", client, "nslookup", "-type=a", "web")).ExitCode);
            await Docker("network", "connect", one, client);
            Assert.Contains("nameserver 127.0.0.11", await Docker("exec", client, "cat", "/etc/resolv.conf"), StringComparison.Ordinal);
            await Docker("exec", client, "ping", "-c1", "-W2", "web");
            await Docker("exec", client, "ping", "-c1", "-W2", server + "." + one);
        }

        // The name of a network that was left is nobody's; the others stay.
        await Docker("network", "disconnect", two, member);
        await Docker("exec", member, "ping", "-c1", "-W2", "web");
        await Docker("network", "disconnect", one, plain);
        Assert.DoesNotContain("127.0.0.11", await Docker("exec", plain, "cat", "/etc/resolv.conf"), StringComparison.Ordinal);
        await Docker("rm", "-f", server, plain, member);
        await Docker("network", "rm", one, two);
    }

    [Fact]
    public async Task An_address_of_ones_own_needs_a_subnet_of_ones_own()
    {
        var (chosen, given) = (Unique("cho"), Unique("giv"));
        await Docker("network", "create", chosen);
        await Docker("network", "create", "--subnet", "198.51.100.0/24", given);
        Assert.Equal("""[{"Subnet":"198.51.100.0/24"}]""", await Docker("network", "inspect", "-f", "{{json .IPAM.Config}}", given));
        Assert.Contains("user specified IP address is supported only when connecting to networks with user configured subnets", await Fails(125, "run", "--rm", "--network", chosen, "--ip", "10.9.9.9", "busybox", "true"), StringComparison.Ordinal);
        Assert.Contains($"invalid config for network {given}: invalid endpoint settings:\nno configured subnet or ip-range contain the IP address 10.9.9.9", await Fails(125, "run", "--rm", "--network", given, "--ip", "10.9.9.9", "busybox", "true"), StringComparison.Ordinal);
        Assert.Contains("198.51.100.77/24", await Docker("run", "--rm", "--network", given, "--ip", "198.51.100.77", "busybox", "ip", "-o", "-4", "addr"), StringComparison.Ordinal);
        await Docker("network", "rm", chosen, given);
    }

    [Fact]
    public async Task An_image_that_exposes_ports_shares_another_ones_network()
    {
        var (donor, image) = (Unique("don"), Unique("exposed"));
        await Docker("run", "-d", "--name", donor, "busybox", "sleep", "1000");
        await Docker("commit", "-c", "EXPOSE 80", donor, image);
        await Docker("run", "--rm", "--network", "container:" + donor, image, "true");
        Assert.Contains("port exposing and the container type network mode", await Fails(125, "run", "--rm", "--network", "container:" + donor, "--expose", "81", image, "true"), StringComparison.Ordinal);
        await Docker("rm", "-f", donor);
        await Docker("rmi", image);
    }

    [Fact]
    public async Task A_host_name_with_dots_has_its_first_part_in_hosts()
    {
        var output = await Docker("run", "--rm", "-h", "web.example.test", "--domainname", "d.test", "busybox", "sh", "-c", "tail -1 /etc/hosts; cat /etc/hostname");
        Assert.EndsWith("\tweb.example.test.d.test web\nweb.example.test", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Host_and_container_networks_are_shared()
    {
        Assert.Contains("lo", await Docker("run", "--rm", "--network", "host", "busybox", "ls", "/sys/class/net"), StringComparison.Ordinal);
        var name = Unique("shared");
        await Docker("run", "-d", "--name", name, "busybox", "sleep", "1000");
        var own = await Docker("exec", name, "ip", "-o", "addr");
        Assert.Equal(own, await Docker("run", "--rm", "--network", "container:" + name, "busybox", "ip", "-o", "addr"));
        await Docker("rm", "-f", name);
    }

    [Fact]
    public async Task Predefined_networks_are_listed_and_stay()
    {
        Assert.Equal("bridge host none", string.Join(' ', (await Docker("network", "ls", "--filter", "type=builtin", "--format", "{{.Name}}")).Split('\n').Order(StringComparer.Ordinal)));
        Assert.Contains("is a pre-defined network and cannot be removed", await Fails(1, "network", "rm", "bridge"), StringComparison.Ordinal);
        Assert.Contains("network nosuch not found", await Fails(125, "run", "--rm", "--network", "nosuch", "busybox", "true"), StringComparison.Ordinal);
    }
}

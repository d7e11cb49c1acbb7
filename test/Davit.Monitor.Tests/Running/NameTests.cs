using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Davit.Monitor.Runner;
using Davit.Monitor.Tests.Names;
using Davit.Oci.Runtime;

namespace Davit.Monitor.Tests.Running;

public sealed class NameTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Container_resolves_names_of_its_network_and_of_the_world_while_the_daemon_is_away()
    {
        await using var host = new ContainerHost();
        var name = host.Instance.Name;
        Ip("netns", "add", name);
        try
        {
            Ip("-n", name, "link", "set", "lo", "up");
            using var upstream = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
            File.WriteAllText(host["names"], "10.9.8.7 web\n");
            File.WriteAllText(Path.Combine(host.Root, "etc", "resolv.conf"), "nameserver 127.0.0.11\noptions ndots:0\n");
            var launch = host.Launch("names", "nslookup -type=a web; nslookup -type=a example.org; exit 0", spec => spec with
            {
                Linux = spec.Linux! with { Namespaces = [.. spec.Linux.Namespaces!.Where(n => n.Type != "network"), new NamespaceSpec { Type = "network", Path = $"/run/netns/{name}" }] },
            });
            var container = await host.StartAsync(launch with
            {
                Names = new NameService([host["names"]], [$"127.0.0.1:{((IPEndPoint)upstream.Client.LocalEndPoint!).Port}"]),
            });
            await host.RestartRunnerAsync();

            while (await upstream.ReceiveAsync(Cancellation) is var query && DnsWire.NameOf(query.Buffer) is var asked)
            {
                await upstream.SendAsync(DnsWire.Reply(query.Buffer, IPAddress.Parse("93.184.216.34")), query.RemoteEndPoint, Cancellation);
                if (asked == "example.org")
                {
                    break;
                }
            }

            container = (await host.Runner.AdoptAsync("names", host.RunDirectory("names"), Cancellation))!;
            await container.Exited.WaitAsync(TimeSpan.FromSeconds(20), Cancellation);
            var log = await host.LogAsync("names");
            Assert.Contains("10.9.8.7", log);
            Assert.Contains("93.184.216.34", log);
        }
        finally
        {
            Ip("netns", "delete", name);
        }
    }

    private static void Ip(params string[] arguments)
    {
        using var process = Process.Start("ip", arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}

using System.Net;
using System.Net.Sockets;
using System.Text;
using Davit.Testing;

namespace Davit.Integration.Tests.LogDrivers;

/// <summary>Servers and daemons that come and go: no line is lost, and nobody waits. The daemon's default driver is journald, its journal a socket of the test.</summary>
public sealed class LogDeliveryTests : IAsyncLifetime
{
    private readonly string _journal = $"/tmp/davit-journal-{Guid.NewGuid().ToString("n")[..8]}.sock";
    private LogReceiver? _entries;
    private TestDaemon? _daemon;

    private TestDaemon Daemon => _daemon!;

    public async ValueTask InitializeAsync()
    {
        _entries = LogReceiver.UnixDatagrams(_journal);
        _daemon = await (await TestDaemon.StartAsync("--journal-socket", _journal, "--log-driver", "journald", "--log-opt", "labels=tier")).WithBusyboxAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_daemon is not null) await _daemon.DisposeAsync();
        if (_entries is not null) await _entries.DisposeAsync();
    }

    [Fact]
    public async Task Journald_is_the_default_here()
    {
        if (TestDaemon.IsPeer) return;
        await Docker("run", "--name", "web", "--network", "none", "-l", "tier=front", "busybox", "sh", "-c", "echo hi; echo oh >&2");
        var id = await Docker("inspect", "-f", "{{.Id}}", "web");
        var entries = (await _entries!.NextAsync(2)).Order(StringComparer.Ordinal).ToList();
        var own = $"CONTAINER_ID={id[..12]}\nCONTAINER_ID_FULL={id}\nCONTAINER_NAME=web\nCONTAINER_TAG={id[..12]}\nIMAGE_NAME=busybox\nSYSLOG_IDENTIFIER={id[..12]}\nTIER=front\nSYSLOG_TIMESTAMP=2";
        Assert.StartsWith("PRIORITY=3\nMESSAGE=oh\n" + own, entries[0], StringComparison.Ordinal);
        Assert.StartsWith("PRIORITY=6\nMESSAGE=hi\n" + own, entries[1], StringComparison.Ordinal);
        Assert.Equal("{\"Type\":\"journald\",\"Config\":{\"labels\":\"tier\"}}", await Docker("inspect", "-f", "{{json .HostConfig.LogConfig}}", "web"));
        Assert.Equal("journald", await Docker("info", "-f", "{{.LoggingDriver}}"));
        Assert.Equal("hi", await Docker("logs", "web"));

        await _entries.DisposeAsync();
        Assert.Contains("failed to initialize logging driver: journald is not enabled on this host", (await Daemon.DockerAsync("start", "web")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_away_holds_nobody_up_and_gets_everything_later()
    {
        if (TestDaemon.IsPeer) return;
        int port;
        using (var reserved = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            reserved.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            port = ((IPEndPoint)reserved.LocalEndPoint!).Port;
        }

        await Docker("run", "--name", "many", "--network", "none", "--log-driver", "syslog", "--log-opt", $"syslog-address=tcp://127.0.0.1:{port}", "busybox", "seq", "1", "50000");
        Assert.Equal("50000", await Docker("logs", "-n", "1", "many"));
        await Daemon.StopAsync(); // what is left is sent by the next one, though the container has ended
        await Daemon.LaunchAsync();
        await using var server = LogReceiver.Tcp((byte)'\n', port);
        Assert.Equal(Enumerable.Range(1, 50000), (await server.NextAsync(50000)).Select(Number));
    }

    [Fact]
    public async Task Daemons_that_are_killed_and_stopped_lose_nothing_and_repeat_little()
    {
        if (TestDaemon.IsPeer) return;
        await using var server = LogReceiver.Tcp((byte)'\n');
        await Docker("run", "-d", "--name", "writer", "--network", "none", "--log-driver", "syslog", "--log-opt", $"syslog-address=tcp://127.0.0.1:{server.Port}",
            "busybox", "sh", "-c", "i=0; while [ $i -lt 6000 ]; do i=$((i+1)); echo $i; [ $((i % 100)) = 0 ] && usleep 20000; done");
        var seen = new List<int>();
        await ReadToAsync(1000);
        await Daemon.StopAsync();
        await Daemon.LaunchAsync();
        await ReadToAsync(2500);
        Assert.Equal(Enumerable.Range(1, seen[^1]), seen); // stopped in order: nothing twice
        await Daemon.KillAsync();
        await Daemon.LaunchAsync();
        await ReadToAsync(6000);
        Assert.Equal(Enumerable.Range(1, 6000), seen.Distinct());
        Assert.All(seen.Zip(seen.Skip(1)), pair => Assert.True(pair.Second <= pair.First + 1, $"{pair.Second} came after {pair.First}"));

        async Task ReadToAsync(int number)
        {
            while (seen.Count == 0 || seen[^1] < number) seen.Add(Number(Encoding.UTF8.GetString(await server.NextAsync())));
        }
    }

    [Fact]
    public async Task A_server_that_breaks_off_gets_the_lines_on_its_next_connection()
    {
        if (TestDaemon.IsPeer) return;
        var server = LogReceiver.Tcp((byte)'\n');
        var port = server.Port;
        await Docker("run", "-d", "--name", "writer", "--network", "none", "-v", Daemon.Directory + ":/shared", "--log-driver", "syslog", "--log-opt", $"syslog-address=tcp://127.0.0.1:{port}",
            "busybox", "sh", "-c", "echo 1; until [ -e /shared/go ]; do usleep 10000; done; echo 2; touch /shared/said; until [ -e /shared/end ]; do usleep 10000; done; echo 3");
        Assert.Equal(1, Number(Encoding.UTF8.GetString(await server.NextAsync())));
        await server.DisposeAsync();
        await File.WriteAllTextAsync(Daemon.Directory + "/go", "");
        (await Command.RunAsync("sh", ["-c", $"until [ -e {Daemon.Directory}/said ]; do sleep 0.01; done"])).Succeeded();
        await using var again = LogReceiver.Tcp((byte)'\n', port);
        Assert.Equal(2, Number(Encoding.UTF8.GetString(await again.NextAsync())));
        await File.WriteAllTextAsync(Daemon.Directory + "/end", "");
        Assert.Equal(3, Number(Encoding.UTF8.GetString(await again.NextAsync())));
    }

    private static int Number(string message) => int.Parse(message[(message.LastIndexOf(' ') + 1)..].Trim());

    private async Task<string> Docker(params string[] arguments) => (await Daemon.DockerAsync(arguments)).Succeeded().Text;
}

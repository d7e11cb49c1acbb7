using System.Net;
using System.Net.Sockets;
using Davit.Monitor.Names;
using Davit.Monitor.Supervision;

namespace Davit.Monitor.Tests.Names;

/// <summary>The server on this host's loopback, its loop turned by a thread of the test.</summary>
public sealed class NameServerTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly EventLoop _loop = new();

    // an address of its own: on 127.0.0.1 others take ports between our look for a free one and its use
    private readonly IPAddress _address = new([127, 77, (byte)(Environment.ProcessId >> 8), (byte)Environment.ProcessId]);
    private readonly int _port = FreePort();
    private Thread? _thread;
    private volatile bool _stop;
    private NameServer? _server;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _stop = true;
        if (_thread is not null)
        {
            // Any datagram turns the loop once more.
            using var wake = new UdpClient();
            wake.Send([0], new IPEndPoint(_address, _port));
            _thread.Join();
        }

        _server?.Dispose();
        _loop.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Names_are_answered_over_udp_and_tcp()
    {
        Serve();

        Assert.Equal(["10.0.0.2"], DnsWire.Answers(await AskAsync("web", 1)));
        Assert.Equal(["10.0.0.2"], DnsWire.Answers(await AskOverTcpAsync("WEB", 1)));
        Assert.Empty(DnsWire.Answers(await AskAsync("web", 28)));
    }

    [Fact]
    public async Task Other_names_are_forwarded_with_ids_of_our_own()
    {
        using var upstream = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        Serve($"127.0.0.1:{((IPEndPoint)upstream.Client.LocalEndPoint!).Port}");

        var asking = AskAsync("example.org", 1, id: 0x4242);
        var query = await upstream.ReceiveAsync(Cancellation);
        Assert.Equal("example.org", DnsWire.NameOf(query.Buffer));
        // An answer with a wrong id is somebody's guess.
        var guess = DnsWire.Reply(query.Buffer, IPAddress.Parse("6.6.6.6"));
        guess[0] ^= 0xff;
        await upstream.SendAsync(guess, query.RemoteEndPoint, Cancellation);
        await upstream.SendAsync(DnsWire.Reply(query.Buffer, IPAddress.Parse("93.184.216.34")), query.RemoteEndPoint, Cancellation);

        var reply = await asking;
        Assert.Equal(0x4242, (reply[0] << 8) | reply[1]);
        Assert.Equal(["93.184.216.34"], DnsWire.Answers(reply));
    }

    [Fact]
    public async Task Dead_and_refusing_servers_are_passed_over()
    {
        using var refusing = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        using var upstream = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        Serve($"127.0.0.1:{FreePort()}", $"127.0.0.1:{Port(refusing)}", $"127.0.0.1:{Port(upstream)}");

        var asking = AskAsync("example.org", 1);
        var first = await refusing.ReceiveAsync(Cancellation);
        await refusing.SendAsync(DnsWire.Reply(first.Buffer, null, code: 5), first.RemoteEndPoint, Cancellation);
        var second = await upstream.ReceiveAsync(Cancellation);
        await upstream.SendAsync(DnsWire.Reply(second.Buffer, IPAddress.Parse("1.2.3.4")), second.RemoteEndPoint, Cancellation);

        Assert.Equal(["1.2.3.4"], DnsWire.Answers(await asking));
    }

    [Fact]
    public async Task Without_any_server_the_answer_is_servfail()
    {
        Serve($"127.0.0.1:{FreePort()}");
        Assert.Equal(2, DnsMessage.Code(await AskAsync("example.org", 1)));
        Assert.Equal(2, DnsMessage.Code(await AskOverTcpAsync("example.org", 1)));
    }

    [Fact]
    public async Task Tcp_questions_are_forwarded_over_tcp()
    {
        using var upstream = new TcpListener(IPAddress.Loopback, 0);
        upstream.Start();
        Serve($"127.0.0.1:{((IPEndPoint)upstream.LocalEndpoint).Port}");

        var asking = AskOverTcpAsync("big.example.org", 1);
        using var server = await upstream.AcceptTcpClientAsync(Cancellation);
        var query = await ReadFrameAsync(server.GetStream());
        var reply = DnsWire.Reply(query, IPAddress.Parse("5.6.7.8"));
        await server.GetStream().WriteAsync((byte[])[(byte)(reply.Length >> 8), (byte)reply.Length, .. reply], Cancellation);

        Assert.Equal(["5.6.7.8"], DnsWire.Answers(await asking));
    }

    [Fact]
    public async Task Malformed_packets_do_not_stop_it_and_questions_in_flight_are_bounded()
    {
        using var silent = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        Serve($"127.0.0.1:{Port(silent)}");
        using var client = new UdpClient();
        client.Connect(_address, _port);
        for (int i = 0; i < 50; i++)
        {
            await client.SendAsync(new byte[i], Cancellation);
        }

        // One more than may be in flight is answered at once, the others wait for the silent server.
        for (int i = 0; i <= NameServer.MaxPending; i++)
        {
            await client.SendAsync(DnsWire.Query("slow.example.org", 1), Cancellation);
            await silent.ReceiveAsync(Cancellation).AsTask().WaitAsync(i < NameServer.MaxPending ? TimeSpan.FromSeconds(10) : TimeSpan.Zero, Cancellation)
                .ContinueWith(_ => { }, TaskScheduler.Default);
        }

        int code = -1;
        while (code != 2)
        {
            code = DnsMessage.Code((await client.ReceiveAsync(Cancellation)).Buffer);
        }

        Assert.Equal(["10.0.0.2"], DnsWire.Answers(await AskAsync("web", 1)));
    }

    private static int Port(UdpClient client) => ((IPEndPoint)client.Client.LocalEndPoint!).Port;

    private static int FreePort()
    {
        using var probe = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        return Port(probe);
    }

    private static async Task<byte[]> ReadFrameAsync(NetworkStream stream)
    {
        var length = new byte[2];
        await stream.ReadExactlyAsync(length, Cancellation);
        var frame = new byte[(length[0] << 8) | length[1]];
        await stream.ReadExactlyAsync(frame, Cancellation);
        return frame;
    }

    private void Serve(params string[] upstreams)
    {
        File.WriteAllText(_directory["names"], "10.0.0.2 web\n");
        _server = new NameServer(_loop, "/proc/self/ns/net", _address, _port, [_directory["names"]], upstreams);
        _thread = new Thread(() =>
        {
            while (!_stop)
            {
                _loop.Turn();
            }
        });
        _thread.Start();
    }

    private async Task<byte[]> AskAsync(string name, int type, ushort id = 1)
    {
        using var client = new UdpClient();
        client.Connect(_address, _port);
        await client.SendAsync(DnsWire.Query(name, type, id), Cancellation);
        return (await client.ReceiveAsync(Cancellation).AsTask().WaitAsync(TimeSpan.FromSeconds(10), Cancellation)).Buffer;
    }

    private async Task<byte[]> AskOverTcpAsync(string name, int type)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(_address, _port, Cancellation);
        var query = DnsWire.Query(name, type);
        await client.GetStream().WriteAsync((byte[])[(byte)(query.Length >> 8), (byte)query.Length, .. query], Cancellation);
        return await ReadFrameAsync(client.GetStream()).WaitAsync(TimeSpan.FromSeconds(10), Cancellation);
    }
}

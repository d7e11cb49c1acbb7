using System.Net.Sockets;
using System.Text;
using Davit.Testing;

namespace Davit.Integration.Tests.Fuzz;

/// <summary>Damaged requests, upgrades and streams on the API socket: the daemon answers or closes, answers others meanwhile, and logs no failure of its own.</summary>
[Trait("Ring", "fuzz")]
public sealed class HttpFrontTests(BusyboxDaemon fixture) : IClassFixture<BusyboxDaemon>
{
    private const int Requests = 3000;
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(90);

    private static readonly string[] Corpus =
    [
        "GET /_ping HTTP/1.1\r\nHost: d\r\n\r\n",
        "GET /v1.51/containers/json?all=1&filters=%7B%22name%22%3A%5B%22a%22%5D%7D HTTP/1.1\r\nHost: d\r\n\r\n",
        "POST /v1.51/containers/create?name=x HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\nContent-Length: 47\r\n\r\n{\"Image\":\"busybox\",\"Cmd\":[\"true\"],\"Tty\":false }",
        "POST /v1.51/containers/x/attach?stream=1&stdin=1&stdout=1 HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nsome input",
        "POST /v1.51/exec/x/start HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Type: application/json\r\nContent-Length: 29\r\n\r\n{\"Detach\":false,\"Tty\":false }tail",
        "PUT /v1.51/containers/x/archive?path=/ HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n",
        "POST /v1.51/build?dockerfile=Dockerfile&buildargs=%7B%7D HTTP/1.1\r\nHost: d\r\nContent-Length: 3\r\n\r\nabc",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0",
        "GET /v1.51/events?since=0&until=1 HTTP/1.1\r\nHost: d\r\n\r\n",
    ];

    private static readonly string[] Words = ["\r\n", "\r\n\r\n", "\0", "%00", "%2e%2e/", "HTTP/1.0", "HTTP/9.9", "Content-Length: -1\r\n", "Content-Length: 99999999999999999999\r\n", "Transfer-Encoding: chunked\r\n", "Upgrade: h2c\r\n", "Connection: Upgrade\r\n", "{", "[[[[", "null", "\"", "?", "&", "/v0.1", "/v9.99", "ffffffff\r\n", "PRI * HTTP/2.0\r\n\r\n"];

    [Fact]
    public async Task Damaged_requests_harm_nobody()
    {
        if (TestDaemon.IsPeer) return;
        var seed = int.TryParse(Environment.GetEnvironmentVariable("DAVIT_FUZZ_SEED"), out var given) ? given : 20_261_128;
        var random = new Random(seed);
        var until = TimeProvider.System.GetTimestamp() + (long)(Time.TotalSeconds * TimeProvider.System.TimestampFrequency);
        var sent = 0;
        for (; sent < Requests && TimeProvider.System.GetTimestamp() < until; sent++)
        {
            var request = Damage(random, Corpus[random.Next(Corpus.Length)]);
            await SendAsync(request);
            if (sent % 100 == 0) Assert.Equal("OK", (await fixture.Daemon.CurlAsync("/_ping")).Output);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}, {sent} requests");
        Assert.Equal("OK", (await fixture.Daemon.CurlAsync("/_ping")).Output);
        Assert.Equal("whole", (await fixture.Daemon.DockerAsync("run", "--rm", "--network", "none", "busybox", "echo", "whole")).Succeeded().Text);
        // a build whose context breaks off is answered by 500 in Docker, too
        var faults = fixture.Daemon.Log.Split('\n').Where(line => !line.Contains("/build: 500: unexpected EOF", StringComparison.Ordinal) && ((string[])[": 500:", "nhandled", "Exception"]).Any(word => line.Contains(word, StringComparison.Ordinal)));
        Assert.True(!faults.Any(), string.Join('\n', faults.Take(20)));
    }

    private static byte[] Damage(Random random, string text)
    {
        var request = new StringBuilder(text);
        for (var changes = 1 + random.Next(4); changes > 0 && request.Length > 0; changes--)
        {
            var at = random.Next(request.Length);
            switch (random.Next(5))
            {
                case 0:
                    request[at] = (char)random.Next(256);
                    break;
                case 1:
                    request.Remove(at, Math.Min(request.Length - at, 1 + random.Next(12)));
                    break;
                case 2:
                    request.Length = at;
                    break;
                case 3:
                    request.Insert(at, Words[random.Next(Words.Length)], 1 << random.Next(10));
                    break;
                default:
                    request.Insert(at, Words[random.Next(Words.Length)]);
                    break;
            }
        }

        return Encoding.Latin1.GetBytes(request.ToString());
    }

    /// <summary>Sends, closes the sending half, and reads until the daemon closes or has nothing to say.</summary>
    private async Task SendAsync(byte[] request)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        using var silence = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(fixture.Daemon.Socket), silence.Token);
            await socket.SendAsync(request, silence.Token);
            socket.Shutdown(SocketShutdown.Send);
            var answer = new byte[16 * 1024];
            while (await socket.ReceiveAsync(answer, silence.Token) > 0)
            {
                // any answer will do
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // closed on us, or a stream that stays open
        }
    }
}

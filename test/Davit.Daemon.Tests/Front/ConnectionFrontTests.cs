using System.Net.Sockets;
using System.Text;
using Davit.Daemon.Front;
using Davit.Daemon.Http;

namespace Davit.Daemon.Tests.Front;

public sealed class ConnectionFrontTests
{
    private static RouteTable Ping => new RouteTable().Get("/ping", async request => await request.Context.Response.Body.WriteAsync("pong"u8.ToArray()));

    [Fact]
    public async Task Http10_request_is_answered_and_the_connection_closed()
    {
        await using var server = await ApiServer.StartAsync(Ping);

        var answer = await server.AskAsync("GET /ping HTTP/1.0\n\n");

        Assert.StartsWith("HTTP/1.1 200 OK", answer, StringComparison.Ordinal);
        Assert.EndsWith("pong", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_that_comes_with_the_half_close_is_answered()
    {
        await using var server = await ApiServer.StartAsync(new RouteTable().Post("/echo", async request =>
        {
            using var reader = new StreamReader(request.Body);
            await request.Context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(await reader.ReadToEndAsync()));
        }));

        var answer = await server.AskAsync("POST /echo HTTP/1.1\nHost: x\nConnection: close\nContent-Length: 5\n\nhello", halfClose: true);

        Assert.Contains("hello", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_and_answer_outlast_the_half_close_of_their_client()
    {
        await using var server = await ApiServer.StartAsync(new RouteTable().Post("/echo", async request =>
        {
            await request.BeginAsync("application/json");
            await LeftAsync(request);
            await request.Context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(string.Join('+', await request.ReadAsync(DockerApi.DockerApiJson.Default.StringArray))));
        }));

        Assert.Contains("a+b", await LeaveAsync(server, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n[\"a\",", "\"b\"]"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_left_gets_no_answer()
    {
        await using var server = await ApiServer.StartAsync(new RouteTable().Post("/wait", async request =>
        {
            await request.BeginAsync("application/json");
            await LeftAsync(request);
            await request.Context.Response.Body.WriteAsync("x"u8.ToArray(), request.Aborted);
        }));

        Assert.DoesNotContain("0\r\n", (await LeaveAsync(server, "POST /wait HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab", "")).Split("\r\n\r\n", 2)[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_end_of_a_body_is_no_failure_of_ours()
    {
        await using var server = await ApiServer.StartAsync(new RouteTable().Post("/nothing", request => request.EmptyAsync(200)));

        await server.AskAsync("POST /nothing HTTP/1.1\nHost: x\nTransfer-Encoding: chunked\n\n5\nabcde\n0\nbad: \0\n\n", halfClose: true);

        Assert.DoesNotContain("level=error", server.Log, StringComparison.Ordinal);
    }

    private static async Task LeftAsync(ApiRequest request)
    {
        var left = new TaskCompletionSource();
        await using var registration = request.Aborted.Register(left.SetResult);
        await left.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    /// <summary>Sends, waits for the head of the answer, sends the rest with the half-close, and reads to the end.</summary>
    private static async Task<string> LeaveAsync(ApiServer server, string request, string rest)
    {
        await using var stream = await server.ConnectAsync();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        var head = new byte[4096];
        var length = await stream.ReadAsync(head).AsTask().WaitAsync(TimeSpan.FromSeconds(10));
        await stream.WriteAsync(Encoding.ASCII.GetBytes(rest));
        stream.Socket.Shutdown(SocketShutdown.Send);
        return Encoding.ASCII.GetString(head, 0, length) + await new StreamReader(stream).ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Prior_knowledge_of_http2_is_served_on_the_same_socket()
    {
        await using var server = await ApiServer.StartAsync(Ping);
        using var client = server.Http2Client();

        Assert.Equal("pong", await client.GetStringAsync("/v1.41/ping"));
    }

    [Fact]
    public async Task Grpc_health_answers_serving()
    {
        await using var server = await ApiServer.StartAsync(Ping);
        using var client = server.Http2Client();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/grpc.health.v1.Health/Check") { Version = new Version(2, 0), VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new ByteArrayContent([0, 0, 0, 0, 0]) };
        request.Content.Headers.ContentType = new("application/grpc");
        request.Headers.TE.ParseAdd("trailers");

        using var answer = await client.SendAsync(request);

        var body = await answer.Content.ReadAsByteArrayAsync();
        Assert.Equal("", string.Join(' ', answer.Headers.Concat(answer.TrailingHeaders).Where(header => header.Key == "grpc-message").SelectMany(header => header.Value)));
        Assert.Equal([0, 0, 0, 0, 2, 8, 1], body);
        Assert.Equal("0", answer.TrailingHeaders.GetValues("grpc-status").Single());
    }

    [Fact]
    public async Task Client_that_leaves_ends_a_streaming_answer()
    {
        var left = new TaskCompletionSource();
        await using var server = await ApiServer.StartAsync(new RouteTable().Get("/follow", async request =>
        {
            await request.BeginAsync("text/plain");
            await using var watch = request.Aborted.UnsafeRegister(_ => left.TrySetResult(), null);
            await left.Task;
        }));
        await using (var stream = await server.ConnectAsync())
        {
            await stream.WriteAsync("GET /follow HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
            await stream.ReadExactlyAsync(new byte[12]);
        }

        await left.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Theory]
    [InlineData("Connection: Upgrade\nUpgrade: tcp\n", "HTTP/1.1 101 UPGRADED", "application/vnd.docker.multiplexed-stream")]
    [InlineData("", "HTTP/1.1 200 OK", "application/vnd.docker.raw-stream")]
    public async Task Hijacked_stream_goes_on_after_the_client_half_closed(string upgrade, string status, string contentType)
    {
        await using var server = await ApiServer.StartAsync(EchoAtEnd());
        await using var stream = await server.ConnectAsync();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /attach HTTP/1.1\nHost: x\n{upgrade}Content-Type: application/json\nContent-Length: 2\n\n{{}}".ReplaceLineEndings("\r\n")));
        await stream.WriteAsync("some input"u8.ToArray());
        stream.Socket.Shutdown(SocketShutdown.Send);

        var answer = await new StreamReader(stream).ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(10));

        Assert.StartsWith(status, answer, StringComparison.Ordinal);
        Assert.Contains(contentType, answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n[some input]", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hijack_reads_a_chunked_body_first()
    {
        await using var server = await ApiServer.StartAsync(EchoAtEnd());
        await using var stream = await server.ConnectAsync();
        await stream.WriteAsync("POST /attach HTTP/1.1\r\nHost: x\r\nUpgrade: tcp\r\nConnection: Upgrade\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\nin"u8.ToArray());
        stream.Socket.Shutdown(SocketShutdown.Send);

        var answer = await new StreamReader(stream).ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(10));

        Assert.EndsWith("\r\n\r\n[in]", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hangup_is_told_from_a_half_close()
    {
        var halfClosed = new TaskCompletionSource<bool>();
        var gone = new TaskCompletionSource();
        await using var server = await ApiServer.StartAsync(new RouteTable().Post("/attach", async request =>
        {
            await using var connection = await HijackedConnection.TakeAsync(request.Context, HijackedConnection.Raw);
            var left = connection.GoneAsync(request.Aborted);
            while (await connection.ReadAsync(new byte[100], request.Aborted) > 0)
            {
            }

            halfClosed.TrySetResult(left.IsCompleted);
            await left;
            gone.TrySetResult();
        }));
        var stream = await server.ConnectAsync();
        await stream.WriteAsync("POST /attach HTTP/1.1\r\nHost: x\r\nUpgrade: tcp\r\nConnection: Upgrade\r\n\r\n"u8.ToArray());
        stream.Socket.Shutdown(SocketShutdown.Send);

        Assert.False(await halfClosed.Task.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.False(gone.Task.IsCompleted);
        await stream.DisposeAsync();
        await gone.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void Frame_head_has_stream_and_length()
    {
        var head = new byte[8];
        HijackedConnection.WriteHead(head, 2, 258);
        Assert.Equal([2, 0, 0, 0, 0, 0, 1, 2], head);
    }

    private static RouteTable EchoAtEnd() => new RouteTable().Post("/attach", async request =>
    {
        await using var connection = await HijackedConnection.TakeAsync(request.Context, HijackedConnection.Multiplexed);
        var buffer = new byte[100];
        var text = new StringBuilder();
        int count;
        while ((count = await connection.ReadAsync(buffer, request.Aborted)) > 0) text.Append(Encoding.ASCII.GetString(buffer, 0, count));
        // written only now: the connection must still carry it after the client's side has ended
        await connection.WriteAsync(Encoding.ASCII.GetBytes($"[{text}]"), request.Aborted);
    });
}

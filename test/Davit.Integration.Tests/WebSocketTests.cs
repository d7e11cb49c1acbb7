using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;

namespace Davit.Integration.Tests;

/// <summary>Attach over a web socket, as browsers and docker-py do it.</summary>
public class WebSocketTests(BusyboxDaemon fixture) : DockerTests(fixture)
{
    [Fact]
    public async Task Input_goes_in_and_both_outputs_come_out_until_the_end()
    {
        var name = Unique("ws");
        await Docker("run", "-d", "-i", "--name", name, "busybox", "sh", "-c", "read line; echo got $line; echo more >&2");
        using var socket = await OpenAsync($"/containers/{name}/attach/ws?stream=1&stdin=1&stdout=1&stderr=1");

        await socket.SendAsync(Encoding.UTF8.GetBytes("hello\n"), WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);

        var (text, kind) = await ReadToEndAsync(socket);
        Assert.Equal("got hello\nmore\n", text);
        Assert.Equal(WebSocketMessageType.Binary, kind);
    }

    [Fact]
    public async Task What_was_written_before_is_replayed_in_text_for_old_clients()
    {
        var name = Unique("ws");
        await Docker("run", "--name", name, "busybox", "echo", "before");
        using var socket = await OpenAsync($"/v1.24/containers/{name}/attach/ws?logs=1&stdout=1");

        Assert.Equal(("before\n", WebSocketMessageType.Text), await ReadToEndAsync(socket));
    }

    [Fact]
    public async Task Client_that_says_farewell_gets_an_answer_and_the_container_goes_on()
    {
        var name = Unique("ws");
        await Docker("run", "-d", "-t", "--name", name, "busybox", "sleep", "1000");
        using var socket = await OpenAsync($"/containers/{name}/attach/ws?stream=1&stdout=1");

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);

        Assert.Equal(WebSocketCloseStatus.NormalClosure, socket.CloseStatus);
        Assert.Equal("true", (await Docker("inspect", "-f", "{{.State.Running}}", name)).Trim());
        await Docker("rm", "-f", name);
    }

    [Theory]
    [InlineData("", "Upgrade is not websocket")]
    [InlineData("Upgrade: websocket", "Sec-WebSocket-Version is")]
    [InlineData("Upgrade: websocket|Sec-WebSocket-Version: 13|Sec-WebSocket-Key: short", "is not 16 bytes in Base64")]
    public async Task Request_that_is_none_for_a_web_socket_is_refused(string headers, string why)
    {
        var name = Unique("ws");
        await Docker("run", "-d", "--name", name, "busybox", "sleep", "1000");
        string[] options = ["-i", "--max-time", "10", "-H", "Connection: Upgrade", .. headers.Split('|', StringSplitOptions.RemoveEmptyEntries).SelectMany(h => (string[])["-H", h])];

        var answer = await Daemon.CurlAsync($"/containers/{name}/attach/ws?stream=1&stdout=1", options);

        Assert.StartsWith("HTTP/1.1 400", answer.Output, StringComparison.Ordinal);
        Assert.Contains(why, answer.Output, StringComparison.Ordinal);
        await Docker("rm", "-f", name);
    }

    private async Task<ClientWebSocket> OpenAsync(string path)
    {
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(Daemon.Socket), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        var client = new ClientWebSocket();
        await client.ConnectAsync(new Uri("ws://davit" + path), invoker, CancellationToken.None);
        return client;
    }

    private static async Task<(string Text, WebSocketMessageType Kind)> ReadToEndAsync(ClientWebSocket socket)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var (buffer, text, kind) = (new byte[4096], new StringBuilder(), WebSocketMessageType.Close);
        while (true)
        {
            var got = await socket.ReceiveAsync(buffer, patience.Token);
            if (got.MessageType == WebSocketMessageType.Close) return (text.ToString(), kind);
            kind = got.MessageType;
            text.Append(Encoding.UTF8.GetString(buffer, 0, got.Count));
        }
    }
}

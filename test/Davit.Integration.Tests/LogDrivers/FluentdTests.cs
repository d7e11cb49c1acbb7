using System.Text;
using System.Threading.Channels;

namespace Davit.Integration.Tests.LogDrivers;

/// <summary>The driver <c>fluentd</c>, whose server may acknowledge each message.</summary>
public sealed class FluentdTests(BusyboxDaemon fixture) : DockerTests(fixture)
{
    [Fact]
    public async Task Messages_with_the_pieces_of_a_long_line()
    {
        await using var server = LogReceiver.Tcp(KeepAsync);
        var name = Unique("fluentd");
        await Docker("run", "--name", name, "--network", "none", "-l", "tier=web", "--log-driver", "fluentd", "--log-opt", $"fluentd-address=127.0.0.1:{server.Port}", "--log-opt", "fluentd-sub-second-precision=true",
            "--log-opt", "labels=tier", "--log-opt", "tag=t.{{.Name}}", "busybox", "sh", "-c", "head -c 17000 /dev/zero | tr '\\0' b; echo; echo end");
        var id = await Docker("inspect", "-f", "{{.Id}}", name);
        var all = await ReadUntilAsync(server, "end");
        Assert.StartsWith($"94 {Text("t." + name)} D7 00 ", all, StringComparison.Ordinal);
        foreach (var part in (string[])[$"{Text("container_id")} {Text(id)}", $"{Text("container_name")} {Text("/" + name)}", $"{Text("source")} {Text("stdout")}", $"{Text("tier")} {Text("web")}"])
        {
            Assert.Equal(3, all.Split(part).Length - 1);
        }

        Assert.Equal(2, all.Split($"{Text("partial_message")} {Text("true")}").Length - 1);
        Assert.Contains($"{Text("partial_ordinal")} {Text("2")}", all, StringComparison.Ordinal);
        Assert.Contains($"{Text("partial_last")} {Text("true")}", all, StringComparison.Ordinal);
        Assert.Contains($"{Text("log")} {Text(new string('b', 16384))}", all, StringComparison.Ordinal);
        await Docker("rm", name);
    }

    [Fact]
    public async Task What_is_not_acknowledged_comes_again()
    {
        var connections = 0;
        await using var server = LogReceiver.Tcp(async (stream, messages, cancellation) =>
        {
            var first = Interlocked.Increment(ref connections) == 1;
            var buffer = new byte[1 << 16];
            while (await stream.ReadAsync(buffer, cancellation) is var got and > 0)
            {
                var message = buffer[..got];
                await messages.WriteAsync(message, cancellation);
                if (first) return; // hangs up without a word
                var chunk = message.AsSpan()[(message.AsSpan().LastIndexOf("chunk"u8) + 5)..].ToArray();
                await stream.WriteAsync((byte[])[0x81, 0xa3, .. "ack"u8, .. chunk], cancellation);
            }
        });
        var name = Unique("ack");
        await Docker("run", "--name", name, "--network", "none", "--log-driver", "fluentd", "--log-opt", $"fluentd-address=tcp://127.0.0.1:{server.Port}", "--log-opt", "fluentd-request-ack=true", "--log-opt", "fluentd-retry-wait=10ms",
            "busybox", "sh", "-c", "echo one; echo two");
        Assert.Equal(["one", "one", "two"], (await server.NextAsync(3)).Select(message => message.Contains("one", StringComparison.Ordinal) ? "one" : "two"));
        await Docker("rm", name);
    }

    [Fact]
    public async Task Async_false_wants_the_server_at_the_start()
    {
        Assert.Contains("failed to initialize logging driver: dial tcp 127.0.0.1:1: connect: connection refused",
            await Fails(125, "run", "--rm", "--network", "none", "--log-driver", "fluentd", "--log-opt", "fluentd-address=127.0.0.1:1", "--log-opt", "fluentd-async=false", "busybox", "true"), StringComparison.Ordinal);
        await Docker("run", "--rm", "--network", "none", "--log-driver", "fluentd", "--log-opt", "fluentd-address=127.0.0.1:1", "--log-opt", "fluentd-async=true", "busybox", "echo", "unheard");
    }

    private static async Task KeepAsync(Stream stream, ChannelWriter<byte[]> messages, CancellationToken cancellation)
    {
        var buffer = new byte[1 << 16];
        while (await stream.ReadAsync(buffer, cancellation) is var got and > 0) await messages.WriteAsync(buffer[..got], cancellation);
    }

    private static async Task<string> ReadUntilAsync(LogReceiver server, string last)
    {
        List<byte> all = [];
        var end = (byte[])[.. "log"u8, (byte)(0xa0 | last.Length), .. Encoding.ASCII.GetBytes(last)];
        while (all.Count == 0 || all.ToArray().AsSpan().IndexOf(end) < 0) all.AddRange(await server.NextAsync());
        return Hex([.. all]);
    }

    /// <summary>A text as MessagePack writes it, in hexadecimal.</summary>
    private static string Text(string text) => Hex([.. text.Length < 32 ? [(byte)(0xa0 | text.Length)] : text.Length < 256 ? [0xd9, (byte)text.Length] : (byte[])[0xda, (byte)(text.Length >> 8), (byte)text.Length], .. Encoding.UTF8.GetBytes(text)]);

    private static string Hex(byte[] bytes) => string.Join(' ', Convert.ToHexString(bytes).Chunk(2).Select(pair => new string(pair)));
}

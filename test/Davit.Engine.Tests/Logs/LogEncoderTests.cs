using System.Buffers;
using System.IO.Compression;
using System.Text;
using Davit.Engine.Containers.Model;
using Davit.Engine.Logs.Drivers;
using Davit.Engine.Logs.Fluentd;
using Davit.Engine.Logs.Gelf;
using Davit.Engine.Logs.Journald;
using Davit.Engine.Logs.Syslog;

namespace Davit.Engine.Tests.Logs;

/// <summary>Messages of the log drivers, byte for byte as Docker 28 was seen to send them.</summary>
public sealed class LogEncoderTests
{
    private const long Noon = 1_700_049_600_123_456_789; // 2023-11-15 12:00:00.123456789 UTC
    private static readonly string Id = new('a', 64);

    [Theory]
    [InlineData("", "<30>Nov 15 12:00:00 aaaaaaaaaaaa[7]: hi\n")]
    [InlineData("rfc3164", "<30>Nov 15 12:00:00 host aaaaaaaaaaaa[7]: hi\n")]
    [InlineData("rfc5424", "<30>1 2023-11-15T12:00:00Z host aaaaaaaaaaaa 7 aaaaaaaaaaaa - hi\n")]
    [InlineData("rfc5424micro", "<30>1 2023-11-15T12:00:00.123456Z host aaaaaaaaaaaa 7 aaaaaaaaaaaa - hi\n")]
    public void Syslog_formats(string format, string expected) => Assert.Equal(expected, Syslog(Line("hi"), ("syslog-format", format)));

    [Fact]
    public void Syslog_severity_facility_and_a_day_of_one_digit()
    {
        Assert.Equal("<179>Nov  9 12:00:00 aaaaaaaaaaaa[7]: oh\n", Syslog(new LogLine(true, Noon - (6 * 86_400_000_000_000), Encoding.UTF8.GetBytes("oh"), null), ("syslog-facility", "local6")));
    }

    [Fact]
    public void Syslog_over_tls_counts_the_bytes_of_rfc5424()
    {
        Assert.Equal("71 <30>1 2023-11-15T12:00:00Z host aaaaaaaaaaaa 7 aaaaaaaaaaaa - größer\n", Syslog(Line("größer"), ("syslog-format", "rfc5424"), ("syslog-address", "tcp+tls://h:1")));
        Assert.Equal("<30>Nov 15 12:00:00 host aaaaaaaaaaaa[7]: x\n", Syslog(Line("x"), ("syslog-format", "rfc3164"), ("syslog-address", "tcp+tls://h:1")));
    }

    [Fact]
    public void Tag_knows_dockers_fields() => Assert.Equal(
        $"aaaaaaaaaaaa {Id} web sha256:bbbbb sha256:{new string('b', 64)} nginx:1 docker", Source(("tag", "{{.ID}} {{.FullID}} {{.Name}} {{.ImageID}} {{.ImageFullID}} {{.ImageName}} {{.DaemonName}}")).Tag());

    [Fact]
    public void Gelf_escapes_as_go_does_and_sorts_its_fields()
    {
        var message = Encoding.UTF8.GetString(new GelfEncoder(Source(("labels", "a.b,none"), ("env", "X")), "vm").Encode(new LogLine(true, Noon, "<&>\"\\\t\u0001é\u2028"u8.ToArray().Append((byte)0xff).ToArray(), null)).Span);
        Assert.Equal(
            "{\"version\":\"1.1\",\"host\":\"vm\",\"short_message\":\"\\u003c\\u0026\\u003e\\\"\\\\\\t\\u0001é\\u2028\\ufffd\",\"timestamp\":1700049600.123,\"level\":3,\"_X\":\"Y=Z\",\"_a.b\":\"c\","
            + $"\"_command\":\"sh -c true\",\"_container_id\":\"{Id}\",\"_container_name\":\"web\",\"_created\":\"2023-11-15T12:00:00Z\",\"_image_id\":\"sha256:{new string('b', 64)}\",\"_image_name\":\"nginx:1\",\"_tag\":\"aaaaaaaaaaaa\"}}",
            message);
    }

    [Theory]
    [InlineData(1420, 1)]
    [InlineData(1421, 2)]
    [InlineData(2816, 2)]
    [InlineData(2817, 3)]
    [InlineData(1408 * 128, 128)]
    [InlineData((1408 * 128) + 1, 0)]
    public void Gelf_chunks(int length, int count)
    {
        var message = Enumerable.Range(0, length).Select(i => (byte)i).ToArray();
        var datagrams = GelfDatagrams.Split(message).ToList();
        Assert.Equal(count, datagrams.Count);
        if (count < 2) return;
        Assert.All(datagrams.Index(), part =>
        {
            var head = part.Item.Span[..12];
            Assert.Equal([0x1e, 0x0f], head[..2].ToArray());
            Assert.Equal(datagrams[0].Span[2..10].ToArray(), head[2..10].ToArray());
            Assert.Equal([(byte)part.Index, (byte)count], head[10..].ToArray());
        });
        Assert.Equal(message, datagrams.SelectMany(part => part[12..].ToArray()));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("zlib")]
    [InlineData("none")]
    public void Gelf_compression_can_be_undone(string type)
    {
        var options = GelfOptions.Parse(Options(("gelf-address", "udp://h:1"), ("gelf-compression-type", type), ("gelf-compression-level", "9")));
        var packed = new MemoryStream(GelfDatagrams.Compress("hello hello hello"u8.ToArray(), options).ToArray());
        using Stream plain = type switch { "gzip" => new GZipStream(packed, CompressionMode.Decompress), "zlib" => new ZLibStream(packed, CompressionMode.Decompress), _ => packed };
        Assert.Equal("hello hello hello", new StreamReader(plain).ReadToEnd());
    }

    [Fact]
    public void Fluentd_message()
    {
        var output = new ArrayBufferWriter<byte>();
        new FluentdEncoder(Source(("labels", "a.b")), subSecondPrecision: false).Encode(Line("hi"), null, output);
        Assert.Equal("94 AC " + Hex("aaaaaaaaaaaa") + " D2 65 54 B2 C0 85 AC " + Hex("container_id") + " D9 40 " + Hex(Id) + " AE " + Hex("container_name") + " A4 " + Hex("/web") + " A6 " + Hex("source") + " A6 " + Hex("stdout")
            + " A3 " + Hex("a.b") + " A1 " + Hex("c") + " A3 " + Hex("log") + " A2 " + Hex("hi") + " 80", Hex(output.WrittenSpan));
    }

    [Fact]
    public void Fluentd_event_time_pieces_and_chunk()
    {
        var output = new ArrayBufferWriter<byte>();
        new FluentdEncoder(Source(), subSecondPrecision: true).Encode(new LogLine(true, Noon, new byte[300], new LinePiece("p", 2, true)), "c", output);
        var text = Hex(output.WrittenSpan);
        Assert.StartsWith("94 AC " + Hex("aaaaaaaaaaaa") + " D7 00 65 54 B2 C0 07 5B CD 15 88 ", text, StringComparison.Ordinal);
        Assert.Contains($"AF {Hex("partial_message")} A4 {Hex("true")} AA {Hex("partial_id")} A1 {Hex("p")} AF {Hex("partial_ordinal")} A1 {Hex("2")} AC {Hex("partial_last")} A4 {Hex("true")} A3 {Hex("log")} DA 01 2C 00", text, StringComparison.Ordinal);
        Assert.EndsWith($" 81 A5 {Hex("chunk")} A1 {Hex("c")}", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Fluentd_acknowledgement_is_read_when_it_is_whole()
    {
        byte[] answer = [0x81, 0xa3, .. "ack"u8, 0xd9, 3, .. "abc"u8];
        for (var i = 0; i < answer.Length; i++) Assert.Null(MessagePack.ReadAck(answer.AsSpan(0, i)));
        Assert.Equal("abc", MessagePack.ReadAck(answer));
        Assert.Throws<InvalidDataException>(() => MessagePack.ReadAck("HTTP/1.1"u8));
    }

    [Fact]
    public void Journal_entry()
    {
        var encoder = new JournalEncoder(Source(("labels", "a.b")));
        var entry = Encoding.UTF8.GetString(encoder.Encode(new LogLine(true, Noon, "no"u8.ToArray(), new LinePiece("p", 1, false))).Span);
        Assert.StartsWith($"PRIORITY=3\nMESSAGE=no\nCONTAINER_ID=aaaaaaaaaaaa\nCONTAINER_ID_FULL={Id}\nCONTAINER_NAME=web\nCONTAINER_TAG=aaaaaaaaaaaa\nIMAGE_NAME=nginx:1\nSYSLOG_IDENTIFIER=aaaaaaaaaaaa\nA_B=c\nSYSLOG_TIMESTAMP=2023-11-15T12:00:00.123456789Z\nCONTAINER_LOG_EPOCH=", entry, StringComparison.Ordinal);
        Assert.EndsWith("\nCONTAINER_LOG_ORDINAL=1\nCONTAINER_PARTIAL_MESSAGE=true\nCONTAINER_PARTIAL_ID=p\nCONTAINER_PARTIAL_ORDINAL=1\nCONTAINER_PARTIAL_LAST=false\n", entry, StringComparison.Ordinal);
        Assert.DoesNotContain("PARTIAL_MESSAGE", Encoding.UTF8.GetString(encoder.Encode(new LogLine(true, Noon, default, new LinePiece("p", 2, true))).Span), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("com.example-x", "COM_EXAMPLE_X")]
    [InlineData("__private9", "PRIVATE9")]
    [InlineData("-", "")]
    public void Journal_field_names(string label, string field) => Assert.Equal(field, JournalEncoder.FieldName(label));

    [Fact]
    public void Attributes_by_name_and_by_expression()
    {
        var source = Source(("labels-regex", "^a\\."), ("env", "X"), ("env-regex", "^HOST"));
        Assert.Equal(["HOSTNAME=box", "X=Y=Z", "a.b=c"], source.Attributes().Select(pair => $"{pair.Key}={pair.Value}"));
    }

    private static string Syslog(LogLine line, params (string, string)[] options) =>
        Encoding.UTF8.GetString(new SyslogEncoder(SyslogOptions.Parse(Options(options)), "host", Source(options).Tag(), 7).Encode(line).Span);

    private static LogLine Line(string text) => new(false, Noon, Encoding.UTF8.GetBytes(text), null);

    private static LogSource Source(params (string, string)[] options) => new(
        new ContainerModel
        {
            Id = Id, Name = "web", ImageId = "sha256:" + new string('b', 64), Created = new DateTimeOffset(2023, 11, 15, 12, 0, 0, TimeSpan.Zero), HostConfig = new(),
            Config = new() { Image = "nginx:1", Hostname = "box", Cmd = ["sh", "-c", "true"], Env = ["X=Y=Z", "OTHER=1"], Labels = new Dictionary<string, string> { ["a.b"] = "c", ["d"] = "e" } },
        },
        Options(options));

    private static Dictionary<string, string> Options(params (string Name, string Value)[] options) => options.ToDictionary(option => option.Name, option => option.Value);

    private static string Hex(ReadOnlySpan<byte> bytes) => string.Join(' ', Convert.ToHexString(bytes).Chunk(2).Select(pair => new string(pair)));

    private static string Hex(string text) => Hex(Encoding.UTF8.GetBytes(text));
}

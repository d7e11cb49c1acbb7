using System.Net;
using System.Text;
using Davit.Monitor.Names;

namespace Davit.Monitor.Tests.Names;

public sealed class DnsMessageTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("web", 1, "10.0.0.2,10.0.0.3")]
    [InlineData("WEB", 1, "10.0.0.2,10.0.0.3")]
    [InlineData("web", 28, "fd00::2")]
    [InlineData("db.internal", 1, "10.0.0.9")]
    [InlineData("db.internal", 28, "")]
    [InlineData("web", 15, "")]
    [InlineData("3.0.0.10.in-addr.arpa", 12, "web")]
    public void Known_name_is_answered(string name, int type, string expected)
    {
        var reply = Ask(name, type);

        Assert.NotNull(reply);
        Assert.Equal(DnsMessage.CodeOk, DnsMessage.Code(reply));
        Assert.Equal(expected, string.Join(',', DnsWire.Answers(reply).Order(StringComparer.Ordinal)));
    }

    [Theory]
    [InlineData("example.org", 1)]
    [InlineData("webx", 1)]
    [InlineData("we", 1)]
    [InlineData("9.9.9.9.in-addr.arpa", 12)]
    [InlineData("x.0.0.10.in-addr.arpa", 12)]
    public void Unknown_name_is_for_the_upstreams(string name, int type) => Assert.Null(Ask(name, type));

    [Fact]
    public void Replaced_names_file_is_read_again()
    {
        var path = WriteNames();
        var answer = new NameAnswer(new NameTable([path]));
        Assert.Equal(["10.0.0.9"], DnsWire.Answers(Ask(answer, "db.internal", 1)!));

        File.WriteAllText(path + ".new", "10.0.0.77 db.internal\n");
        File.Move(path + ".new", path, overwrite: true);

        Assert.Equal(["10.0.0.77"], DnsWire.Answers(Ask(answer, "db.internal", 1)!));
        Assert.Null(Ask(answer, "web", 1));
        File.Delete(path);
        Assert.Null(Ask(answer, "db.internal", 1));
    }

    [Fact]
    public void Answer_beyond_the_clients_limit_is_marked_as_cut()
    {
        var path = _directory["many"];
        File.WriteAllLines(path, Enumerable.Range(1, 200).Select(i => $"10.1.0.{i} many"));
        var answer = new NameAnswer(new NameTable([path]));

        var small = Ask(answer, "many", 1)!;
        Assert.InRange(small.Length, 400, DnsMessage.PlainUdpLimit);
        Assert.NotEqual(0, small[2] & 2);
        Assert.Equal(200, DnsWire.Answers(Ask(answer, "many", 1, limit: 4096)!).Count);
    }

    [Fact]
    public void Several_addresses_take_turns()
    {
        var answer = new NameAnswer(new NameTable([WriteNames()]));
        Assert.Equal(2, Enumerable.Range(0, 4).Select(_ => DnsWire.Answers(Ask(answer, "web", 1)!)[0]).Distinct().Count());
    }

    [Fact]
    public void Malformed_messages_are_refused_or_ignored_and_never_read_past()
    {
        var query = DnsWire.Query("some.name", 1);
        for (int length = 0; length < query.Length; length++)
        {
            bool taken = DnsMessage.TryReadQuery(query.AsSpan(0, length), out _, out int error);
            Assert.True(!taken || error != 0, $"{length} bytes passed for a query");
            Assert.Equal(length >= DnsMessage.HeaderSize, taken);
        }

        query[2] |= 0x80;
        Assert.False(DnsMessage.TryReadQuery(query, out _, out _));
        var random = new Random(7);
        var noise = new byte[64];
        Span<byte> reply = stackalloc byte[512];
        var answer = new NameAnswer(new NameTable([WriteNames()]));
        for (int i = 0; i < 20_000; i++)
        {
            random.NextBytes(noise);
            noise[2] = 1;
            noise[4] = 0;
            noise[5] = 1;
            noise[DnsMessage.HeaderSize] %= 20;
            if (DnsMessage.TryReadQuery(noise, out var question, out int error))
            {
                Assert.True((error == 0 ? answer.TryAnswer(noise, question, reply, 512) : DnsMessage.BeginReply(noise, question, error, reply)) <= 512);
            }
        }
    }

    [Theory]
    [InlineData("10.0.0.1", 53)]
    [InlineData("10.0.0.1:5353", 5353)]
    [InlineData("[::1]:99", 99)]
    [InlineData("fd00::1", 53)]
    public void Upstreams_are_read_with_and_without_port(string text, int port)
    {
        var address = Monitor.Names.SocketAddress.Parse(text, 53);
        Assert.NotNull(address);
        Assert.Equal(port, (address.Bytes[2] << 8) | address.Bytes[3]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("server")]
    [InlineData("10.0.0.1:x")]
    public void What_is_no_address_is_no_upstream(string text) => Assert.Null(Monitor.Names.SocketAddress.Parse(text, 53));

    [Fact]
    public void Reverse_names_of_both_families_are_read()
    {
        Assert.Equal(IPAddress.Parse("10.1.2.3"), DnsMessage.ReverseAddress("3.2.1.10.in-addr.arpa"u8));
        var address = IPAddress.Parse("2001:db8::567:89ab");
        var nibbles = string.Join('.', Convert.ToHexStringLower(address.GetAddressBytes()).Reverse());
        Assert.Equal(address, DnsMessage.ReverseAddress(Encoding.ASCII.GetBytes(nibbles + ".ip6.arpa")));
    }

    private static byte[]? Ask(NameAnswer answer, string name, int type, int limit = 512)
    {
        var query = DnsWire.Query(name, type);
        Assert.True(DnsMessage.TryReadQuery(query, out var question, out int error));
        Assert.Equal(0, error);
        var reply = new byte[4096];
        int length = answer.TryAnswer(query, question, reply, limit);
        return length == 0 ? null : reply[..length];
    }

    private byte[]? Ask(string name, int type) => Ask(new NameAnswer(new NameTable([WriteNames(), _directory["none"]])), name, type);

    private string WriteNames()
    {
        var path = _directory["names"];
        File.WriteAllText(path, "# names\n10.0.0.2 Web\n10.0.0.3 web\nfd00::2 web\n10.0.0.2 web\n10.0.0.9\tdb.internal\nnonsense\n bad\n1.2.3 short\n");
        return path;
    }
}

using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;
using Davit.Testing;

namespace Davit.Integration.Tests.LogDrivers;

/// <summary>Log drivers as a server sees them: the same messages as from Docker, against which the same tests run with <c>DAVIT_TEST_PEER=1</c>.</summary>
public sealed class LogDriverTests(BusyboxDaemon fixture) : DockerTests(fixture)
{
    private const string Output = "echo one; echo two >&2; printf three";

    [Theory]
    [InlineData("", @"<30>\w{3} [ \d]\d \d\d:\d\d:\d\d ID\[\d+\]: ")]
    [InlineData("rfc3164", @"<30>\w{3} [ \d]\d \d\d:\d\d:\d\d HOST ID\[\d+\]: ")]
    [InlineData("rfc5424", @"<30>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d) HOST ID \d+ ID - ")]
    [InlineData("rfc5424micro", @"<30>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(Z|[+-]\d\d:\d\d) HOST ID \d+ ID - ")]
    public async Task Syslog_over_udp(string format, string head)
    {
        await using var server = LogReceiver.Udp();
        await Docker("run", "--rm", "--network", "none", "--log-driver", "syslog", "--log-opt", $"syslog-address=udp://127.0.0.1:{server.Port}", "--log-opt", $"syslog-format={format}", "busybox", "sh", "-c", Output);
        var pattern = "^" + head.Replace("HOST", Regex.Escape(Environment.MachineName), StringComparison.Ordinal).Replace("ID", "[0-9a-f]{12}", StringComparison.Ordinal);
        var messages = (await server.NextAsync(3)).Order(StringComparer.Ordinal).ToList();
        Assert.StartsWith("<27>", messages[0], StringComparison.Ordinal);
        Assert.EndsWith(": two\n".Replace(':', format.StartsWith("rfc5424", StringComparison.Ordinal) ? '-' : ':'), messages[0], StringComparison.Ordinal);
        Assert.Matches(pattern + "one\n$", messages.Single(message => message.EndsWith("one\n", StringComparison.Ordinal)));
        Assert.Matches(pattern + "three\n$", messages.Single(message => message.EndsWith("three\n", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Syslog_over_a_unix_socket_with_a_tag()
    {
        var path = $"/tmp/davit-{Unique("syslog")}.sock";
        await using var server = LogReceiver.UnixDatagrams(path);
        var name = Unique("tagged");
        await Docker("run", "--rm", "--name", name, "--network", "none", "--log-driver", "syslog", "--log-opt", $"syslog-address=unixgram://{(TestDaemon.IsPeer ? Peers.Inside(path) : path)}", "--log-opt", "syslog-facility=local3",
            "--log-opt", "tag={{.Name}}/{{.ImageName}}/{{.DaemonName}}", "busybox", "echo", "hi");
        Assert.Matches($@"^<158>\w+ +\d+ [\d:]+ {name}/busybox/docker\[\d+\]: hi\n$", Encoding.UTF8.GetString(await server.NextAsync()));
    }

    [Fact]
    public async Task Syslog_over_tls_with_an_authority_of_its_own()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var certificate = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        var file = Path.Combine(Daemon.Directory, "ca.pem");
        await File.WriteAllTextAsync(file, certificate.ExportCertificatePem());
        await using var server = LogReceiver.Tcp((byte)'\n', 0, certificate);
        await Docker("run", "--rm", "--network", "none", "--log-driver", "syslog", "--log-opt", $"syslog-address=tcp+tls://127.0.0.1:{server.Port}", "--log-opt", $"syslog-tls-ca-cert={(TestDaemon.IsPeer ? Peers.Inside(file) : file)}",
            "--log-opt", "syslog-format=rfc5424", "busybox", "echo", "secret");
        var message = Encoding.UTF8.GetString(await server.NextAsync());
        var counted = Regex.Match(message, @"^(\d+) (<30>1 .* - secret\n)$");
        Assert.True(counted.Success, message);
        Assert.Equal(counted.Groups[2].Length, int.Parse(counted.Groups[1].Value, CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Gelf_over_udp_packed_and_in_chunks()
    {
        await using var server = LogReceiver.Udp();
        await Docker("run", "--rm", "--network", "none", "--log-driver", "gelf", "--log-opt", $"gelf-address=udp://127.0.0.1:{server.Port}", "busybox", "echo", "<packed>");
        using var plain = new StreamReader(new GZipStream(new MemoryStream(await server.NextAsync()), CompressionMode.Decompress));
        Assert.StartsWith($$"""{"version":"1.1","host":"{{Environment.MachineName}}","short_message":"\u003cpacked\u003e","timestamp":""", await plain.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);

        await Docker("run", "--rm", "--network", "none", "--log-driver", "gelf", "--log-opt", $"gelf-address=udp://127.0.0.1:{server.Port}", "--log-opt", "gelf-compression-type=none", "busybox", "sh", "-c", "head -c 3000 /dev/zero | tr '\\0' a; echo");
        byte[][] chunks = [await server.NextAsync(), await server.NextAsync(), await server.NextAsync()];
        Assert.Equal([1420, 1420], chunks.Take(2).Select(chunk => chunk.Length));
        Assert.All(chunks.Index(), chunk => Assert.Equal([0x1e, 0x0f, (byte)chunk.Index, 3], (byte[])[.. chunk.Item[..2], .. chunk.Item[10..12]]));
        Assert.Contains($"\"{new string('a', 3000)}\"", Encoding.UTF8.GetString([.. chunks.SelectMany(chunk => chunk[12..])]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gelf_over_tcp_ends_messages_with_zero()
    {
        await using var server = LogReceiver.Tcp(0);
        var name = Unique("gelf");
        await Docker("run", "--name", name, "--network", "none", "-l", "tier=web", "-e", "X=Y", "--log-driver", "gelf", "--log-opt", $"gelf-address=tcp://127.0.0.1:{server.Port}", "--log-opt", "labels=tier", "--log-opt", "env=X", "busybox", "echo", "hi");
        var id = await Docker("inspect", "-f", "{{.Id}} {{.Image}}", name);
        var message = Encoding.UTF8.GetString(await server.NextAsync());
        Assert.Matches($$"""^\{"version":"1.1","host":"[^"]+","short_message":"hi","timestamp":\d+(\.\d+)?,"level":6,"_X":"Y","_command":"echo hi","_container_id":"{{id[..64]}}","_container_name":"{{name}}","_created":"[^"]+","_image_id":"{{id[65..]}}","_image_name":"busybox","_tag":"{{id[..12]}}","_tier":"web"\}"""
            + "\0$", message);
        Assert.Equal("hi", await Docker("logs", name));
        await Docker("rm", name);
    }

    [Fact]
    public async Task Logs_reads_beside_the_driver_unless_told_not_to()
    {
        await using var server = LogReceiver.Udp();
        foreach (var disabled in (bool[])[false, true])
        {
            var name = Unique("dual");
            await Docker("run", "--name", name, "--network", "none", "--log-driver", "syslog", "--log-opt", $"syslog-address=udp://127.0.0.1:{server.Port}", "--log-opt", $"cache-disabled={(disabled ? "true" : "false")}", "busybox", "echo", "kept");
            Assert.EndsWith(": kept\n", Encoding.UTF8.GetString(await server.NextAsync()), StringComparison.Ordinal);
            if (disabled) Assert.Contains("Error response from daemon: configured logging driver does not support reading", await Fails(1, "logs", name), StringComparison.Ordinal);
            else Assert.Equal("kept", await Docker("logs", name));
            await Docker("rm", name);
        }
    }

    [Fact]
    public async Task Inspect_info_and_refusals()
    {
        var name = Unique("shown");
        await Docker("create", "--name", name, "--network", "none", "--log-driver", "syslog", "--log-opt", "syslog-address=udp://127.0.0.1:514", "busybox", "true");
        Assert.Equal("""{"Type":"syslog","Config":{"syslog-address":"udp://127.0.0.1:514"}} """.Trim() + "|", await Docker("inspect", "-f", "{{json .HostConfig.LogConfig}}|{{.LogPath}}", name));
        Assert.Contains("[\"fluentd\",\"gelf\",\"journald\",\"json-file\",\"local\",", (await Docker("info", "-f", "{{json .Plugins.Log}}")).Replace("\"awslogs\",", "", StringComparison.Ordinal), StringComparison.Ordinal);
        await Docker("rm", name);
        Assert.StartsWith("Error response from daemon: unknown log opt 'sys-address' for syslog log driver", await Fails(1, "create", "--log-driver", "syslog", "--log-opt", "sys-address=x", "busybox"), StringComparison.Ordinal);
        Assert.StartsWith("Error response from daemon: error looking up logging plugin nope: plugin \"nope\" not found", await Fails(1, "create", "--log-driver", "nope", "busybox"), StringComparison.Ordinal);
        Assert.StartsWith("Error response from daemon: gelf-address is a required parameter", await Fails(1, "create", "--log-driver", "gelf", "busybox"), StringComparison.Ordinal);
    }
}

using Davit.DockerApi.Containers;
using Davit.Engine.Containers.Create;
using Davit.Engine.Logs.Drivers;
using Davit.Engine.Logs.Forwarding;
using Davit.Monitor.Logs;
using Davit.Primitives;

namespace Davit.Engine.Tests.Logs;

/// <summary>Options of log drivers: what is taken, and Docker's words for what is not.</summary>
public sealed class LogOptionsTests : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), "davit-cursor-" + Guid.NewGuid().ToString("N")[..8]);

    public void Dispose() => File.Delete(_file);

    [Theory]
    [InlineData("nope", "", "error looking up logging plugin nope: plugin \"nope\" not found")]
    [InlineData("json-file", "nope=1", "unknown log opt 'nope' for json-file log driver")]
    [InlineData("local", "nope=1", "unknown log opt 'nope' for log driver local")]
    [InlineData("syslog", "nope=1", "unknown log opt 'nope' for syslog log driver")]
    [InlineData("syslog", "max-size=1m", "unknown log opt 'max-size' for syslog log driver")]
    [InlineData("journald", "nope=1", "unknown log opt 'nope' for journald log driver")]
    [InlineData("fluentd", "fluentd-async-connect=true", "unknown log opt 'fluentd-async-connect' for fluentd log driver")]
    [InlineData("gelf", "gelf-address=udp://h:1 nope=1", "unknown log opt \"nope\" for gelf log driver")]
    [InlineData("none", "x=1", "invalid logging opts for driver none")]
    [InlineData("json-file", "mode=x", "logger: logging mode not supported: x")]
    [InlineData("json-file", "max-buffer-size=1m", "logger: max-buffer-size option is only supported with 'mode=non-blocking'")]
    [InlineData("json-file", "mode=non-blocking max-buffer-size=x", "error parsing option max-buffer-size: invalid size: 'x'")]
    [InlineData("json-file", "max-size=x", "invalid size: 'x'")]
    [InlineData("json-file", "max-size=0", "max-size must be a positive number")]
    [InlineData("json-file", "max-file=x", "strconv.Atoi: parsing \"x\": invalid syntax")]
    [InlineData("json-file", "max-file=0 max-size=1m", "max-file cannot be less than 1")]
    [InlineData("json-file", "compress=x", "strconv.ParseBool: parsing \"x\": invalid syntax")]
    [InlineData("json-file", "compress=true", "compress cannot be true when max-file is less than 2 or max-size is not set")]
    [InlineData("json-file", "tag={{", "template: log-tag:1: unclosed action")]
    [InlineData("local", "max-size=x", "invalid value for max-size: x: invalid size: 'x'")]
    [InlineData("local", "max-file=1", "compression cannot be enabled when max file count is 1")]
    [InlineData("local", "compress=x", "error reading compress log option: strconv.ParseBool: parsing \"x\": invalid syntax")]
    [InlineData("syslog", "cache-disabled=x", "invalid value for option cache-disabled: x")]
    [InlineData("syslog", "syslog-address=foo", "unsupported scheme: ''")]
    [InlineData("syslog", "syslog-address=http://foo", "unsupported scheme: 'http'")]
    [InlineData("syslog", "syslog-address=unix:///nope", "stat /nope: no such file or directory")]
    [InlineData("syslog", "syslog-address=tcp://a:b:c", "parse \"tcp://a:b:c\": invalid port \":c\" after host")]
    [InlineData("syslog", "syslog-facility=24", "invalid syslog facility")]
    [InlineData("syslog", "syslog-format=foo", "Invalid syslog format")]
    [InlineData("syslog", "syslog-address=tcp+tls://h:1 syslog-tls-ca-cert=/nope", "could not read CA certificate \"/nope\": open /nope: no such file or directory")]
    [InlineData("gelf", "", "gelf-address is a required parameter")]
    [InlineData("gelf", "gelf-address=http://foo:1", "gelf: endpoint needs to be TCP or UDP")]
    [InlineData("gelf", "gelf-address=udp://foo", "gelf: please provide gelf-address as proto://host:port")]
    [InlineData("gelf", "gelf-address=udp://h:1 gelf-compression-type=x", "unknown value \"x\" for log opt \"gelf-compression-type\" for gelf log driver")]
    [InlineData("gelf", "gelf-address=tcp://h:1 gelf-compression-level=1", "compression is only supported on UDP")]
    [InlineData("gelf", "gelf-address=udp://h:1 gelf-tcp-max-reconnect=1", "\"gelf-tcp-max-reconnect\" is only valid for TCP")]
    [InlineData("gelf", "gelf-address=tcp://h:1 gelf-tcp-reconnect-delay=x", "\"gelf-tcp-reconnect-delay\" must be a positive integer")]
    [InlineData("fluentd", "fluentd-address=http://x", "invalid fluentd-address (http://x): unsupported scheme: 'http'")]
    [InlineData("fluentd", "fluentd-address=tcp://x:1/path", "invalid fluentd-address (tcp://x:1/path): should not contain a path element")]
    [InlineData("fluentd", "fluentd-address=unix://", "invalid fluentd-address (unix://): path is empty")]
    [InlineData("fluentd", "fluentd-max-retries=x", "strconv.ParseUint: parsing \"x\": invalid syntax")]
    [InlineData("fluentd", "fluentd-retry-wait=x", "time: invalid duration \"x\"")]
    [InlineData("fluentd", "fluentd-async-reconnect-interval=1ms", "invalid value for fluentd-async-reconnect-interval: value (\"1ms\") must be between 100ms and 10s")]
    [InlineData("fluentd", "fluentd-write-timeout=x", "invalid value for fluentd-write-timeout: value must be a duration: time: invalid duration \"x\"")]
    public void Refused(string driver, string options, string expected) =>
        Assert.Equal(expected, Assert.Throws<DavitException>(() => LogOptions.Validate(Config(driver, options))).Message);

    [Theory]
    [InlineData("json-file", "max-file=3")]
    [InlineData("syslog", "syslog-address=udp://h syslog-facility=3 syslog-format=rfc5424micro tag={{.Name}} labels=a env-regex=^X mode=non-blocking max-buffer-size=4m cache-max-size=1m cache-max-file=2 cache-compress=false")]
    [InlineData("gelf", "gelf-address=tcp://h:1 gelf-tcp-max-reconnect=1 gelf-tcp-reconnect-delay=2")]
    [InlineData("fluentd", "fluentd-address=tls://h fluentd-async=true fluentd-buffer-limit=2m fluentd-max-retries=4 fluentd-request-ack=true fluentd-retry-wait=1s fluentd-sub-second-precision=1 fluentd-read-timeout=1s fluentd-write-timeout=1s")]
    [InlineData("journald", "tag=x")]
    public void Taken(string driver, string options) => LogOptions.Validate(Config(driver, options));

    [Fact]
    public void The_log_beside_a_driver_has_sizes_of_its_own()
    {
        var options = LogOptions.Parse(Config("syslog", "cache-max-size=1m cache-max-file=2 tag=x"));
        Assert.Equal((1 << 20, 2, true, "x"), ((int)options.SegmentSize, options.Segments, options.Readable, options.Config["tag"]));
        Assert.False(LogOptions.Parse(Config("syslog", "cache-disabled=true")).Readable);
    }

    [Fact]
    public void Options_of_the_daemon_go_with_its_driver()
    {
        var daemon = new EngineOptions { LogDriver = "local", LogOptions = new Dictionary<string, string> { ["max-size"] = "1m", ["max-file"] = "3" } };
        Assert.Equal(["max-file=3", "max-size=2m"], Merged(daemon, Config("local", "max-size=2m")));
        Assert.Equal(["max-file=3", "max-size=1m"], Merged(daemon, null));
        Assert.Empty(Merged(daemon, Config("json-file", "")));
        Assert.StartsWith("failed to set log opts: unknown log opt 'x'", Assert.Throws<DavitException>((daemon with { LogOptions = new Dictionary<string, string> { ["x"] = "1" } }).ValidateLog).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cursor_is_what_was_saved_and_damage_begins_anew()
    {
        var cursor = new LogCursor(new LogPosition(3, 1234), new LinePiece("abc", 2, Last: false), null);
        cursor.Save(_file);
        Assert.Equal(cursor, LogCursor.Load(_file));
        File.WriteAllText(_file, "v1 3");
        Assert.Equal(LogCursor.Start, LogCursor.Load(_file));
        Assert.Equal(LogCursor.Start, LogCursor.Load(_file + ".none"));
    }

    [Fact]
    public void Waits_between_tries_grow_to_their_limit()
    {
        var rule = new RetryRule { FirstWait = TimeSpan.FromSeconds(1), LongestWait = TimeSpan.FromSeconds(5) };
        Assert.Equal([1, 1.5, 2.25, 3.375, 5, 5], Enumerable.Range(1, 6).Select(i => rule.WaitAfter(i).TotalSeconds));
    }

    private static IEnumerable<string> Merged(EngineOptions daemon, LogConfig? asked) =>
        HostConfigDefaults.Fill(new HostConfig { LogConfig = asked }, daemon).LogConfig!.Config!.Select(pair => $"{pair.Key}={pair.Value}").Order();

    private static LogConfig Config(string driver, string options) => new()
    {
        Type = driver, Config = options.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(option => option.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]),
    };
}

using Davit.Daemon.Configuration;
using Davit.Primitives;

namespace Davit.Daemon.Tests.Configuration;

public sealed class SettingsTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Flags_are_read_in_every_form()
    {
        var settings = Read("-H", "unix:///a.sock", "-Htcp://127.0.0.1:1", "--data-root=/d", "--exec-root", "/r", "-D", "--icc=false", "--registry-mirror", "http://127.0.0.1:5000");

        Assert.Equal(["unix:///a.sock", "tcp://127.0.0.1:1"], settings.Hosts);
        Assert.Equal("/d", settings.ToInstance().DataRoot);
        Assert.Equal("/r", settings.ToInstance().RunRoot);
        Assert.True(settings.Debug);
        Assert.False(settings.Network.EnableIcc);
        Assert.Equal("http://127.0.0.1:5000/", settings.Mirrors["docker.io"].Single().ToString());
    }

    [Fact]
    public void An_instance_keeps_everything_apart()
    {
        var instance = Read("--instance", "two").ToInstance();

        Assert.Equal(("/var/lib/davit-two", "/run/davit-two", "two0", "davit-two", "davit-two"), (instance.DataRoot, instance.RunRoot, instance.Bridge, instance.FirewallTable, instance.CgroupParent));
        Assert.Equal(new Instance(), Read().ToInstance());
    }

    [Theory]
    [InlineData("unknown flag: --nope", "--nope")]
    [InlineData("unknown shorthand flag: 'q' in -q", "-q")]
    [InlineData("flag needs an argument: --bip", "--bip")]
    [InlineData("invalid value \"maybe\" for icc: true or false is expected", "--icc=maybe")]
    [InlineData("invalid value \"loud\" for log-level: debug, info, warn, error, fatal is expected", "-l", "loud")]
    [InlineData("invalid mirror: \"ftp://x\" of docker.io: it must be an http:// or https:// address without query and credentials", "--registry-mirror", "ftp://x")]
    [InlineData("unexpected argument \"what\"", "what")]
    [InlineData("runtime \"kata\" can't be added: containers run by Davit's own runtime alone", "--add-runtime", "kata=/usr/bin/kata")]
    [InlineData("runtime \"kata\" can't be added: containers run by Davit's own runtime alone", "--default-runtime", "kata")]
    [InlineData("live-restore can't be false: containers always survive the daemon", "--live-restore=false")]
    [InlineData("invalid value \"data\" for data-root: an absolute path is expected", "--data-root", "data")]
    public void Bad_flags_are_named(string message, params string[] arguments) => Assert.Equal(message, Assert.Throws<DavitException>(() => Read(arguments)).Message);

    [Fact]
    public void File_is_read_and_flags_win_nothing_that_it_says()
    {
        File.WriteAllText(_file, """{"hosts":["unix:///f.sock"],"log-opts":{"max-size":"1m"},"registries":{"gcr.io":{"mirrors":["http://127.0.0.1:5000"]}},"default-address-pools":[{"base":"10.1.0.0/16","size":24}],"mtu":1400}""");

        var settings = Read("--config-file", _file);

        Assert.Equal(["unix:///f.sock"], settings.Hosts);
        Assert.Equal("1m", settings.Engine.LogOptions["max-size"]);
        Assert.Equal("http://127.0.0.1:5000/", settings.Mirrors["gcr.io"].Single().ToString());
        Assert.Equal(24, settings.AddressPools.Single().Size);
        Assert.Equal(1400, settings.ToNetworkOptions().Mtu);
        Assert.Contains("specified both as a flag and in the configuration file: mtu", Assert.Throws<DavitException>(() => Read("--config-file", _file, "--mtu", "1300")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"nonsense":1}""", "don't match any configuration option: nonsense")]
    [InlineData("""{"mtu":[1]}""", "mtu can't be [1]")]
    [InlineData("""{"registries":{"gcr.io":{"mirror":[]}}}""", "registries.gcr.io knows mirrors, not mirror")]
    [InlineData("{", "unable to configure the daemon with file")]
    public void Bad_file_is_refused(string content, string message)
    {
        File.WriteAllText(_file, content);
        Assert.Contains(message, Assert.Throws<DavitException>(() => Read("--config-file", _file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Environment_stands_in_for_flags()
    {
        var settings = SettingsReader.Read(["--exec-root", "/r"], name => name switch { "DAVIT_DATA_ROOT" => "/e", "DAVIT_RUN_ROOT" => "/no", "DAVIT_HOST" => "unix:///h.sock", _ => null });

        Assert.Equal(("/e", "/r", "unix:///h.sock"), (settings.DataRoot, settings.RunRoot, settings.Hosts.Single()));
    }

    [Theory]
    [InlineData("tcp://0.0.0.0:2375", "refusing to listen on tcp://0.0.0.0:2375 without --tlsverify: whoever reaches it would be root on this host")]
    [InlineData("unix://relative", "invalid host \"unix://relative\": the path of a unix socket starts with /")]
    [InlineData("npipe:////./pipe", "invalid host \"npipe:////./pipe\": unix://, tcp:// or fd:// is expected")]
    [InlineData("tcp://127.0.0.1:70000", "invalid host \"tcp://127.0.0.1:70000\": a port has a number from 1 to 65535")]
    public void Address_that_can_not_be_is_refused(string text, string message) => Assert.Equal(message, Assert.Throws<DavitException>(() => ListenAddress.Parse(text, null)).Message);

    private static DaemonSettings Read(params string[] arguments) => SettingsReader.Read(arguments, _ => null);
}

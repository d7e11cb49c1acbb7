using System.Text.Json;
using Davit.Testing;

namespace Davit.Integration.Tests;

/// <summary>The client's configuration: contexts, credentials, formats, plugins; in docker's files, so that both clients share them.</summary>
public sealed class CliConfigTests(BusyboxDaemon fixture) : DockerTests(fixture)
{
    private readonly string _home = Directory.CreateTempSubdirectory("davit-home-").FullName;

    private Task<Command> Davit(IEnumerable<string> arguments, byte[]? input = null, params (string Name, string? Value)[] environment)
    {
        var variables = new Dictionary<string, string?> { ["HOME"] = _home, ["DAVIT_HOST"] = null, ["DOCKER_HOST"] = null, ["DOCKER_CONFIG"] = null };
        foreach (var (name, value) in environment) variables[name] = value;
        return Command.RunAsync(Project.Executable("davit"), arguments, input, variables);
    }

    private async Task<string> Text(params string[] arguments) => (await Davit(arguments)).Succeeded().Text;

    private string Host => "unix://" + Daemon.Socket;

    private async Task Config(string json)
    {
        Directory.CreateDirectory(_home + "/.docker");
        await File.WriteAllTextAsync(_home + "/.docker/config.json", json);
    }

    [Fact]
    public async Task Contexts_are_made_used_exported_and_removed()
    {
        if (TestDaemon.IsPeer) return;
        Assert.Equal("here", await Text("context", "create", "here", "--description", "this one", "--docker", "host=" + Host));
        Assert.Equal("other", await Text("context", "create", "other", "--docker", "host=tcp://127.0.0.1:1"));
        Assert.Equal("here", await Text("context", "use", "here"));
        Assert.Equal("here", await Text("context", "show"));
        Assert.Contains("busybox", await Text("images"), StringComparison.Ordinal);
        Assert.Equal("default false\nhere true\nother false", await Text("context", "ls", "--format", "{{.Name}} {{.Current}}"));
        Assert.Contains("here *", await Text("context", "ls"), StringComparison.Ordinal);
        Assert.Equal("this one " + Host, await Text("context", "inspect", "here", "--format", "{{.Metadata.Description}} {{.Endpoints.docker.Host}}"));
        Assert.Contains("tcp://127.0.0.1:1", (await Davit(["-c", "other", "ps"])).Error, StringComparison.Ordinal);
        Assert.Contains("tcp://127.0.0.1:1", (await Davit(["ps"], null, ("DOCKER_CONTEXT", "other"))).Error, StringComparison.Ordinal);
        await Text("context", "export", "here", _home + "/here.tar");
        Assert.Equal("copy", await Text("context", "import", "copy", _home + "/here.tar"));
        Assert.Contains("busybox", await Text("-c", "copy", "images"), StringComparison.Ordinal);
        Assert.Equal("context \"here\" is in use, set -f flag to force remove", (await Davit(["context", "rm", "here"])).Error.Split('\n')[0]);
        Assert.Equal("here", await Text("context", "rm", "-f", "here"));
        Assert.Equal("default", await Text("context", "show"));
        Directory.Delete(_home, recursive: true);
    }

    [Fact]
    public async Task A_context_of_the_docker_client_is_ours_too()
    {
        if (TestDaemon.IsPeer) return;
        var home = Path.Combine(Daemon.Directory, Unique("home"));
        (await Peers.RunAsync(["env", "HOME=" + Peers.Inside(home), "docker", "context", "create", "theirs", "--docker", "host=" + Host])).Succeeded();
        Assert.Contains("busybox", (await Davit(["--config", home + "/.docker", "-c", "theirs", "images"])).Succeeded().Output, StringComparison.Ordinal);
        Directory.Delete(_home, recursive: true);
    }

    [Fact]
    public async Task Credentials_go_to_the_helper_that_is_configured()
    {
        if (TestDaemon.IsPeer) return;
        var helper = _home + "/docker-credential-fake";
        await File.WriteAllTextAsync(helper, "#!/bin/sh\ncase $1 in\nstore) cat >\"$0.kept\" ;;\nget) read server; [ -e \"$0.kept\" ] && cat \"$0.kept\" || { echo 'credentials not found in native keychain'; exit 1; } ;;\nerase) rm -f \"$0.kept\" ;;\nesac\n");
        File.SetUnixFileMode(helper, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await Config("{\"credHelpers\":{\"localhost:1\":\"fake\"},\"auths\":{\"localhost:1\":{}}}");
        var path = _home + ":" + Environment.GetEnvironmentVariable("PATH");

        // the registry does not answer, which is told; nothing is kept then
        Assert.Equal(1, (await Davit(["-H", Host, "login", "-u", "me", "--password-stdin", "localhost:1"], "secret"u8.ToArray(), ("PATH", path))).ExitCode);
        Assert.False(File.Exists(helper + ".kept"));
        await File.WriteAllTextAsync(helper + ".kept", "{\"ServerURL\":\"localhost:1\",\"Username\":\"me\",\"Secret\":\"secret\"}");
        Assert.Equal("Removing login credentials for localhost:1", (await Davit(["logout", "localhost:1"], null, ("PATH", path))).Succeeded().Text);
        Assert.False(File.Exists(helper + ".kept"));
        Directory.Delete(_home, recursive: true);
    }

    [Fact]
    public async Task Formats_detach_keys_and_filters_come_from_the_file()
    {
        if (TestDaemon.IsPeer) return;
        await Config("{\"imagesFormat\":\"table {{.Repository}}\",\"aliases\":{},\"HttpHeaders\":{\"X-Davit-Test\":\"1\"}}");
        Assert.Equal("REPOSITORY\nbusybox", string.Join('\n', (await Text("-H", Host, "images")).Split('\n').Select(l => l.TrimEnd())));
        await Config("{ not json");
        var broken = await Davit(["-H", Host, "images"]);
        Assert.Equal(1, broken.ExitCode);
        Assert.Contains("config.json", broken.Error, StringComparison.Ordinal);
        Directory.Delete(_home, recursive: true);
    }

    [Fact]
    public async Task Plugins_get_the_words_and_our_engine()
    {
        if (TestDaemon.IsPeer) return;
        Directory.CreateDirectory(_home + "/plugins");
        await Config(JsonSerializer.Serialize(new { cliPluginsExtraDirs = new[] { _home + "/plugins" } }));
        var plugin = _home + "/plugins/docker-hello";
        await File.WriteAllTextAsync(plugin, "#!/bin/sh\n[ \"$1\" = docker-cli-plugin-metadata ] && { echo '{\"SchemaVersion\":\"0.1.0\",\"Vendor\":\"x\",\"ShortDescription\":\"Say hello\"}'; exit; }\necho \"$# $* $DOCKER_HOST\"; exit 7\n");
        File.SetUnixFileMode(plugin, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var command = await Davit(["hello", "a b", "--flag"], null, ("DAVIT_HOST", Host));
        Assert.Equal((7, $"3 hello a b --flag {Host}"), (command.ExitCode, command.Text));
        Assert.Contains("hello*      Say hello", await Text("--help"), StringComparison.Ordinal);
        Directory.Delete(_home, recursive: true);
    }

    [Fact]
    public async Task Ssh_hosts_speak_through_dial_stdio()
    {
        if (TestDaemon.IsPeer) return;
        // an ssh that stays here: what it would run over there, it runs in this place
        var ssh = _home + "/ssh";
        await File.WriteAllTextAsync(ssh, $"#!/bin/sh\necho \"$*\" >{_home}/asked\nexec {Project.Executable("davit")} -H {Host} system dial-stdio\n");
        File.SetUnixFileMode(ssh, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var command = await Davit(["-H", "ssh://me@far:2222", "run", "-i", "--rm", "--network", "none", "busybox", "wc", "-c"], new byte[70000], ("PATH", _home + ":" + Environment.GetEnvironmentVariable("PATH")));
        Assert.Equal("70000", command.Succeeded().Text);
        Assert.StartsWith("-o ConnectTimeout=30 -T -l me -p 2222 -- far ", await File.ReadAllTextAsync(_home + "/asked"), StringComparison.Ordinal);
        Directory.Delete(_home, recursive: true);
    }
}

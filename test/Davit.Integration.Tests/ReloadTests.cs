using System.Text.Json;
using System.Text.Json.Nodes;
using Davit.Testing;

namespace Davit.Integration.Tests;

/// <summary>Settings that are read again on SIGHUP.</summary>
public sealed class ReloadTests
{
    [Fact]
    public async Task What_docker_reloads_takes_effect_and_is_told_by_an_event()
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, """{"debug": false}""");
            await using var daemon = await TestDaemon.StartAsync("--config-file", file);
            await File.WriteAllTextAsync(file, """{"debug": true, "labels": ["tier=gold"], "registry-mirrors": ["http://127.0.0.1:1"], "insecure-registries": ["lab.test:5000"], "max-concurrent-downloads": 1}""");

            var said = await ReloadAsync(daemon);

            var attributes = JsonNode.Parse(said)!["Actor"]!["Attributes"]!;
            Assert.Equal("true", (string?)attributes["debug"]);
            Assert.Equal("[\"tier=gold\"]", (string?)attributes["labels"]);
            Assert.Equal("1", (string?)attributes["max-concurrent-downloads"]);
            var info = JsonDocument.Parse((await daemon.CurlAsync("/info")).Succeeded().Output).RootElement;
            Assert.True(info.GetProperty("Debug").GetBoolean());
            Assert.Equal("tier=gold", info.GetProperty("Labels")[0].GetString());
            Assert.Equal("http://127.0.0.1:1/", info.GetProperty("RegistryConfig").GetProperty("Mirrors")[0].GetString());
            Assert.Contains("settings read again", daemon.Log, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Damaged_file_changes_nothing_and_is_told_in_the_log()
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, """{"labels": ["tier=gold"]}""");
            await using var daemon = await TestDaemon.StartAsync("--config-file", file);
            await File.WriteAllTextAsync(file, """{"labels": ["tier=lead"], "no-such-key": 1}""");

            (await Command.RunAsync("kill", ["-HUP", $"{daemon.Pid}"])).Succeeded();

            for (var end = Environment.TickCount64 + 20_000; !daemon.Log.Contains("no-such-key", StringComparison.Ordinal);) Assert.True(Environment.TickCount64 < end, daemon.Log);
            Assert.Contains("tier=gold", (await daemon.CurlAsync("/info")).Output, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Events are remembered: the one that came before anybody listened is told, too.</summary>
    private static async Task<string> ReloadAsync(TestDaemon daemon)
    {
        (await Command.RunAsync("kill", ["-HUP", $"{daemon.Pid}"])).Succeeded();
        for (var end = Environment.TickCount64 + 20_000; !daemon.Log.Contains("settings read again", StringComparison.Ordinal);) Assert.True(Environment.TickCount64 < end, daemon.Log);
        return (await daemon.ScriptAsync("docker events --since 0 --until $(($(date +%s) + 1)) --filter type=daemon --format '{{json .}}'")).Succeeded().Output;
    }
}

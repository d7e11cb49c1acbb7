using System.Text.Json;
using Davit.Daemon.Configuration;
using Davit.Daemon.Logging;
using Davit.DockerApi;
using Davit.Engine;
using Davit.Primitives;
using Microsoft.Extensions.Logging;

namespace Davit.Daemon.Composition;

/// <summary>
/// Reads the settings again on SIGHUP, and takes up those that may change while the daemon runs: what dockerd reloads. A configuration with an error changes
/// nothing. The rest keeps the values of the start.
/// </summary>
internal sealed partial class SettingsReload(IReadOnlyList<string> arguments, DaemonServices services, LineLog lines, ILogger log)
{
    private readonly Lock _gate = new();

    /// <summary>Reloads; one after the other.</summary>
    public void Run()
    {
        lock (_gate)
        {
            try
            {
                var settings = SettingsReader.Read(arguments, Environment.GetEnvironmentVariable);
                lines.Level = LineLog.LevelOf(settings);
                services.Reload(settings);
                services.Api.Engine.Events.Publish("daemon", "reload", services.Api.System.Id, Attributes(settings, services.Api.Engine));
                LogReloaded(log, settings.ConfigFile);
            }
            catch (DavitException error)
            {
                LogRefused(log, error.Message);
            }
        }
    }

    /// <summary>Docker's attributes of the event.</summary>
    private static Dictionary<string, string> Attributes(DaemonSettings settings, EngineServices engine) => new()
    {
        ["debug"] = settings.Debug ? "true" : "false",
        ["default-cgroupns-mode"] = "private",
        ["default-ipc-mode"] = "private",
        ["default-runtime"] = "davit",
        ["default-shm-size"] = $"{engine.Options.ShmSize}",
        ["features"] = "map[]",
        ["insecure-registries"] = List(settings.InsecureRegistries),
        ["labels"] = List(settings.Labels),
        ["live-restore"] = "true",
        ["max-concurrent-downloads"] = $"{settings.ConcurrentDownloads}",
        ["max-concurrent-uploads"] = $"{settings.ConcurrentUploads}",
        ["max-download-attempts"] = "5",
        ["name"] = Environment.MachineName,
        ["registry-mirrors"] = List(settings.Mirrors.TryGetValue("docker.io", out var mirrors) ? [.. mirrors.Select(mirror => mirror.ToString())] : []),
        ["runtimes"] = "davit:davit-monitor",
        ["shutdown-timeout"] = "15",
    };

    private static string List(IReadOnlyList<string> values) => JsonSerializer.Serialize(values, DockerApiJson.Default.ListOfText);

    [LoggerMessage(1, LogLevel.Information, "settings read again from {File}")]
    private static partial void LogReloaded(ILogger log, string file);

    [LoggerMessage(2, LogLevel.Error, "settings can't be reloaded, those of before go on: {Reason}")]
    private static partial void LogRefused(ILogger log, string reason);
}

using System.Reflection;
using System.Runtime.InteropServices;
using Davit.Daemon.Composition;
using Davit.Daemon.Configuration;
using Davit.Daemon.Logging;
using Davit.Engine.Host;
using Davit.Linux.Processes;
using Davit.Primitives;
using Microsoft.Extensions.Logging;

namespace Davit.Daemon;

/// <summary>The daemon from its command line to its end.</summary>
public static partial class DaemonProgram
{
    /// <summary>Runs a daemon until it is told to end.</summary>
    /// <returns>Exit code.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var product = Product();
        if (arguments is ["--version" or "-v"])
        {
            await Console.Out.WriteLineAsync($"Davit version {product.Version}, build {product.Commit}").ConfigureAwait(false);
            return 0;
        }

        if (arguments.Contains("--help") || arguments.Contains("-h"))
        {
            await Console.Out.WriteAsync(SettingsReader.Help()).ConfigureAwait(false);
            return 0;
        }

        try
        {
            var settings = SettingsReader.Read(arguments, Environment.GetEnvironmentVariable);
            return await RunAsync(arguments, settings, product).ConfigureAwait(false);
        }
        catch (Exception error) when (error is DavitException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"davitd: {error.Message}").ConfigureAwait(false);
            if (error is DavitException { Hint: { } hint }) await Console.Error.WriteLineAsync($"hint: {hint}").ConfigureAwait(false);
            return 1;
        }
    }

    private static async Task<int> RunAsync(string[] arguments, DaemonSettings settings, ProductInfo product)
    {
        var addresses = Addresses(settings);
        settings.Engine.ValidateLog();
        if (settings.ValidateOnly)
        {
            await Console.Out.WriteLineAsync("configuration OK").ConfigureAwait(false);
            return 0;
        }

        if (!Environment.IsPrivilegedProcess) throw new DavitException(ErrorKind.Forbidden, "davitd needs to run as root", "start it with sudo, or as a systemd service");
        if (settings.RemoveEverything)
        {
            await InstanceRemoval.RunAsync(settings.ToInstance(), TimeProvider.System).ConfigureAwait(false);
            return 0;
        }

        NativeHeap.KeepSmall();
        var time = TimeProvider.System;
        using var provider = new LineLog(settings.LogFile, time) { Level = LineLog.LevelOf(settings) };
        var log = provider.CreateLogger("davitd");
        var notify = Environment.GetEnvironmentVariable("NOTIFY_SOCKET");
        var ended = new TaskCompletionSource<PosixSignal>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => End(context, ended));
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => End(context, ended));
        SettingsReload? reload = null;
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            if (reload is not { } ready) return;
            ServiceManager.Notify(notify, $"RELOADING=1\nMONOTONIC_USEC={time.GetTimestamp() / (time.TimestampFrequency / 1_000_000)}\n");
            ready.Run();
            ServiceManager.Notify(notify, "READY=1\n");
        });

        using var pidFile = settings.PidFile is { } path ? new PidFile(path) : null;
        var started = time.GetTimestamp();
        await using var services = await DaemonServices.OpenAsync(settings, product, Environment.GetEnvironmentVariable, text => LogTrouble(log, text), time, CancellationToken.None).ConfigureAwait(false);
        using var trim = new RestTrim(time);
        await using var api = new ApiSocket(ApiRoutes.Of(services.Api), product.ServerHeader, addresses, settings.Group, provider, trim.Touch);
        await api.StartAsync(CancellationToken.None).ConfigureAwait(false);
        reload = new SettingsReload(arguments, services, provider, log);
        LogReady(log, string.Join(", ", settings.ToHosts()), product.Version, (int)time.GetElapsedTime(started).TotalMilliseconds);
        ServiceManager.Notify(notify, "READY=1\n");
        var signal = await ended.Task.ConfigureAwait(false);
        ServiceManager.Notify(notify, "STOPPING=1\n");
        LogEnding(log, signal);
        return 0;
    }

    private static List<ListenAddress> Addresses(DaemonSettings settings)
    {
        var certificate = ServerCertificate.Load(settings);
        return [.. settings.ToHosts().Select(host => ListenAddress.Parse(host, certificate))];
    }

    private static void End(PosixSignalContext context, TaskCompletionSource<PosixSignal> ended)
    {
        context.Cancel = true;
        ended.TrySetResult(context.Signal);
    }

    private static ProductInfo Product()
    {
        var text = typeof(DaemonProgram).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";
        var plus = text.IndexOf('+', StringComparison.Ordinal);
        var commit = plus < 0 ? "" : text[(plus + 1)..];
        return new ProductInfo(plus < 0 ? text : text[..plus], commit[..Math.Min(7, commit.Length)], "");
    }

    [LoggerMessage(1, LogLevel.Information, "davitd {Version} listens on {Addresses}, ready after {Milliseconds} ms")]
    private static partial void LogReady(ILogger log, string addresses, string version, int milliseconds);

    [LoggerMessage(3, LogLevel.Warning, "{Text}")]
    private static partial void LogTrouble(ILogger log, string text);

    [LoggerMessage(2, LogLevel.Information, "ending on {Signal}; containers go on")]
    private static partial void LogEnding(ILogger log, PosixSignal signal);
}

using Davit.Engine.Logs.Drivers;
using Davit.Primitives;

namespace Davit.Engine.Logs.Syslog;

/// <summary>Driver <c>syslog</c>.</summary>
internal sealed class SyslogDriver : LogDriver
{
    /// <inheritdoc/>
    public override string Name => "syslog";

    /// <inheritdoc/>
    public override void Validate(IReadOnlyDictionary<string, string> config)
    {
        RefuseUnknown(config, key => $"unknown log opt '{key}' for syslog log driver",
            "env", "env-regex", "labels", "labels-regex", "tag", "syslog-address", "syslog-facility", "syslog-format", "syslog-tls-ca-cert", "syslog-tls-cert", "syslog-tls-key", "syslog-tls-skip-verify");
        var options = SyslogOptions.Parse(config);
        if (options.Address is { Scheme: "tcp+tls" } address) SyslogTls.Make(config, address.Host);
        LogSource.Validate(config);
    }

    /// <inheritdoc/>
    public override async Task RequireAsync(IReadOnlyDictionary<string, string> config, EngineOptions options, CancellationToken cancellation)
    {
        if (SyslogOptions.Parse(config).Address is not null) return;
        var (datagrams, stream) = await LocalSyslog.OpenAsync(cancellation).ConfigureAwait(false) ?? throw new DavitException(ErrorKind.Unavailable, "Unix syslog delivery error", "no syslog daemon listens on this machine; name one with --log-opt syslog-address=udp://host:514");
        datagrams?.Dispose();
        stream?.Dispose();
    }

    /// <inheritdoc/>
    public override ILogSink Open(LogSource source, EngineOptions options)
    {
        var syslog = SyslogOptions.Parse(source.Config);
        var tls = syslog.Address is { Scheme: "tcp+tls" } address ? SyslogTls.Make(source.Config, address.Host) : null;
        return new SyslogSink(syslog, new SyslogEncoder(syslog, Environment.MachineName, source.Tag(), Environment.ProcessId), tls);
    }
}

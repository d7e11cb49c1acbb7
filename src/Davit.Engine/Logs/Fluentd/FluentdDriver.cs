using System.Net.Sockets;
using Davit.Engine.Logs.Drivers;
using Davit.Primitives;

namespace Davit.Engine.Logs.Fluentd;

/// <summary>Driver <c>fluentd</c>.</summary>
internal sealed class FluentdDriver : LogDriver
{
    /// <inheritdoc/>
    public override string Name => "fluentd";

    /// <inheritdoc/>
    public override void Validate(IReadOnlyDictionary<string, string> config)
    {
        RefuseUnknown(config, key => $"unknown log opt '{key}' for fluentd log driver",
            "env", "env-regex", "labels", "labels-regex", "tag", "fluentd-address", "fluentd-async", "fluentd-async-reconnect-interval", "fluentd-buffer-limit", "fluentd-max-retries",
            "fluentd-request-ack", "fluentd-retry-wait", "fluentd-sub-second-precision", "fluentd-read-timeout", "fluentd-write-timeout");
        FluentdOptions.Parse(config);
        LogSource.Validate(config);
    }

    /// <inheritdoc/>
    public override async Task RequireAsync(IReadOnlyDictionary<string, string> config, EngineOptions options, CancellationToken cancellation)
    {
        var fluentd = FluentdOptions.Parse(config);
        if (fluentd.Async) return;
        try
        {
            (await FluentdSink.ConnectAsync(fluentd, cancellation).ConfigureAwait(false)).Dispose();
        }
        catch (SocketException error)
        {
            var address = fluentd.Address;
            var reason = error.SocketErrorCode switch { SocketError.ConnectionRefused => "connect: connection refused", SocketError.AddressNotAvailable => "connect: no such file or directory", _ => error.Message };
            throw new DavitException(ErrorKind.Unavailable, $"dial {address.Scheme} {(address.Scheme == "unix" ? address.Path : address.Text)}: {reason}", "without --log-opt fluentd-async=false the container starts, and its lines are sent when the server is there", error);
        }
        catch (TimeoutException error)
        {
            throw new DavitException(ErrorKind.Unavailable, error.Message, inner: error);
        }
    }

    /// <inheritdoc/>
    public override ILogSink Open(LogSource source, EngineOptions options)
    {
        var fluentd = FluentdOptions.Parse(source.Config);
        return new FluentdSink(fluentd, new FluentdEncoder(source, fluentd.SubSecondPrecision));
    }

    /// <inheritdoc/>
    public override RetryRule Retry(IReadOnlyDictionary<string, string> config)
    {
        var fluentd = FluentdOptions.Parse(config);
        return new RetryRule { Attempts = fluentd.MaxRetries, FirstWait = fluentd.RetryWait, LongestWait = TimeSpan.FromSeconds(60) };
    }
}

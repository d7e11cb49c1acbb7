using System.Globalization;
using Davit.Engine.Logs.Drivers;
using Davit.Primitives;

namespace Davit.Engine.Logs.Fluentd;

/// <summary>Options of the fluentd driver.</summary>
internal sealed record FluentdOptions
{
    private const int DefaultPort = 24224;

    /// <summary>Scheme tcp, tls or unix.</summary>
    public required LogAddress Address { get; init; }

    /// <summary>False only when asked for: then the server must be there when the container starts.</summary>
    public bool Async { get; init; } = true;

    /// <summary>Bytes that are put together before they are written.</summary>
    public long BufferLimit { get; init; } = 1 << 20;

    /// <summary>Tries after which lines are given up; null for no end.</summary>
    public int? MaxRetries { get; init; }

    /// <summary>Wait after the first failure; it grows by half each time.</summary>
    public TimeSpan RetryWait { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Each line is waited for until the server has acknowledged it.</summary>
    public bool RequestAck { get; init; }

    /// <summary>Times with nanoseconds.</summary>
    public bool SubSecondPrecision { get; init; }

    /// <summary>A connection older than this is made anew; null for never.</summary>
    public TimeSpan? ReconnectInterval { get; init; }

    /// <summary>Longest wait for an acknowledgement; zero for no limit.</summary>
    public TimeSpan ReadTimeout { get; init; }

    /// <summary>Longest wait for a write; zero for no limit.</summary>
    public TimeSpan WriteTimeout { get; init; }

    /// <exception cref="DavitException">InvalidArgument, in Docker's words.</exception>
    public static FluentdOptions Parse(IReadOnlyDictionary<string, string> config)
    {
        var options = new FluentdOptions { Address = ParseAddress(config.GetValueOrDefault("fluentd-address", "")) };
        foreach (var (key, value) in config)
        {
            if (value.Length == 0) continue;
            options = key switch
            {
                "fluentd-async" => options with { Async = GoText.Boolean(value) },
                "fluentd-async-reconnect-interval" => options with { ReconnectInterval = Interval(key, value) },
                "fluentd-buffer-limit" => options with { BufferLimit = GoText.Size(value) },
                "fluentd-max-retries" => options with { MaxRetries = uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var tries) ? (int)Math.Min(tries, int.MaxValue) : throw GoText.Invalid($"strconv.ParseUint: parsing \"{value}\": invalid syntax") },
                "fluentd-request-ack" => options with { RequestAck = GoText.Boolean(value) },
                "fluentd-retry-wait" => options with { RetryWait = GoText.Duration(value) },
                "fluentd-sub-second-precision" => options with { SubSecondPrecision = GoText.Boolean(value) },
                "fluentd-read-timeout" => options with { ReadTimeout = Timeout(key, value) },
                "fluentd-write-timeout" => options with { WriteTimeout = Timeout(key, value) },
                _ => options,
            };
        }

        return options;
    }

    private static TimeSpan? Interval(string key, string text)
    {
        var interval = GoText.Duration(text, $"invalid value for {key}: ");
        if (interval == TimeSpan.Zero) return null;
        if (interval.TotalSeconds is < 0.1 or > 10) throw GoText.Invalid($"invalid value for {key}: value (\"{text}\") must be between 100ms and 10s");
        return interval;
    }

    private static TimeSpan Timeout(string key, string text)
    {
        var limit = GoText.Duration(text, $"invalid value for {key}: value must be a duration: ");
        return limit >= TimeSpan.Zero ? limit : throw GoText.Invalid($"invalid value for {key}: value must be a positive duration, got: {text}");
    }

    private static LogAddress ParseAddress(string text)
    {
        if (text.Length == 0) return new LogAddress("tcp", "127.0.0.1", DefaultPort, "");
        try
        {
            var address = LogAddress.Parse(text.Contains("://", StringComparison.Ordinal) ? text : "tcp://" + text);
            switch (address.Scheme)
            {
                case "unix":
                    return address.Path.TrimStart('/').Length > 0 ? address : throw GoText.Invalid("path is empty");
                case "tcp" or "tls":
                    if (address.Path.Length > 0) throw GoText.Invalid("should not contain a path element");
                    return address with { Port = address.Port == 0 ? DefaultPort : address.Port, Host = address.Host.Length == 0 ? "127.0.0.1" : address.Host };
                default:
                    throw GoText.Invalid($"unsupported scheme: '{address.Scheme}'");
            }
        }
        catch (DavitException error)
        {
            throw GoText.Invalid($"invalid fluentd-address ({text}): {error.Message}", "tcp://host:24224, tls://host:24224 or unix:///path");
        }
    }
}

using Davit.Engine.Logs.Drivers;

namespace Davit.Engine.Logs.Gelf;

/// <summary>Driver <c>gelf</c>.</summary>
internal sealed class GelfDriver : LogDriver
{
    /// <inheritdoc/>
    public override string Name => "gelf";

    /// <inheritdoc/>
    public override void Validate(IReadOnlyDictionary<string, string> config)
    {
        GelfOptions.Parse(config);
        LogSource.Validate(config);
    }

    /// <inheritdoc/>
    public override ILogSink Open(LogSource source, EngineOptions options) => new GelfSink(GelfOptions.Parse(source.Config), new GelfEncoder(source, Environment.MachineName));

    /// <inheritdoc/>
    public override RetryRule Retry(IReadOnlyDictionary<string, string> config)
    {
        var options = GelfOptions.Parse(config);
        return options.Address.Scheme == "udp" ? new RetryRule() : new RetryRule { Attempts = options.Reconnects, FirstWait = options.ReconnectDelay, Grows = false };
    }
}

using System.Net.Sockets;
using Davit.Engine.Logs.Drivers;
using Davit.Engine.Logs.Transport;
using Davit.Primitives;

namespace Davit.Engine.Logs.Journald;

/// <summary>Driver <c>journald</c>.</summary>
internal sealed class JournaldDriver : LogDriver
{
    /// <inheritdoc/>
    public override string Name => "journald";

    /// <inheritdoc/>
    public override void Validate(IReadOnlyDictionary<string, string> config)
    {
        RefuseUnknown(config, key => $"unknown log opt '{key}' for journald log driver", "env", "env-regex", "labels", "labels-regex", "tag");
        LogSource.Validate(config);
    }

    /// <inheritdoc/>
    public override async Task RequireAsync(IReadOnlyDictionary<string, string> config, EngineOptions options, CancellationToken cancellation)
    {
        try
        {
            (await DatagramConnection.OpenAsync(new LogAddress("unixgram", "", 0, options.JournalSocket), cancellation).ConfigureAwait(false)).Dispose();
        }
        catch (SocketException error)
        {
            throw new DavitException(ErrorKind.Unavailable, "journald is not enabled on this host", $"nothing receives at {options.JournalSocket}", error);
        }
    }

    /// <inheritdoc/>
    public override ILogSink Open(LogSource source, EngineOptions options) => new JournalSink(options.JournalSocket, new JournalEncoder(source));
}

using Davit.Primitives;

namespace Davit.Engine.Logs.Drivers;

/// <summary>A driver that sends a container's log somewhere else.</summary>
internal abstract class LogDriver
{
    /// <summary>Name of <c>--log-driver</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Checks its options, those of all drivers taken out.</summary>
    /// <exception cref="DavitException">InvalidArgument, with Docker's texts.</exception>
    public abstract void Validate(IReadOnlyDictionary<string, string> config);

    /// <summary>Looks whether there is anything to send to on this machine; a server elsewhere may come later.</summary>
    /// <exception cref="DavitException">FailedPrecondition or Unavailable: why not, with Docker's texts.</exception>
    public virtual Task RequireAsync(IReadOnlyDictionary<string, string> config, EngineOptions options, CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>Makes a connection for a container's lines; nothing is sent yet.</summary>
    public abstract ILogSink Open(LogSource source, EngineOptions options);

    /// <summary>How often, and for how long, delivery is tried.</summary>
    public virtual RetryRule Retry(IReadOnlyDictionary<string, string> config) => new();

    /// <summary>Refuses options that are not known.</summary>
    protected static void RefuseUnknown(IReadOnlyDictionary<string, string> config, Func<string, string> message, params ReadOnlySpan<string> known)
    {
        foreach (var key in config.Keys)
        {
            if (!known.Contains(key)) throw GoText.Invalid(message(key));
        }
    }
}

namespace Davit.Monitor.Runner;

/// <summary>Starts containers through the zygote, one monitor each, and finds them again after a restart of the daemon. Used by the engine and the builder.</summary>
public interface IContainerRunner
{
    /// <summary>Starts a container; returns when its process has been executed.</summary>
    /// <exception cref="Davit.Primitives.DavitException">What runc and Docker would say: executable not found, not executable, missing mount source …; nothing is left behind.</exception>
    Task<IRunningContainer> StartAsync(ContainerLaunch launch, CancellationToken cancellation);

    /// <summary>Tells that a start follows soon: what can be begun early is.</summary>
    void Expect();

    /// <summary>
    /// Makes streams for a container that is not started yet, so that a client attached before the start misses no byte: put them in
    /// <see cref="ContainerLaunch.Attachments"/>. They deliver nothing until then; dispose them when the start does not come.
    /// </summary>
    IAttachedStreams PrepareAttach(bool stdin, bool stdout, bool stderr);

    /// <summary>Connects to the monitor of a container that an earlier daemon started, or reads the exit it left.</summary>
    /// <returns>The container (perhaps ended already), or null when neither monitor nor exit record is there.</returns>
    Task<IRunningContainer?> AdoptAsync(string id, string runDirectory, CancellationToken cancellation);
}

namespace Davit.Network;

/// <summary>Networks, and the network side of containers.</summary>
public interface INetworkService
{
    /// <summary>All networks, <c>bridge</c>, <c>host</c> and <c>none</c> among them.</summary>
    IReadOnlyCollection<NetworkModel> List();

    /// <summary>A network by name, id or unique prefix of an id.</summary>
    /// <exception cref="Davit.Primitives.DavitException">NotFound: <c>network NAME not found</c>.</exception>
    NetworkModel Resolve(string nameOrId);

    /// <summary>Makes a network; its bridge appears when the first container needs it or at once, never two for one name.</summary>
    Task<NetworkModel> CreateAsync(NetworkOptions options, CancellationToken cancellation);

    /// <summary>Removes a network without endpoints.</summary>
    /// <exception cref="Davit.Primitives.DavitException">Forbidden: predefined, or endpoints in use, with Docker's texts.</exception>
    Task RemoveAsync(string nameOrId, CancellationToken cancellation);

    /// <summary>Checks the settings of an endpoint when a container is created; a network that does not exist yet is no failure then.</summary>
    /// <exception cref="Davit.Primitives.DavitException">InvalidArgument: <c>invalid config for network NAME: invalid endpoint settings: …</c>.</exception>
    void Validate(EndpointOptions endpoint);

    /// <summary>Prepares the network of a container that is about to start: namespace from the pool, interfaces, addresses, routes, names, published ports.</summary>
    /// <exception cref="Davit.Primitives.DavitException">Docker's text when a port is taken or no address is left; nothing is left behind.</exception>
    Task<NetworkSandbox> AttachAsync(SandboxOptions options, CancellationToken cancellation);

    /// <summary>Takes back everything of a container's network after its end; never fails for what is gone already.</summary>
    Task ReleaseAsync(string containerId, CancellationToken cancellation);

    /// <summary>Finds the sandbox of a container that runs, also after a restart of the daemon.</summary>
    NetworkSandbox? FindSandbox(string containerId);

    /// <summary>Connects a running container to one more network.</summary>
    Task<EndpointModel> ConnectAsync(string containerId, EndpointOptions endpoint, CancellationToken cancellation);

    /// <summary>Disconnects a running container from a network.</summary>
    Task DisconnectAsync(string containerId, string network, CancellationToken cancellation);

    /// <summary>Releases whatever belongs to containers that are not among these; called once after the daemon has found the containers that still run.</summary>
    Task ReleaseAllExceptAsync(IReadOnlyCollection<string> runningContainers, CancellationToken cancellation);

    /// <summary>Replaces a name of a running container on all its networks (<c>rename</c>); nothing happens when it has no sandbox.</summary>
    void Rename(string containerId, string oldName, string newName);

    /// <summary>What the host lacks or keeps closed, and what was done about it, for <c>info</c>; empty when all is well.</summary>
    IReadOnlyList<string> Warnings { get; }

    /// <summary>After a change: action (<c>create connect disconnect destroy</c>), network, container id or empty.</summary>
    event Action<string, NetworkModel, string>? Changed;
}

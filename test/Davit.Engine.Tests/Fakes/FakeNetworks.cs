using System.Collections.Concurrent;
using Davit.Network;
using Davit.Primitives;

namespace Davit.Engine.Tests.Fakes;

/// <summary>Networks that give nobody an address, and remember who is attached.</summary>
internal sealed class FakeNetworks : INetworkService
{
    public ConcurrentDictionary<string, SandboxOptions> Attached { get; } = new();

    public DavitException? Failure { get; set; }

    public event Action<string, NetworkModel, string>? Changed;

    public IReadOnlyList<string> Warnings => [];

    public IReadOnlyCollection<NetworkModel> List() =>
    [
        new() { Id = new string('a', 64), Name = "bridge", Driver = "bridge", Predefined = true },
        new() { Id = new string('b', 64), Name = "host", Driver = "host", Predefined = true },
        new() { Id = new string('c', 64), Name = "none", Driver = "null", Predefined = true },
        new() { Id = new string('d', 64), Name = "own", Driver = "bridge" },
    ];

    public NetworkModel Resolve(string nameOrId) => List().FirstOrDefault(network => network.Name == nameOrId || network.Id == nameOrId) ?? throw new DavitException(ErrorKind.NotFound, $"network {nameOrId} not found");

    public void Validate(EndpointOptions endpoint) => Resolve(endpoint.Network);

    public Task<NetworkSandbox> AttachAsync(SandboxOptions options, CancellationToken cancellation)
    {
        if (Failure is { } failure) throw failure;
        Attached[options.ContainerId] = options;
        Changed?.Invoke("connect", Resolve(options.Endpoints[0].Network), options.ContainerId);
        return Task.FromResult(new NetworkSandbox { NamespacePath = "/proc/self/ns/net", Id = options.ContainerId });
    }

    public Task ReleaseAsync(string containerId, CancellationToken cancellation)
    {
        Attached.TryRemove(containerId, out _);
        return Task.CompletedTask;
    }

    public NetworkSandbox? FindSandbox(string containerId) => null;

    public Task<NetworkModel> CreateAsync(NetworkOptions options, CancellationToken cancellation) => throw new InvalidOperationException();

    public Task RemoveAsync(string nameOrId, CancellationToken cancellation) => throw new InvalidOperationException();

    public Task<EndpointModel> ConnectAsync(string containerId, EndpointOptions endpoint, CancellationToken cancellation) => throw new InvalidOperationException();

    public Task DisconnectAsync(string containerId, string network, CancellationToken cancellation) => throw new InvalidOperationException();

    public Task ReleaseAllExceptAsync(IReadOnlyCollection<string> runningContainers, CancellationToken cancellation) => Task.CompletedTask;

    public void Rename(string containerId, string oldName, string newName) => ArgumentException.ThrowIfNullOrEmpty(newName);
}

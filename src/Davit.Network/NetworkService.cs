using System.Text.Json;
using Davit.Linux;
using Davit.Linux.Netlink;
using Davit.Network.Bridges;
using Davit.Network.Firewall;
using Davit.Network.Names;
using Davit.Network.Namespaces;
using Davit.Network.Networks;
using Davit.Network.Ports;
using Davit.Network.Sandboxes;
using Davit.Primitives;
using Davit.Storage.Documents;

namespace Davit.Network;

/// <summary>
/// Networks on one host: bridges, one firewall table, addresses, names and prepared namespaces. The kernel holds everything that running containers
/// need, so the service may die at any moment; <see cref="StartAsync"/> finds what is there and brings it to what the records say.
/// </summary>
public sealed partial class NetworkService : INetworkService, IAsyncDisposable
{
    private const string Collection = "networks";

    /// <summary>Guards networks, allocators and endpoints in memory; no system call is made under it.</summary>
    private readonly Lock _gate = new();

    /// <summary>One change of the list of networks at a time.</summary>
    private readonly SemaphoreSlim _changes = new(1);

    private readonly Dictionary<string, NetworkState> _networks = [];
    private readonly Instance _instance;
    private readonly IDocumentStore _documents;
    private readonly NetworkServiceOptions _options;
    private readonly TimeProvider _time;
    private readonly HostLinks _links = new();
    private readonly SandboxStore _sandboxes;
    private readonly NamesFiles _names;
    private readonly PortAllocator _ports;
    private readonly NamespacePool _pool;
    private readonly Reaper _reaper;
    private readonly List<string> _warnings = [];
    private FirewallTable? _firewall;
    private string _noFirewall = "it is switched off";
    private int _defaultBridgeIndex;
    private bool _started;
    private bool _disposed;

    /// <summary>Makes the service; nothing happens on the host before <see cref="StartAsync"/>.</summary>
    /// <param name="instance">Paths and names of this daemon.</param>
    /// <param name="documents">Where networks are kept.</param>
    /// <param name="options">Settings.</param>
    /// <param name="time">Clock.</param>
    public NetworkService(Instance instance, IDocumentStore documents, NetworkServiceOptions options, TimeProvider time)
    {
        _instance = instance;
        _documents = documents;
        _options = options;
        _time = time;
        Directory.CreateDirectory(instance.RunRoot);
        _sandboxes = new SandboxStore(instance);
        _names = new NamesFiles(instance);
        _ports = new PortAllocator(options.EphemeralPorts);
        _reaper = new Reaper(HostInterfaceName.GroupOf(instance));
        _pool = new NamespacePool(instance, options, _links, () => Volatile.Read(ref _defaultBridgeIndex), time);
    }

    /// <inheritdoc/>
    public event Action<string, NetworkModel, string>? Changed;

    /// <inheritdoc/>
    public IReadOnlyList<string> Warnings
    {
        get
        {
            lock (_gate)
            {
                return [.. _warnings, .. _firewall?.Notes ?? []];
            }
        }
    }

    /// <inheritdoc/>
    public IReadOnlyCollection<NetworkModel> List()
    {
        lock (_gate)
        {
            return [.. _networks.Values.Select(network => network.Model)];
        }
    }

    /// <inheritdoc/>
    public NetworkModel Resolve(string nameOrId) => ResolveState(nameOrId).Model;

    /// <inheritdoc/>
    public NetworkSandbox? FindSandbox(string containerId) => _sandboxes.Find(containerId) is { } record ? ToSandbox(record) : null;

    /// <summary>Reads what there is, makes bridges and firewall as they should be, takes over running containers and sweeps up what nobody owns.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        await _changes.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            LoadSandboxes();
            LoadNetworks();
            await EnsurePredefinedAsync(cancellation).ConfigureAwait(false);
            EnableForwarding();
            foreach (var network in States().Where(network => network.IsBridge))
            {
                EnsureBridge(network);
            }

            AdoptSandboxes();
            OpenFirewall();
            WriteAllNames();
            Sweep();
            _pool.Start();
            _started = true;
        }
        finally
        {
            _changes.Release();
        }
    }

    /// <summary>Stops the service. What running containers use stays; namespaces that were only prepared go.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true))
        {
            return;
        }

        var unused = _pool.Drain().ToList();
        if (_started)
        {
            _pool.Dispose();
        }

        unused.AddRange(_pool.Drain());
        foreach (var prepared in unused)
        {
            prepared.Dispose();
            _reaper.Add(new Reaper.Remains(prepared.Path, prepared.HostInterface is null ? [] : [prepared.HostInterface], null));
        }

        await _reaper.DisposeAsync().ConfigureAwait(false);
        _ports.Dispose();
        _firewall?.Dispose();
        _links.Dispose();
        _changes.Dispose();
    }

    private NetworkState ResolveState(string nameOrId)
    {
        lock (_gate)
        {
            if (_networks.TryGetValue(nameOrId, out var exact) || (exact = _networks.Values.FirstOrDefault(network => network.Model.Name == nameOrId)) is not null)
            {
                return exact;
            }

            var byPrefix = nameOrId.Length == 0 ? [] : _networks.Values.Where(network => network.Model.Id.StartsWith(nameOrId, StringComparison.Ordinal)).Take(2).ToList();
            return byPrefix.Count switch
            {
                1 => byPrefix[0],
                0 => throw new DavitException(ErrorKind.NotFound, $"network {nameOrId} not found", "network ls shows what there is"),
                _ => throw new DavitException(ErrorKind.InvalidArgument, $"network {nameOrId} is ambiguous (2 matches found based on ID prefix)", "give more digits of the id"),
            };
        }
    }

    private List<NetworkState> States()
    {
        lock (_gate)
        {
            return [.. _networks.Values];
        }
    }

    private NetworkState? FindState(string networkId)
    {
        lock (_gate)
        {
            return _networks.GetValueOrDefault(networkId);
        }
    }

    private NetworkSandbox ToSandbox(SandboxRecord record)
    {
        var endpoints = new Dictionary<string, EndpointModel>();
        var names = new List<string>();
        foreach (var endpoint in record.Endpoints)
        {
            if (FindState(endpoint.NetworkId) is { } network)
            {
                endpoints[network.Model.Name] = endpoint.ToModel();
                if (network.HasNames)
                {
                    names.Add(_names.PathOf(network.Model.Id));
                }
            }
        }

        return new NetworkSandbox
        {
            Id = record.Id,
            NamespacePath = record.NamespacePath,
            Endpoints = endpoints,
            Ports = [.. record.Ports.Select(port => port.ToPort()).Select(port => new PortBinding(port.HostAddress, port.HostPort, port.Port, port.Protocol))],
            NamesFiles = names,
        };
    }

    private void Warn(string text)
    {
        lock (_gate)
        {
            _warnings.Add(text);
        }
    }

    private IEnumerable<EndpointRecord> EndpointsOf(string networkId) =>
        _sandboxes.All.SelectMany(sandbox => sandbox.Endpoints).Where(endpoint => endpoint.NetworkId == networkId);

    private void WriteNames(NetworkState network)
    {
        if (network.HasNames)
        {
            _names.Write(network.Model, () => EndpointsOf(network.Model.Id));
        }
    }

    private static DocumentChange Save(NetworkState network) =>
        new(Collection, network.Model.Id, JsonSerializer.SerializeToUtf8Bytes(network.Record, NetworkJson.Default.NetworkRecord));
}

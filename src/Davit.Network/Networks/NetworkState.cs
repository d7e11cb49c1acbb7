using System.Net;
using Davit.Network.Addresses;
using Davit.Network.Firewall;

namespace Davit.Network.Networks;

/// <summary>A network that the service holds. Changed only under the service's lock; the model is swapped, never changed.</summary>
internal sealed class NetworkState
{
    private readonly Dictionary<string, string> _containerNames = [];
    private NetworkModel _model;

    internal NetworkState(NetworkModel model, string bridge, bool foreignBridge)
    {
        _model = model;
        Bridge = bridge;
        ForeignBridge = foreignBridge;
        Allocators = [.. model.Subnets.Select(subnet => new AddressAllocator(subnet))];
    }

    /// <summary>The network as others see it.</summary>
    internal NetworkModel Model => Volatile.Read(ref _model);

    internal IReadOnlyList<AddressAllocator> Allocators { get; }

    /// <summary>Name of the bridge; empty for <c>host</c> and <c>none</c>.</summary>
    internal string Bridge { get; }

    /// <summary>Whether the bridge stays when the network goes.</summary>
    internal bool ForeignBridge { get; }

    /// <summary>Index of the bridge; 0 when there is none.</summary>
    internal int BridgeIndex { get; set; }

    /// <summary>Why the bridge could not be set up, or null.</summary>
    internal Exception? Failure { get; set; }

    /// <summary>Starts that have chosen this network and are not endpoints yet; it can't be removed meanwhile.</summary>
    internal int Pending { get; set; }

    internal bool IsBridge => Bridge.Length > 0;

    internal bool Icc => Model.Options.Flag(NetworkNames.IccOption, true);

    internal int Mtu => Model.Options.TryGetValue(NetworkNames.MtuOption, out var text) && int.TryParse(text, out var mtu) ? mtu : 0;

    /// <summary>User-defined networks resolve their containers' names; the default bridge, as Docker's, does not.</summary>
    internal bool HasNames => IsBridge && !Model.Predefined;

    internal BridgeRules Rules => new(Bridge, [.. Model.Subnets.Select(RulesOf)], Icc, Model.Internal);

    internal NetworkRecord Record => NetworkRecord.From(Model, Bridge, ForeignBridge);

    internal AddressAllocator? AllocatorOf(IPAddress address) => Allocators.FirstOrDefault(allocator => allocator.Subnet.Subnet.Contains(address));

    /// <summary>Name of a container with an endpoint here.</summary>
    internal string EndpointName(string containerId) => _containerNames.GetValueOrDefault(containerId, containerId);

    internal void Put(string containerId, EndpointModel endpoint, string containerName)
    {
        _containerNames[containerId] = containerName.Length > 0 ? containerName : containerId;
        Volatile.Write(ref _model, _model with { Endpoints = new Dictionary<string, EndpointModel>(_model.Endpoints) { [containerId] = endpoint } });
    }

    internal void Take(string containerId)
    {
        if (_model.Endpoints.ContainsKey(containerId))
        {
            var rest = new Dictionary<string, EndpointModel>(_model.Endpoints);
            rest.Remove(containerId);
            _containerNames.Remove(containerId);
            Volatile.Write(ref _model, _model with { Endpoints = rest });
        }
    }

    private SubnetRules RulesOf(SubnetModel subnet)
    {
        var ipv6 = subnet.Subnet.IsIPv6();
        var mode = Model.Options.GetValueOrDefault(ipv6 ? NetworkNames.GatewayMode6Option : NetworkNames.GatewayModeOption, "nat");
        var masquerade = !Model.Internal && mode != "routed" && Model.Options.Flag(NetworkNames.MasqueradeOption, true);
        var source = IPAddress.TryParse(Model.Options.GetValueOrDefault(ipv6 ? NetworkNames.HostIPv6Option : NetworkNames.HostIPv4Option), out var address) ? address : null;
        return new SubnetRules(subnet.Subnet, masquerade, source, mode is "routed" or "nat-unprotected");
    }
}

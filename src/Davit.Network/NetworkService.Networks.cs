using System.Net;
using Davit.Network.Addresses;
using Davit.Network.Bridges;
using Davit.Network.Networks;
using Davit.Primitives;
using Davit.Storage.Documents;

namespace Davit.Network;

/// <content>Networks come and go.</content>
public sealed partial class NetworkService
{
    /// <inheritdoc/>
    public async Task<NetworkModel> CreateAsync(NetworkOptions options, CancellationToken cancellation)
    {
        NetworkDefinition.Validate(options);
        await _changes.WaitAsync(cancellation).ConfigureAwait(false);
        NetworkState network;
        try
        {
            if (States().Any(other => other.Model.Name == options.Name))
            {
                throw new DavitException(ErrorKind.AlreadyExists, $"network with name {options.Name} already exists", "choose another name, or remove that network");
            }

            network = Define(options);
            if (options.Options.ContainsKey(NetworkNames.BridgeNameOption))
            {
                // A bridge of that name may be on its way out; taken for somebody else's it would never go.
                await _reaper.DrainAsync().WaitAsync(cancellation).ConfigureAwait(false);
            }

            if (options.EnableIPv6 && _options.IpForward && !KernelSettings.TryForwardIPv6())
            {
                Warn("WARNING: IPv6 forwarding is disabled");
            }

            var (index, existed) = BridgeDevice.Ensure(_links, network.Model, network.Bridge, network.Mtu);
            network = new NetworkState(network.Model, network.Bridge, foreignBridge: existed) { BridgeIndex = index };
            try
            {
                _firewall?.SetBridges([.. BridgeRules(), network.Rules]);
                await _documents.WriteAsync([Save(network)], cancellation).ConfigureAwait(false);
            }
            catch
            {
                _firewall?.SetBridges(BridgeRules());
                RemoveBridge(network);
                throw;
            }

            WriteNames(Add(network));
        }
        finally
        {
            _changes.Release();
        }

        Changed?.Invoke("create", network.Model, "");
        return network.Model;
    }

    /// <inheritdoc/>
    public async Task RemoveAsync(string nameOrId, CancellationToken cancellation)
    {
        await _changes.WaitAsync(cancellation).ConfigureAwait(false);
        NetworkState network;
        try
        {
            network = ResolveState(nameOrId);
            lock (_gate)
            {
                RefuseRemoval(network);
                _networks.Remove(network.Model.Id);
            }

            try
            {
                await _documents.WriteAsync([new DocumentChange(Collection, network.Model.Id, null)], cancellation).ConfigureAwait(false);
            }
            catch
            {
                Add(network);
                throw;
            }

            _firewall?.SetBridges(BridgeRules());
            RemoveBridge(network);
            _names.Remove(network.Model.Id);
        }
        finally
        {
            _changes.Release();
        }

        Changed?.Invoke("destroy", network.Model, "");
    }

    private NetworkState Define(NetworkOptions options)
    {
        var id = NetworkDefinition.NewId();
        var bridge = options.Options.GetValueOrDefault(NetworkNames.BridgeNameOption, HostInterfaceName.ForBridge(_instance, id));
        if (States().Any(other => other.Bridge == bridge))
        {
            throw new DavitException(ErrorKind.Conflict, $"bridge {bridge} belongs to another network", $"choose another name with {NetworkNames.BridgeNameOption}");
        }

        var ours = OtherSubnets("").ToList();
        List<IPNetwork>? host = null;
        var subnets = NetworkDefinition.Subnets(options, ours, ipv6 =>
            SubnetChooser.Choose(_options.DefaultAddressPools, [.. ours, .. host ??= _links.Query(socket => SubnetChooser.HostRanges(socket, 0))], ipv6));
        var driverOptions = options.Options.ToDictionary();
        var model = new NetworkModel
        {
            Id = id,
            Name = options.Name,
            Driver = NetworkNames.Bridge,
            Created = _time.GetUtcNow(),
            Internal = options.Internal,
            Attachable = options.Attachable,
            EnableIPv6 = options.EnableIPv6,
            IpamOptions = options.IpamOptions,
            Options = driverOptions,
            Labels = options.Labels.ToDictionary(),
            Subnets = subnets,
        };
        return new NetworkState(model, bridge, foreignBridge: false);
    }

    private static void RefuseRemoval(NetworkState network)
    {
        if (network.Model.Predefined)
        {
            throw new DavitException(ErrorKind.Forbidden, $"{network.Model.Name} is a pre-defined network and cannot be removed");
        }

        if (network.Model.Endpoints.Count > 0 || network.Pending > 0)
        {
            var endpoints = string.Join(", ", network.Model.Endpoints.Select(pair => $"name:\"{network.EndpointName(pair.Key)}\" id:\"{pair.Value.EndpointId[..12]}\""));
            throw new DavitException(
                ErrorKind.Forbidden,
                $"error while removing network: network {network.Model.Name} has active endpoints ({endpoints})",
                "disconnect these containers (network disconnect), or remove them");
        }
    }

    private void RemoveBridge(NetworkState network)
    {
        if (!network.ForeignBridge && network.IsBridge)
        {
            _reaper.Add(new Namespaces.Reaper.Remains(null, [network.Bridge], null));
        }
    }
}

using System.Net;
using System.Text.Json;
using Davit.Linux;
using Davit.Linux.Netlink;
using Davit.Network.Addresses;
using Davit.Network.Bridges;
using Davit.Network.Firewall;
using Davit.Network.Namespaces;
using Davit.Network.Networks;
using Davit.Network.Sandboxes;
using Davit.Primitives;
using Davit.Storage.Documents;

namespace Davit.Network;

/// <content>What happens once, at start.</content>
public sealed partial class NetworkService
{
    private void LoadSandboxes()
    {
        _sandboxes.Load();
        foreach (var sandbox in _sandboxes.All.Where(sandbox => !NetworkNamespace.IsPinned(sandbox.NamespacePath)))
        {
            // The host was booted since, or the pin is gone: no process can be in it.
            _sandboxes.Remove(sandbox.ContainerId);
        }
    }

    private void LoadNetworks()
    {
        foreach (var (key, value) in _documents.LoadAll(Collection))
        {
            if (JsonSerializer.Deserialize(value, NetworkJson.Default.NetworkRecord) is { } record)
            {
                lock (_gate)
                {
                    _networks[key] = new NetworkState(record.ToModel(), record.Bridge, record.ForeignBridge);
                }
            }
        }
    }

    private async Task EnsurePredefinedAsync(CancellationToken cancellation)
    {
        var changes = new List<DocumentChange>();
        foreach (var (name, driver) in ((string, string)[])[(NetworkNames.Host, NetworkNames.Host), (NetworkNames.None, NetworkNames.NullDriver)])
        {
            if (!States().Any(network => network.Model.Name == name))
            {
                changes.Add(Save(Add(new NetworkState(Predefined(name, driver, NetworkDefinition.NewId()), "", foreignBridge: false))));
            }
        }

        if (_instance.Bridge != NetworkNames.None && EnsureDefaultBridge() is { } changed)
        {
            changes.Add(Save(changed));
        }

        if (changes.Count > 0)
        {
            await _documents.WriteAsync(changes, cancellation).ConfigureAwait(false);
        }
    }

    private NetworkModel Predefined(string name, string driver, string id) => new()
    {
        Id = id,
        Name = name,
        Driver = driver,
        Created = _time.GetUtcNow(),
        Predefined = true,
    };

    private NetworkState Add(NetworkState network)
    {
        lock (_gate)
        {
            _networks[network.Model.Id] = network;
        }

        return network;
    }

    /// <summary>The network <c>bridge</c>, from the record, the settings, or a free subnet.</summary>
    /// <returns>The network when its record must be written.</returns>
    private NetworkState? EnsureDefaultBridge()
    {
        var known = States().FirstOrDefault(network => network.Model.Name == NetworkNames.Bridge);
        var inUse = known is not null && EndpointsOf(known.Model.Id).Any();
        var subnets = inUse ? known!.Model.Subnets : DefaultSubnets(known);
        var mtu = _options.Mtu > 0 ? _options.Mtu : 1500;
        var model = Predefined(NetworkNames.Bridge, NetworkNames.Bridge, known?.Model.Id ?? NetworkDefinition.NewId()) with
        {
            Created = known?.Model.Created ?? _time.GetUtcNow(),
            EnableIPv6 = subnets.Any(subnet => subnet.Subnet.IsIPv6()),
            Subnets = subnets,
            Options = new Dictionary<string, string>
            {
                [NetworkNames.DefaultBridgeOption] = "true",
                [NetworkNames.IccOption] = _options.EnableIcc ? "true" : "false",
                [NetworkNames.MasqueradeOption] = _options.IpMasquerade ? "true" : "false",
                [NetworkNames.HostBindingOption] = (_options.DefaultHostAddress ?? IPAddress.Any).ToString(),
                [NetworkNames.BridgeNameOption] = _instance.Bridge,
                [NetworkNames.MtuOption] = mtu.ToString(),
            },
        };
        var network = Add(new NetworkState(model, _instance.Bridge, foreignBridge: false));
        return known is not null && JsonSerializer.Serialize(known.Record, NetworkJson.Default.NetworkRecord) == JsonSerializer.Serialize(network.Record, NetworkJson.Default.NetworkRecord)
            ? null
            : network;
    }

    private IReadOnlyList<SubnetModel> DefaultSubnets(NetworkState? known)
    {
        var own = _links.Query(socket => socket.FindLink(_instance.Bridge))?.Index ?? 0;
        List<IPNetwork> taken = [.. _links.Query(socket => SubnetChooser.HostRanges(socket, own)), .. OtherSubnets(NetworkNames.Bridge)];
        var subnets = new List<SubnetModel>();
        if (_options.Bip is { Length: > 0 } bip)
        {
            subnets.Add(FromBip(bip));
        }
        else if (known?.Model.Subnets.FirstOrDefault(subnet => !subnet.Subnet.IsIPv6()) is { } kept && !taken.Any(range => range.Overlaps(kept.Subnet)) && InPools(kept.Subnet))
        {
            subnets.Add(WithSettings(kept.Subnet));
        }
        else
        {
            subnets.Add(WithSettings(SubnetChooser.Choose(_options.DefaultAddressPools, taken, ipv6: false)));
        }

        if (_options.EnableIPv6)
        {
            var six = _options.FixedCidrV6 is { Length: > 0 } text ? NetworkDefinition.ParseSubnet(text)
                : known?.Model.Subnets.FirstOrDefault(subnet => subnet.Subnet.IsIPv6())?.Subnet ?? SubnetChooser.Choose(_options.DefaultAddressPools, taken, ipv6: true);
            subnets.Add(new SubnetModel(six, NetworkDefinition.FirstHost(six, null), null));
        }

        return subnets;
    }

    private bool InPools(IPNetwork subnet) => _options.DefaultAddressPools.Any(pool => pool.Base.Contains(subnet) && pool.Size == subnet.PrefixLength);

    private SubnetModel FromBip(string bip)
    {
        var at = bip.IndexOf('/', StringComparison.Ordinal);
        if (at < 0 || !IPAddress.TryParse(bip.AsSpan(0, at), out var address) || !int.TryParse(bip.AsSpan(at + 1), out var length) || length is < 1 or > 30
            || address.AddressFamily != System.Net.Sockets.AddressFamily.InterNetwork)
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"invalid bip \"{bip}\"", "give the bridge's address with its prefix: 10.1.0.1/24");
        }

        return WithSettings(AddressMath.NetworkOf(address, length), address);
    }

    private SubnetModel WithSettings(IPNetwork subnet, IPAddress? own = null)
    {
        IPNetwork? range = _options.FixedCidr is { Length: > 0 } text ? IPNetwork.TryParse(text, out var parsed) ? parsed
            : throw new DavitException(ErrorKind.InvalidArgument, $"invalid fixed-cidr \"{text}\"", "write it as 10.1.2.0/26") : null;
        if (range is { } part && !subnet.Contains(part))
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"invalid fixed-cidr \"{part}\": it is not part of the bridge's subnet {subnet}", "give --bip of the same subnet");
        }

        own ??= NetworkDefinition.FirstHost(subnet, null);
        if (_options.DefaultGateway is not { Length: > 0 } gateway)
        {
            return new SubnetModel(subnet, own, range);
        }

        if (!IPAddress.TryParse(gateway, out var other) || !subnet.Contains(other))
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"invalid default-gateway \"{gateway}\": it is not part of the bridge's subnet {subnet}");
        }

        return new SubnetModel(subnet, other, range) { AuxiliaryAddresses = new Dictionary<string, IPAddress> { [NetworkNames.BridgeAddress] = own } };
    }

    private IEnumerable<IPNetwork> OtherSubnets(string exceptName) =>
        States().Where(network => network.Model.Name != exceptName).SelectMany(network => network.Model.Subnets).Select(subnet => subnet.Subnet);

    private void EnableForwarding()
    {
        if (!_options.IpForward)
        {
            if (KernelSettings.Get("ipv4/ip_forward") == "0")
            {
                Warn("WARNING: IPv4 forwarding is disabled");
            }

            return;
        }

        if (!KernelSettings.TrySet("ipv4/ip_forward", "1"))
        {
            Warn("WARNING: IPv4 forwarding is disabled");
        }

        if (States().Any(network => network.Model.EnableIPv6) && !KernelSettings.TryForwardIPv6())
        {
            Warn("WARNING: IPv6 forwarding is disabled");
        }
    }

    /// <summary>Makes a network's bridge; a failure is kept and told to whoever wants to use the network.</summary>
    private void EnsureBridge(NetworkState network)
    {
        try
        {
            network.BridgeIndex = BridgeDevice.Ensure(_links, network.Model, network.Bridge, network.Mtu).Index;
            network.Failure = null;
            if (network.Model.Name == NetworkNames.Bridge)
            {
                Volatile.Write(ref _defaultBridgeIndex, network.BridgeIndex);
            }
        }
        catch (DavitException e)
        {
            network.Failure = e;
            Warn($"WARNING: network {network.Model.Name}: {e.Message}");
        }
    }

    private void AdoptSandboxes()
    {
        foreach (var sandbox in _sandboxes.All)
        {
            lock (_gate)
            {
                foreach (var endpoint in sandbox.Endpoints)
                {
                    if (_networks.TryGetValue(endpoint.NetworkId, out var network))
                    {
                        foreach (var address in endpoint.Addresses)
                        {
                            network.AllocatorOf(address)?.TryTake(address);
                        }

                        network.Put(sandbox.ContainerId, endpoint.ToModel(), sandbox.ContainerName);
                    }
                }
            }

            foreach (var port in sandbox.Ports.Select(port => port.ToPort()))
            {
                _ports.Adopt(port.Udp, port.HostAddress, port.HostPort);
            }
        }
    }

    private void OpenFirewall()
    {
        if (!_options.Firewall)
        {
            return;
        }

        var ports = _sandboxes.All.SelectMany(sandbox => sandbox.Ports).Select(port => port.ToPort());
        _firewall = FirewallTable.TryOpen(_instance.FirewallTable, BridgeRules(), ports, out var reason);
        if (_firewall is null)
        {
            _noFirewall = reason;
            Warn($"WARNING: no firewall: {reason}; ports can't be published, and networks reach nothing outside the host");
        }
    }

    private List<BridgeRules> BridgeRules() => [.. States().Where(network => network.IsBridge && network.Failure is null).Select(network => network.Rules)];

    private void WriteAllNames()
    {
        foreach (var network in States())
        {
            WriteNames(network);
        }

        _names.Sweep(States().Select(network => network.Model.Id).ToHashSet());
    }

    /// <summary>Takes down what no record speaks of: a daemon before us was killed between making and recording it.</summary>
    private void Sweep()
    {
        var sandboxes = _sandboxes.All;
        var interfaces = sandboxes.SelectMany(sandbox => sandbox.Endpoints).Select(endpoint => endpoint.HostInterface).ToHashSet();
        var bridges = States().Select(network => network.Bridge).ToHashSet();
        var orphans = new List<string>();
        foreach (var link in _links.Query(socket => socket.ListLinks()))
        {
            if ((link.Kind == "veth" && HostInterfaceName.Is(_instance, link.Name) && !interfaces.Contains(link.Name))
                || (link.Kind == "bridge" && HostInterfaceName.IsBridge(_instance, link.Name) && !bridges.Contains(link.Name)))
            {
                orphans.Add(link.Name);
            }
        }

        var pins = sandboxes.Select(sandbox => sandbox.NamespacePath).ToHashSet();
        foreach (var path in Directory.EnumerateFiles(_pool.PinDirectory).Where(path => !pins.Contains(path)))
        {
            _reaper.Add(new Reaper.Remains(path, [], null));
        }

        if (orphans.Count > 0)
        {
            _reaper.Add(new Reaper.Remains(null, orphans, null));
        }
    }
}

using Davit.Linux;
using Davit.Network.Firewall;
using Davit.Network.Namespaces;
using Davit.Network.Networks;
using Davit.Network.Sandboxes;
using Davit.Primitives;

namespace Davit.Network;

/// <content>The network side of containers that start and end.</content>
public sealed partial class NetworkService
{
    /// <inheritdoc/>
    public async Task<NetworkSandbox> AttachAsync(SandboxOptions options, CancellationToken cancellation)
    {
        try
        {
            // Left by an end that nobody saw; a container has one sandbox.
            await ReleaseAsync(options.ContainerId, cancellation).ConfigureAwait(false);
            return await AttachNewAsync(options, cancellation).ConfigureAwait(false);
        }
        catch (DavitException e)
        {
            throw new DavitException(e.Kind, $"failed to set up container networking: {e.Message}", e.Hint, e);
        }
        catch (LinuxException e)
        {
            throw e.ToDavitException("failed to set up container networking");
        }
    }

    /// <inheritdoc/>
    public Task ReleaseAsync(string containerId, CancellationToken cancellation)
    {
        if (_sandboxes.Find(containerId) is not { } record)
        {
            return Task.CompletedTask;
        }

        ReleasePorts(record.Ports);
        _sandboxes.Remove(containerId);
        var left = Leave(containerId, record.Endpoints);
        Bury(record.NamespacePath, record.Endpoints);
        foreach (var network in left)
        {
            Changed?.Invoke("disconnect", network.Model, containerId);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task ReleaseAllExceptAsync(IReadOnlyCollection<string> runningContainers, CancellationToken cancellation)
    {
        var running = runningContainers.ToHashSet();
        foreach (var sandbox in _sandboxes.All.Where(sandbox => !running.Contains(sandbox.ContainerId)))
        {
            await ReleaseAsync(sandbox.ContainerId, cancellation).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Validate(EndpointOptions endpoint)
    {
        NetworkState network;
        try
        {
            network = ResolveState(endpoint.Network);
        }
        catch (DavitException e) when (e.Kind is ErrorKind.NotFound)
        {
            return; // it may be made before the start
        }

        try
        {
            EndpointPlan.Validate(network, endpoint);
        }
        catch (DavitException e)
        {
            throw new DavitException(e.Kind, $"invalid config for network {endpoint.Network}: {e.Message}", e.Hint, e);
        }
    }

    /// <inheritdoc/>
    public void Rename(string containerId, string oldName, string newName)
    {
        if (_sandboxes.Find(containerId) is not { } record)
        {
            return;
        }

        var renamed = record with
        {
            ContainerName = record.ContainerName == oldName ? newName : record.ContainerName,
            Endpoints = [.. record.Endpoints.Select(endpoint => endpoint with { DnsNames = [.. endpoint.DnsNames.Select(name => name == oldName ? newName : name)] })],
        };
        _sandboxes.Put(renamed);
        foreach (var endpoint in renamed.Endpoints)
        {
            if (FindState(endpoint.NetworkId) is { } network)
            {
                lock (_gate)
                {
                    network.Put(containerId, endpoint.ToModel(), renamed.ContainerName);
                }

                WriteNames(network);
            }
        }
    }

    private async Task<NetworkSandbox> AttachNewAsync(SandboxOptions options, CancellationToken cancellation)
    {
        var plans = await PlanAsync(options.Endpoints, cancellation).ConfigureAwait(false);
        var endpoints = new List<EndpointRecord>();
        var ports = new List<PublishedPort>();
        PreparedNamespace? prepared = null;
        var joined = false;
        try
        {
            var wired = plans.Where(plan => plan.Network.IsBridge).ToList();
            prepared = await _pool.TakeAsync(wired.Count > 0).ConfigureAwait(false);
            var gateway = GatewayOf(plans.Select(plan => plan.Record));
            endpoints.AddRange(plans.Where(plan => !plan.Network.IsBridge).Select(plan => plan.Record));
            foreach (var plan in wired)
            {
                endpoints.Add(await WireAsync(prepared, plan, plan == wired[0], plan.Record == gateway).ConfigureAwait(false));
            }

            if (options.ResolverPort != SandboxOptions.StandardResolverPort)
            {
                using var firewall = await _pool.OpenFirewallAsync(prepared.Path).ConfigureAwait(false);
                ResolverRedirect.Write(firewall, options.ResolverPort);
            }

            Publish(options, endpoints.Find(endpoint => endpoint.EndpointId == gateway?.EndpointId), ports);
            var record = new SandboxRecord
            {
                ContainerId = options.ContainerId,
                ContainerName = options.ContainerName,
                Id = NetworkDefinition.NewId(),
                NamespacePath = prepared.Path,
                Endpoints = endpoints,
                Ports = [.. ports.Select(PortRecord.From)],
            };
            _sandboxes.Put(record);
            joined = true;
            Join(record, plans);
            prepared.Dispose();
        }
        catch
        {
            _sandboxes.Remove(options.ContainerId);
            ReleasePorts([.. ports.Select(PortRecord.From)]);
            if (joined)
            {
                Leave(options.ContainerId, endpoints);
            }
            else
            {
                lock (_gate)
                {
                    plans.ForEach(plan => plan.Network.Pending--);
                }
            }

            prepared?.Dispose();
            var left = plans.Select(plan => endpoints.Find(endpoint => endpoint.EndpointId == plan.Record.EndpointId) ?? plan.Record).ToList();
            Bury(prepared?.Path, left, prepared?.HostInterface);
            throw;
        }

        foreach (var plan in plans)
        {
            Changed?.Invoke("connect", plan.Network.Model, options.ContainerId);
        }

        return FindSandbox(options.ContainerId)!;
    }

    /// <summary>Chooses networks and takes addresses. An address that is just being given back is waited for.</summary>
    private async Task<List<EndpointPlan>> PlanAsync(IReadOnlyList<EndpointOptions> wanted, CancellationToken cancellation)
    {
        try
        {
            return Plan(wanted);
        }
        catch (DavitException e) when (e.Kind is ErrorKind.Internal or ErrorKind.Forbidden)
        {
            await _reaper.DrainAsync().WaitAsync(cancellation).ConfigureAwait(false);
            return Plan(wanted);
        }
    }

    private List<EndpointPlan> Plan(IReadOnlyList<EndpointOptions> wanted)
    {
        var plans = new List<EndpointPlan>();
        lock (_gate)
        {
            try
            {
                foreach (var options in wanted)
                {
                    var network = ResolveState(options.Network);
                    RefuseCombination(network, wanted.Count);
                    if (plans.Any(other => other.Network == network))
                    {
                        throw new DavitException(ErrorKind.InvalidArgument, $"network {network.Model.Name} is given twice");
                    }

                    var prefix = network.Model.Options.GetValueOrDefault(NetworkNames.InterfacePrefixOption, "eth");
                    plans.Add(EndpointPlan.Make(network, options, $"{prefix}{plans.Count(other => other.Network.IsBridge)}"));
                    network.Pending++;
                }

                return plans;
            }
            catch
            {
                foreach (var plan in plans)
                {
                    plan.ReleaseAddresses();
                    plan.Network.Pending--;
                }

                throw;
            }
        }
    }

    private static void RefuseCombination(NetworkState network, int count)
    {
        if (network.Model.Driver == NetworkNames.Host)
        {
            throw new DavitException(ErrorKind.InvalidArgument, "cannot connect container to host network - container must be created in host network mode");
        }

        if (network.Model.Driver == NetworkNames.NullDriver && count > 1)
        {
            throw new DavitException(ErrorKind.InvalidArgument, "container cannot be connected to multiple networks with one of the networks in private (none) mode");
        }
    }

    private async Task<EndpointRecord> WireAsync(PreparedNamespace prepared, EndpointPlan plan, bool first, bool isGateway)
    {
        if (first)
        {
            await Wiring.UsePreparedAsync(_links, _pool, prepared, plan, isGateway).ConfigureAwait(false);
            return plan.Record with { HostInterface = prepared.HostInterface! };
        }

        var host = _pool.NewHostInterface();
        try
        {
            await Wiring.AddAsync(_links, _pool, new OpenNamespace(prepared.Descriptor, prepared.Links), host, plan, isGateway).ConfigureAwait(false);
            return plan.Record with { HostInterface = host };
        }
        catch
        {
            _links.Delete(host);
            throw;
        }
    }

    /// <summary>The endpoint that has the default routes: highest priority, then the first; null when no network leads out.</summary>
    private static EndpointRecord? GatewayOf(IEnumerable<EndpointRecord> endpoints) =>
        endpoints.Where(endpoint => endpoint.Gateway is not null || endpoint.Gateway6 is not null).MaxBy(endpoint => endpoint.GatewayPriority);

    private void Join(SandboxRecord record, List<EndpointPlan> plans)
    {
        lock (_gate)
        {
            foreach (var plan in plans)
            {
                plan.Network.Put(record.ContainerId, record.Endpoints.First(endpoint => endpoint.EndpointId == plan.Record.EndpointId).ToModel(), record.ContainerName);
                plan.Network.Pending--;
            }
        }

        foreach (var plan in plans)
        {
            WriteNames(plan.Network);
        }
    }

    private List<NetworkState> Leave(string containerId, IEnumerable<EndpointRecord> endpoints)
    {
        var left = new List<NetworkState>();
        lock (_gate)
        {
            foreach (var endpoint in endpoints)
            {
                if (_networks.TryGetValue(endpoint.NetworkId, out var network))
                {
                    network.Take(containerId);
                    left.Add(network);
                }
            }
        }

        left.ForEach(WriteNames);
        return left;
    }

    /// <summary>Leaves interfaces and namespace to the reaper; the addresses are free when nothing answers to them any more.</summary>
    private void Bury(string? namespacePath, IReadOnlyCollection<EndpointRecord> endpoints, string? spare = null)
    {
        var interfaces = endpoints.Select(endpoint => endpoint.HostInterface).Append(spare ?? "").Where(name => name.Length > 0).Distinct().ToList();
        _reaper.Add(new Reaper.Remains(namespacePath, interfaces, () =>
        {
            lock (_gate)
            {
                foreach (var endpoint in endpoints)
                {
                    if (_networks.TryGetValue(endpoint.NetworkId, out var network))
                    {
                        EndpointPlan.ReleaseAddresses(network, endpoint);
                    }
                }
            }
        }));
    }
}

using Davit.Linux;
using Davit.Network.Firewall;
using Davit.Network.Networks;
using Davit.Network.Sandboxes;
using Davit.Primitives;

namespace Davit.Network;

/// <content>Running containers are connected and disconnected.</content>
public sealed partial class NetworkService
{
    /// <inheritdoc/>
    public async Task<EndpointModel> ConnectAsync(string containerId, EndpointOptions endpoint, CancellationToken cancellation)
    {
        var sandbox = Sandbox(containerId);
        var network = ResolveState(endpoint.Network);
        RefuseCombination(network, sandbox.Endpoints.Count + 1);
        if (sandbox.Endpoints.Any(other => FindState(other.NetworkId) is { IsBridge: false }))
        {
            throw new DavitException(ErrorKind.InvalidArgument, "container cannot be connected to multiple networks with one of the networks in private (none) mode");
        }

        if (sandbox.Endpoints.Any(other => other.NetworkId == network.Model.Id))
        {
            throw new DavitException(ErrorKind.Forbidden, $"endpoint with name {NameOf(sandbox)} already exists in network {network.Model.Name}");
        }

        var plan = (await PlanAsync([endpoint], cancellation).ConfigureAwait(false))[0];
        if (network.IsBridge)
        {
            var prefix = network.Model.Options.GetValueOrDefault(NetworkNames.InterfacePrefixOption, "eth");
            var number = Enumerable.Range(0, sandbox.Endpoints.Count + 1).First(i => sandbox.Endpoints.All(other => other.Interface != $"{prefix}{i}"));
            plan = plan with { Record = plan.Record with { Interface = $"{prefix}{number}" } };
        }

        var host = network.IsBridge ? _pool.NewHostInterface() : "";
        try
        {
            var record = plan.Record with { HostInterface = host };
            if (network.IsBridge)
            {
                var gateway = GatewayOf([.. sandbox.Endpoints, record]);
                using var inside = await _pool.OpenAsync(sandbox.NamespacePath).ConfigureAwait(false);
                await Wiring.AddAsync(_links, _pool, inside, host, plan, gateway?.EndpointId == record.EndpointId).ConfigureAwait(false);
            }

            var changed = sandbox with { Endpoints = [.. sandbox.Endpoints, record] };
            _sandboxes.Put(changed);
            Join(changed, [plan]);
            Changed?.Invoke("connect", network.Model, containerId);
            return record.ToModel();
        }
        catch (Exception e)
        {
            lock (_gate)
            {
                plan.Network.Pending--;
            }

            Bury(null, [plan.Record with { HostInterface = host }]);
            throw e is LinuxException failure ? failure.ToDavitException($"could not connect {NameOf(sandbox)} to network {network.Model.Name}") : e;
        }
    }

    /// <inheritdoc/>
    public async Task DisconnectAsync(string containerId, string network, CancellationToken cancellation)
    {
        var state = ResolveState(network);
        var sandbox = _sandboxes.Find(containerId);
        if (sandbox?.Endpoints.Find(endpoint => endpoint.NetworkId == state.Model.Id) is not { } leaving)
        {
            throw new DavitException(ErrorKind.Internal, $"container {containerId} is not connected to network {state.Model.Name}");
        }

        var rest = sandbox.Endpoints.Where(endpoint => endpoint != leaving).ToList();
        var ports = MovePorts(sandbox, leaving, GatewayOf(rest));
        _sandboxes.Put(sandbox with { Endpoints = rest, Ports = ports });
        Leave(containerId, [leaving]);
        try
        {
            if (leaving.HostInterface.Length > 0)
            {
                _links.Delete(leaving.HostInterface);
                if (GatewayOf(rest) is { } gateway)
                {
                    using var inside = await _pool.OpenAsync(sandbox.NamespacePath).ConfigureAwait(false);
                    Wiring.SetDefaultRoutes(inside.Links, gateway);
                }
            }
        }
        catch (LinuxException e)
        {
            throw e.ToDavitException($"could not disconnect {NameOf(sandbox)} from network {state.Model.Name}");
        }
        finally
        {
            Bury(null, [leaving]);
        }

        Changed?.Invoke("disconnect", state.Model, containerId);
    }

    /// <summary>Published ports lead to the network with the default route; when the container leaves it, they go on to the next one.</summary>
    private List<PortRecord> MovePorts(SandboxRecord sandbox, EndpointRecord leaving, EndpointRecord? next)
    {
        var moving = sandbox.Ports.Where(port => port.Address == leaving.Address || port.Address == leaving.Address6).ToList();
        if (moving.Count == 0)
        {
            return sandbox.Ports;
        }

        _firewall?.Unpublish([.. moving.Select(port => port.ToPort())]);
        var moved = new List<PortRecord>();
        foreach (var port in moving)
        {
            var target = port.Address == leaving.Address ? next?.Address : next?.Address6;
            if (target is null)
            {
                var gone = port.ToPort();
                _ports.Release(gone.Udp, gone.HostAddress, gone.HostPort);
            }
            else
            {
                moved.Add(port with { Address = target });
            }
        }

        _firewall?.Publish([.. moved.Select(port => port.ToPort())]);
        return [.. sandbox.Ports.Except(moving), .. moved];
    }

    private SandboxRecord Sandbox(string containerId) =>
        _sandboxes.Find(containerId) ?? throw new DavitException(ErrorKind.Conflict, $"container {containerId} is not running", "start it first");

    private static string NameOf(SandboxRecord sandbox) => sandbox.ContainerName.Length > 0 ? sandbox.ContainerName : sandbox.ContainerId;
}

using Davit.Linux;
using Davit.Linux.Netlink;
using Davit.Linux.Nftables;

namespace Davit.Network.Firewall;

/// <summary>The instance's table in the kernel. What others do to their tables is theirs; when somebody empties ours, it is put back at the next change.</summary>
internal sealed class FirewallTable : IDisposable
{
    private readonly Lock _gate = new();
    private readonly NetlinkSocket _socket;
    private readonly string _table;
    private readonly ForwardGate _forward;
    private readonly Dictionary<PublishedPort, bool> _ports = [];
    private IReadOnlyCollection<BridgeRules> _bridges = [];

    private FirewallTable(NetlinkSocket socket, string table)
    {
        _socket = socket;
        _table = table;
        _forward = new ForwardGate(socket, table);
    }

    /// <summary>What was done about forwarding that another firewall keeps closed.</summary>
    internal IReadOnlyList<string> Notes
    {
        get
        {
            lock (_gate)
            {
                return _forward.Notes;
            }
        }
    }

    /// <summary>Opens the firewall and puts the table there as it must be now, in one transaction.</summary>
    /// <param name="table">Name of the table.</param>
    /// <param name="bridges">All bridges.</param>
    /// <param name="ports">All published ports.</param>
    /// <param name="reason">Why there is none.</param>
    /// <returns>The firewall, or null when the kernel has no nf_tables.</returns>
    internal static FirewallTable? TryOpen(string table, IReadOnlyCollection<BridgeRules> bridges, IEnumerable<PublishedPort> ports, out string reason)
    {
        reason = "";
        NetlinkSocket? socket = null;
        try
        {
            socket = NetlinkSocket.OpenNetfilter();
            var firewall = new FirewallTable(socket, table) { _bridges = bridges };
            foreach (var port in ports)
            {
                firewall._ports[port] = true;
            }

            firewall.Rebuild();
            firewall._forward.Update(bridges);
            return firewall;
        }
        catch (LinuxException e)
        {
            socket?.Dispose();
            reason = e.Message;
            return null;
        }
    }

    /// <summary>After a network came or went.</summary>
    internal void SetBridges(IReadOnlyCollection<BridgeRules> bridges)
    {
        lock (_gate)
        {
            _bridges = bridges;
            Change(() => Ruleset.ComposeBridges(_table, bridges));
            _forward.Update(bridges);
        }
    }

    /// <summary>Publishes ports, all or none.</summary>
    internal void Publish(IReadOnlyCollection<PublishedPort> ports)
    {
        lock (_gate)
        {
            foreach (var port in ports)
            {
                _ports[port] = true;
            }

            try
            {
                Change(() => Ruleset.ComposePorts(_table, ports, add: true));
            }
            catch
            {
                foreach (var port in ports)
                {
                    _ports.Remove(port);
                }

                throw;
            }
        }
    }

    /// <summary>Takes ports back.</summary>
    internal void Unpublish(IReadOnlyCollection<PublishedPort> ports)
    {
        lock (_gate)
        {
            var known = ports.Where(_ports.Remove).ToList();
            if (known.Count > 0)
            {
                Change(() => Ruleset.ComposePorts(_table, known, add: false));
                Conntrack.Forget(_socket, known);
            }
        }
    }

    /// <summary>Removes the table and the rules in other tables.</summary>
    internal void Remove()
    {
        lock (_gate)
        {
            _forward.Remove();
            var batch = new NftBatch(NftFamily.Inet, _table);
            batch.AddTable();
            batch.DeleteTable();
            batch.Commit(_socket);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private void Change(Func<NftBatch> compose)
    {
        try
        {
            compose().Commit(_socket);
        }
        catch (LinuxException e) when (e.Errno is Errno.ENOENT)
        {
            // Somebody emptied the ruleset (`nft flush ruleset`): what we know is the whole truth, put it back.
            Rebuild();
        }
        catch (LinuxException e)
        {
            throw e.ToDavitException("firewall");
        }
    }

    private void Rebuild() => Ruleset.Compose(_table, _bridges, _ports.Keys).Commit(_socket);
}

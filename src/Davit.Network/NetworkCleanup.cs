using System.Text.Json;
using Davit.Linux;
using Davit.Linux.Netlink;
using Davit.Linux.Nftables;
using Davit.Network.Bridges;
using Davit.Network.Firewall;
using Davit.Network.Networks;
using Davit.Primitives;
using Davit.Storage.Documents;

namespace Davit.Network;

/// <summary>Takes everything of an instance off the host's network: for tests and uninstall. Networks stay on record.</summary>
public static class NetworkCleanup
{
    /// <summary>Removes interfaces, bridges, the firewall table, marked rules in other tables, pinned namespaces and run-time files. Nothing of the instance may run any more.</summary>
    /// <param name="instance">Whose.</param>
    /// <param name="documents">Where networks are kept, or null when that is gone already.</param>
    public static void RemoveEverything(Instance instance, IDocumentStore? documents)
    {
        var bridges = new HashSet<string> { instance.Bridge };
        var foreign = new HashSet<string>();
        foreach (var value in documents?.LoadAll("networks").Values ?? [])
        {
            if (JsonSerializer.Deserialize(value, NetworkJson.Default.NetworkRecord) is { Bridge.Length: > 0 } record)
            {
                (record.ForeignBridge ? foreign : bridges).Add(record.Bridge);
            }
        }

        RemoveFirewall(instance);
        using (var links = new HostLinks())
        {
            foreach (var link in links.Query(socket => socket.ListLinks()).OrderBy(link => link.Kind != "veth"))
            {
                if ((link.Kind == "veth" && HostInterfaceName.Is(instance, link.Name))
                    || (link.Kind == "bridge" && !foreign.Contains(link.Name) && (bridges.Contains(link.Name) || HostInterfaceName.IsBridge(instance, link.Name))))
                {
                    links.Delete(link.Name);
                }
            }
        }

        RemoveFiles(instance);
    }

    private static void RemoveFirewall(Instance instance)
    {
        try
        {
            using var socket = NetlinkSocket.OpenNetfilter();
            new ForwardGate(socket, instance.FirewallTable).Remove();
            if (socket.ListTables(NftFamily.Inet).Contains(instance.FirewallTable))
            {
                var batch = new NftBatch(NftFamily.Inet, instance.FirewallTable);
                batch.DeleteTable();
                batch.Commit(socket);
            }
        }
        catch (LinuxException e) when (e.Errno is not Errno.EPERM)
        {
            // A kernel without nf_tables holds nothing of ours.
        }
    }

    private static void RemoveFiles(Instance instance)
    {
        var pins = Path.Combine(instance.RunRoot, "netns");
        foreach (var pin in Directory.Exists(pins) ? Directory.EnumerateFiles(pins) : [])
        {
            NetworkNamespace.Unpin(pin);
        }

        foreach (var directory in (string[])["netns", "network", "names"])
        {
            var path = Path.Combine(instance.RunRoot, directory);
            if (Directory.Exists(path))
            {
                Directory.Delete(path, recursive: true);
            }
        }
    }
}

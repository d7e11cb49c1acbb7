using Davit.Linux;
using Davit.Linux.Netlink;
using Davit.Linux.Nftables;
using Davit.Network.Addresses;

namespace Davit.Network.Firewall;

/// <summary>
/// Where another tool drops forwarded packets unless told otherwise, an accept in our own table is not enough: each base chain must accept.
/// Marked rules go where that tool invites them, nowhere else, and are taken away at the end. They don't open more than our own table does.
/// </summary>
internal sealed class ForwardGate(NetlinkSocket socket, string mark)
{
    /// <summary>Chains that their owners leave to others: Docker's for the user, and ufw's for route rules.</summary>
    private static readonly string[] Inviting = ["DOCKER-USER", "ufw-user-forward", "ufw6-user-forward"];

    private readonly string _mark = "davit: " + mark;

    /// <summary>What was found and done, for the user.</summary>
    internal IReadOnlyList<string> Notes { get; private set; } = [];

    /// <summary>Puts the rules for these bridges in the place of those for earlier ones.</summary>
    internal void Update(IReadOnlyCollection<BridgeRules> bridges)
    {
        var notes = new List<string>();
        try
        {
            var chains = socket.ListChains();
            var closed = chains.Where(chain => chain is { DropsByDefault: true, Hook: { Number: NftHook.Forward, Type: "filter" } } && chain.Table != mark).ToList();
            foreach (var chain in chains.Where(chain => Inviting.Contains(chain.Name)))
            {
                var needed = closed.Any(shut => shut.Family == chain.Family && shut.Table == chain.Table);
                if (Replace(chain, needed ? Names(bridges, chain.Family) : []) && needed)
                {
                    notes.Add($"forwarding is closed by table {Text(chain)}; rules marked \"{_mark}\" in its chain {chain.Name} let containers through");
                }
            }

            foreach (var shut in closed.Where(shut => !chains.Any(chain => chain.Family == shut.Family && chain.Table == shut.Table && Inviting.Contains(chain.Name))))
            {
                if (Names(bridges, shut.Family) is { Count: > 0 } names)
                {
                    notes.Add($"WARNING: chain {shut.Name} of table {Text(shut)} drops forwarded packets: containers reach nothing outside until it accepts interfaces {string.Join(", ", names)}");
                }
            }

            if (chains.Any(chain => chain.Table == "firewalld" && chain.Hook?.Number == NftHook.Forward))
            {
                notes.Add($"firewalld is active: if containers reach nothing outside, run firewall-cmd --permanent --zone=trusted {string.Join(' ', Names(bridges, NftFamily.Inet).Select(name => "--add-interface=" + name))}");
            }
        }
        catch (LinuxException e)
        {
            notes.Add($"WARNING: other firewalls could not be looked at: {e.Message}");
        }

        Notes = notes;
    }

    /// <summary>Removes every marked rule.</summary>
    internal void Remove()
    {
        foreach (var chain in socket.ListChains().Where(chain => Inviting.Contains(chain.Name)))
        {
            Replace(chain, []);
        }

        Notes = [];
    }

    /// <summary>Bridges with a way out and a subnet of a family.</summary>
    private static List<string> Names(IReadOnlyCollection<BridgeRules> bridges, NftFamily family) =>
        [.. bridges.Where(bridge => !bridge.Internal && bridge.Subnets.Any(subnet => family == NftFamily.Inet || subnet.Subnet.IsIPv6() == (family == NftFamily.Ipv6))).Select(bridge => bridge.Name)];

    private static string Text(NftChainRecord chain) =>
        (chain.Family switch { NftFamily.Ipv4 => "ip ", NftFamily.Ipv6 => "ip6 ", _ => "inet " }) + chain.Table;

    private bool Replace(NftChainRecord chain, IReadOnlyCollection<string> bridges)
    {
        var old = socket.FindRules(chain, _mark);
        if (old.Count == 0 && bridges.Count == 0)
        {
            return false;
        }

        var batch = new NftBatch(chain.Family, chain.Table);
        foreach (var handle in old)
        {
            batch.DeleteRule(chain.Name, handle);
        }

        foreach (var bridge in bridges)
        {
            batch.AddRule(chain.Name, rule => rule.InputName(bridge).Counter().Accept(), _mark, first: true);
            batch.AddRule(chain.Name, rule => rule.OutputName(bridge).Counter().Accept(), _mark, first: true);
        }

        batch.Commit(socket);
        return true;
    }
}

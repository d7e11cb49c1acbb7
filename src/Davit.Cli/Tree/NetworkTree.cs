using Davit.Cli.Commands.Network;
using Davit.Cli.Parsing;

namespace Davit.Cli.Tree;

/// <summary><c>davit network</c>.</summary>
internal static class NetworkTree
{
    internal static CommandNode Group { get; } = new("network", "Manage networks", Nodes());

    private static CommandNode[] Nodes() =>
    [
        new("connect", "Connect a container to a network", "[OPTIONS] NETWORK CONTAINER", NetworkCommands.ConnectAsync)
        {
            Least = 2, Most = 2, Completes = Completes.NetworkThenContainer,
            FlagTable = """
                    --alias strings           Add network-scoped alias for the container
                    --driver-opt strings      driver options for the network
                    --gw-priority int         Highest gw-priority provides the default gateway. Accepts positive and negative values.
                    --ip string               IPv4 address (e.g., "172.30.100.104")
                    --ip6 string              IPv6 address (e.g., "2001:db8::33")
                    --link list               Add link to another container
                    --link-local-ip strings   Add a link-local address for the container
                """,
        },
        new("create", "Create a network", "[OPTIONS] NETWORK", NetworkCommands.CreateAsync)
        {
            Least = 1, Most = 1,
            FlagTable = """
                    --attachable           Enable manual container attachment
                    --aux-address map      Auxiliary IPv4 or IPv6 addresses used by Network driver (default map[])
                    --config-from string   The network from which to copy the configuration
                    --config-only          Create a configuration only network
                -d, --driver string        Driver to manage the Network (default "bridge")
                    --gateway strings      IPv4 or IPv6 Gateway for the master subnet
                    --ingress              Create swarm routing-mesh network
                    --internal             Restrict external access to the network
                    --ip-range strings     Allocate container ip from a sub-range
                    --ipam-driver string   IP Address Management Driver (default "default")
                    --ipam-opt map         Set IPAM driver specific options (default map[])
                    --ipv4                 Enable or disable IPv4 address assignment (default true)
                    --ipv6                 Enable or disable IPv6 address assignment
                    --label list           Set metadata on a network
                -o, --opt map              Set driver specific options (default map[])
                    --scope string         Control the network's scope
                    --subnet strings       Subnet in CIDR format that represents a network segment
                """,
        },
        new("disconnect", "Disconnect a container from a network", "[OPTIONS] NETWORK CONTAINER", NetworkCommands.DisconnectAsync)
        {
            Least = 2, Most = 2, Completes = Completes.NetworkThenContainer,
            FlagTable = """
                -f, --force   Force the container to disconnect from a network
                """,
        },
        new("inspect", "Display detailed information on one or more networks", "[OPTIONS] NETWORK [NETWORK...]", NetworkCommands.InspectAsync)
        {
            Least = 1, Completes = Completes.Networks,
            FlagTable = """
                -f, --format string   @inspect
                -v, --verbose         Verbose output for diagnostics
                """,
        },
        new("ls", "List networks", "[OPTIONS]", NetworkCommands.ListAsync)
        {
            Most = 0, Aliases = ["list"], Also = "network ls, network list",
            FlagTable = """
                -f, --filter filter   Provide filter values (e.g. "driver=bridge")
                    --format string   @list
                    --no-trunc        Do not truncate the output
                -q, --quiet           Only display network IDs
                """,
        },
        new("prune", "Remove all unused networks", "[OPTIONS]", NetworkCommands.PruneAsync)
        {
            Most = 0,
            FlagTable = """
                    --filter filter   Provide filter values (e.g. "until=<timestamp>")
                -f, --force           Do not prompt for confirmation
                """,
        },
        new("rm", "Remove one or more networks", "NETWORK [NETWORK...]", NetworkCommands.RemoveAsync)
        {
            Least = 1, Completes = Completes.Networks, Aliases = ["remove"], Also = "network rm, network remove",
            FlagTable = """
                -f, --force   Do not error if the network does not exist
                """,
        },
    ];
}

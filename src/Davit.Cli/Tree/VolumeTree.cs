using Davit.Cli.Commands.Volume;
using Davit.Cli.Parsing;

namespace Davit.Cli.Tree;

/// <summary><c>davit volume</c>.</summary>
internal static class VolumeTree
{
    internal static CommandNode Group { get; } = new("volume", "Manage volumes", Nodes());

    private static CommandNode[] Nodes() =>
    [
        new("create", "Create a volume", "[OPTIONS] [VOLUME]", VolumeCommands.CreateAsync)
        {
            Most = 1,
            FlagTable = """
                -d, --driver string   Specify volume driver name (default "local")
                    --label list      Set metadata for a volume
                -o, --opt map         Set driver specific options (default map[])
                """,
        },
        new("inspect", "Display detailed information on one or more volumes", "[OPTIONS] VOLUME [VOLUME...]", VolumeCommands.InspectAsync)
        {
            Least = 1, Completes = Completes.Volumes,
            FlagTable = """
                -f, --format string   @inspect
                """,
        },
        new("ls", "List volumes", "[OPTIONS]", VolumeCommands.ListAsync)
        {
            Most = 0, Aliases = ["list"], Also = "volume ls, volume list",
            FlagTable = """
                -f, --filter filter   Provide filter values (e.g. "dangling=true")
                    --format string   @list
                -q, --quiet           Only display volume names
                """,
        },
        new("prune", "Remove unused local volumes", "[OPTIONS]", VolumeCommands.PruneAsync)
        {
            Most = 0,
            FlagTable = """
                -a, --all             Remove all unused volumes, not just anonymous ones
                    --filter filter   Provide filter values (e.g. "label=<label>")
                -f, --force           Do not prompt for confirmation
                """,
        },
        new("rm", "Remove one or more volumes", "[OPTIONS] VOLUME [VOLUME...]", VolumeCommands.RemoveAsync)
        {
            Least = 1, Completes = Completes.Volumes, Aliases = ["remove"], Also = "volume rm, volume remove",
            Description = """
                Remove one or more volumes. You cannot remove a volume that is in use by a container.
                """,
            FlagTable = """
                -f, --force   Force the removal of one or more volumes
                """,
        },
    ];
}

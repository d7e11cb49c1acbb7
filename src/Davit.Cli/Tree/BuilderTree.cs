using Davit.Cli.Commands.Host;
using Davit.Cli.Parsing;

namespace Davit.Cli.Tree;

/// <summary><c>davit builder</c>.</summary>
internal static class BuilderTree
{
    internal static CommandNode Group { get; } = new("builder", "Manage builds", Nodes());

    private static CommandNode[] Nodes() =>
    [
        ImageTree.Build,
        new("prune", "Remove build cache", "", PruneCommand.BuilderAsync)
        {
            Most = 0,
            FlagTable = """
                -a, --all                  Remove all unused build cache, not just dangling ones
                    --filter filter        Provide filter values (e.g. "until=24h")
                -f, --force                Do not prompt for confirmation
                    --keep-storage bytes   Amount of disk space to keep for cache
                """,
        },
    ];
}

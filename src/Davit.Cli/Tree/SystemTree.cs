using Davit.Cli.Commands.Host;
using Davit.Cli.Parsing;

namespace Davit.Cli.Tree;

/// <summary><c>davit system</c>.</summary>
internal static class SystemTree
{
    internal static CommandNode Group { get; } = new("system", "Manage Davit", Nodes());

    private static CommandNode[] Nodes() =>
    [
        new("dial-stdio", "Proxy the stdio stream to the daemon connection. Should not be invoked manually.", "", DialStdioCommand.RunAsync) { Most = 0, Hidden = true },
        new("df", "Show davit disk usage", "[OPTIONS]", DiskUsageCommand.RunAsync)
        {
            Most = 0,
            FlagTable = """
                    --format string   @list
                -v, --verbose         Show detailed information on space usage
                """,
        },
        new("events", "Get real time events from the server", "[OPTIONS]", EventsCommand.RunAsync)
        {
            Most = 0, Also = "system events, events",
            FlagTable = """
                -f, --filter filter   Filter output based on conditions provided
                    --format string   @inspect
                    --since string    Show all events created since timestamp
                    --until string    Stream events until this timestamp
                """,
        },
        new("info", "Display system-wide information", "[OPTIONS]", InfoCommand.RunAsync)
        {
            Most = 0, Also = "system info, info",
            FlagTable = """
                -f, --format string   @inspect
                """,
        },
        new("prune", "Remove unused data", "[OPTIONS]", PruneCommand.RunAsync)
        {
            Most = 0,
            FlagTable = """
                -a, --all             Remove all unused images not just dangling ones
                    --filter filter   Provide filter values (e.g. "label=<key>=<value>")
                -f, --force           Do not prompt for confirmation
                    --volumes         Prune anonymous volumes
                """,
        },
    ];
}

using Davit.Cli.Commands.Host;
using Davit.Cli.Parsing;

namespace Davit.Cli.Tree;

/// <summary>Commands that stand at the top level alone.</summary>
internal static class HostTree
{
    internal static CommandNode[] Nodes() =>
    [
        new("inspect", "Return low-level information on Davit objects", "[OPTIONS] NAME|ID [NAME|ID...]", InspectCommand.RunAsync)
        {
            Least = 1, Completes = Completes.Objects,
            FlagTable = """
                -f, --format string   @inspect
                -s, --size            Display total file sizes if the type is container
                    --type string     Only inspect objects of the given type
                """,
        },
        new("login", "Authenticate to a registry", "[OPTIONS] [SERVER]", LoginCommand.RunAsync)
        {
            Section = CommandTree.Common,
            Most = 1, Completes = Completes.Registries,
            Description = """
                Authenticate to a registry.
                Defaults to Docker Hub if no server is specified.
                """,
            FlagTable = """
                -p, --password string   Password or Personal Access Token (PAT)
                    --password-stdin    Take the Password or Personal Access Token (PAT) from stdin
                -u, --username string   Username
                """,
        },
        new("logout", "Log out from a registry", "[SERVER]", LoginCommand.LogoutAsync)
        {
            Section = CommandTree.Common,
            Most = 1, Completes = Completes.Registries,
            Description = """
                Log out from a registry.
                If no server is specified, the default is defined by the daemon.
                """,
        },
        new("search", "Search Docker Hub for images", "[OPTIONS] TERM", SearchCommand.RunAsync)
        {
            Section = CommandTree.Common,
            Least = 1, Most = 1,
            FlagTable = """
                -f, --filter filter   Filter output based on conditions provided
                    --format string   Pretty-print search using a Go template
                    --limit int       Max number of search results
                    --no-trunc        Don't truncate output
                """,
        },
        new("version", "Show the Davit version information", "[OPTIONS]", VersionCommand.RunAsync)
        {
            Section = CommandTree.Common,
            Most = 0,
            FlagTable = """
                -f, --format string   @inspect
                """,
        },
        CompletionTree.Group,
        new("help", "Help about the command", "[command]", (_, _) => Task.FromResult(0)) { Hidden = true },
    ];
}

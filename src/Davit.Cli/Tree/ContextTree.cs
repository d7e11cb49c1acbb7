using Davit.Cli.Commands.Context;
using Davit.Cli.Parsing;

namespace Davit.Cli.Tree;

/// <summary><c>davit context</c>.</summary>
internal static class ContextTree
{
    private const string EndpointKeys = """
        Docker endpoint config:

        NAME                DESCRIPTION
        from                Copy named context's Docker endpoint configuration
        host                Docker endpoint on which to connect
        ca                  Trust certs signed only by this CA
        cert                Path to TLS certificate file
        key                 Path to TLS key file
        skip-tls-verify     Skip TLS certificate validation
        """;

    internal static CommandNode Group { get; } = new("context", "Manage contexts", Nodes());

    private static CommandNode[] Nodes() =>
    [
        new("create", "Create a context", "[OPTIONS] CONTEXT", ContextCommands.CreateAsync)
        {
            Least = 1, Most = 1,
            Description = $"""
                Create a context

                {EndpointKeys}

                Example:

                $ davit context create my-context --description "some description" --docker "host=tcp://myserver:2376,ca=~/ca-file,cert=~/cert-file,key=~/key-file"
                """,
            FlagTable = """
                    --description string      Description of the context
                    --docker stringToString   set the davit endpoint (default [])
                    --from string             create context from a named context
                """,
        },
        new("export", "Export a context to a tar archive FILE or a tar stream on STDOUT.", "[OPTIONS] CONTEXT [FILE|-]", ContextArchiveCommands.ExportAsync)
        {
            Least = 1, Most = 2, Completes = Completes.Contexts,
        },
        new("import", "Import a context from a tar or zip file", "CONTEXT FILE|-", ContextArchiveCommands.ImportAsync)
        {
            Least = 2, Most = 2, Completes = Completes.Files,
        },
        new("inspect", "Display detailed information on one or more contexts", "[OPTIONS] [CONTEXT] [CONTEXT...]", ContextCommands.InspectAsync)
        {
            Completes = Completes.Contexts,
            FlagTable = """
                -f, --format string   @inspect
                """,
        },
        new("ls", "List contexts", "[OPTIONS]", ContextListCommand.RunAsync)
        {
            Most = 0, Aliases = ["list"], Also = "context ls, context list",
            FlagTable = """
                    --format string   @list
                -q, --quiet           Only show context names
                """,
        },
        new("rm", "Remove one or more contexts", "CONTEXT [CONTEXT...]", ContextCommands.RemoveAsync)
        {
            Least = 1, Completes = Completes.Contexts, Aliases = ["remove"], Also = "context rm, context remove",
            FlagTable = """
                -f, --force   Force the removal of a context in use
                """,
        },
        new("show", "Print the name of the current context", "", ContextCommands.ShowAsync)
        {
            Most = 0,
        },
        new("update", "Update a context", "[OPTIONS] CONTEXT", ContextCommands.UpdateAsync)
        {
            Least = 1, Most = 1, Completes = Completes.Contexts,
            Description = $"""
                Update a context

                {EndpointKeys}

                Example:

                $ davit context update my-context --description "some description" --docker "host=tcp://myserver:2376,ca=~/ca-file,cert=~/cert-file,key=~/key-file"
                """,
            FlagTable = """
                    --description string      Description of the context
                    --docker stringToString   set the davit endpoint (default [])
                """,
        },
        new("use", "Set the current davit context", "CONTEXT", ContextCommands.UseAsync)
        {
            Least = 1, Most = 1, Completes = Completes.Contexts,
        },
    ];
}

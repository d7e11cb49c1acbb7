using Davit.Cli.Parsing;

namespace Davit.Cli.Tree;

/// <summary>Every command. Those of the top level stand in their management group too, under the name that their help lists.</summary>
internal static class CommandTree
{
    internal const string Common = "Common Commands";
    internal const string Management = "Management Commands";

    private static readonly CommandNode[] Groups = [BuilderTree.Group, CheckpointTree.Group, ContainerTree.Group, ContextTree.Group, ImageTree.Group, NetworkTree.Group, SystemTree.Group, VolumeTree.Group];

    /// <summary>The root of all commands.</summary>
    internal static CommandNode Root { get; } = new("davit", "Build, ship and run containers", Children())
    {
        Usage = "[OPTIONS] COMMAND",
        FlagTable = """
                --config string      Location of client config files (default "~/.docker")
            -c, --context string     Name of the context to use to connect to the daemon (overrides DAVIT_HOST and DOCKER_HOST env vars and default context set with "davit context use")
            -D, --debug              Enable debug mode
            -H, --host string        Daemon socket to connect to
            -l, --log-level string   Set the logging level ("debug", "info", "warn", "error", "fatal") (default "info")
                --tls                Use TLS; implied by --tlsverify
                --tlscacert string   Trust certs signed only by this CA (default "~/.docker/ca.pem")
                --tlscert string     Path to TLS certificate file (default "~/.docker/cert.pem")
                --tlskey string      Path to TLS key file (default "~/.docker/key.pem")
                --tlsverify          Use TLS and verify the remote
            -v, --version            Print version information and quit
            """,
    };

    private static CommandNode[] Children()
    {
        static CommandNode Of(CommandNode group, string name, string? top = null, string section = "Commands") => group.Child(name)! with { Name = top ?? name, Aliases = [], Section = section };
        var (containers, images, system) = (ContainerTree.Group, ImageTree.Group, SystemTree.Group);
        return
        [
            Of(containers, "run", section: Common), Of(containers, "exec", section: Common), Of(containers, "ls", "ps", Common), Of(images, "build", section: Common),
            Of(images, "pull", section: Common), Of(images, "push", section: Common), Of(images, "ls", "images", Common), .. HostTree.Nodes(), Of(system, "info", section: Common),
            .. Groups.Select(g => g with { Section = Management }),
            .. containers.Children.Where(c => c.Name is not ("run" or "exec" or "ls" or "inspect" or "prune")),
            Of(system, "events"), Of(images, "history"), Of(images, "import"), Of(images, "load"), Of(images, "rm", "rmi"), Of(images, "save"), Of(images, "tag"), .. CompletionTree.Asked,
        ];
    }
}

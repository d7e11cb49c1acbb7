using Davit.Cli.Commands.Container;
using Davit.Cli.Parsing;

namespace Davit.Cli.Tree;

/// <summary><c>davit checkpoint</c>.</summary>
internal static class CheckpointTree
{
    internal static CommandNode Group { get; } = new("checkpoint", "Manage checkpoints", Nodes());

    private static CommandNode[] Nodes() =>
    [
        new("create", "Create a checkpoint from a running container", "[OPTIONS] CONTAINER CHECKPOINT", CheckpointCommands.CreateAsync)
        {
            Least = 2, Most = 2, Completes = Completes.Containers,
            FlagTable = """
                    --checkpoint-dir string   Use a custom checkpoint storage directory
                    --leave-running           Leave the container running after checkpoint
                """,
        },
        new("ls", "List checkpoints for a container", "[OPTIONS] CONTAINER", CheckpointCommands.ListAsync)
        {
            Least = 1, Most = 1, Completes = Completes.Containers, Aliases = ["list"], Also = "checkpoint ls, checkpoint list",
            FlagTable = "--checkpoint-dir string   Use a custom checkpoint storage directory",
        },
        new("rm", "Remove a checkpoint", "[OPTIONS] CONTAINER CHECKPOINT", CheckpointCommands.RemoveAsync)
        {
            Least = 2, Most = 2, Completes = Completes.Containers, Aliases = ["remove"], Also = "checkpoint rm, checkpoint remove",
            FlagTable = "--checkpoint-dir string   Use a custom checkpoint storage directory",
        },
    ];
}

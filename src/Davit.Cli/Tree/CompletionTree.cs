using Davit.Cli.Commands.Host;
using Davit.Cli.Completion;
using Davit.Cli.Parsing;

namespace Davit.Cli.Tree;

/// <summary><c>davit completion</c>, and the hidden commands that its scripts ask.</summary>
internal static class CompletionTree
{
    private const string NoDescriptions = "--no-descriptions   disable completion descriptions";

    internal static CommandNode Group { get; } = new("completion", "Generate the autocompletion script for the specified shell", Nodes())
    {
        Description = """
            Generate the autocompletion script for davit for the specified shell.
            See each sub-command's help for details on how to use the generated script.
            """,
        Hidden = true,
    };

    /// <summary>What a shell's script asks: the words so far, the last one unfinished.</summary>
    internal static CommandNode[] Asked { get; } =
    [
        new("__complete", "Candidates with descriptions", "[WORDS...]", (context, a) => Candidates.RunAsync(context, a, descriptions: true)) { Hidden = true, Interspersed = false },
        new("__completeNoDesc", "Candidates alone", "[WORDS...]", (context, a) => Candidates.RunAsync(context, a, descriptions: false)) { Hidden = true, Interspersed = false },
    ];

    private static CommandNode[] Nodes() =>
    [
        new("bash", "Generate the autocompletion script for bash", "", CompletionCommand.BashAsync) { Most = 0, FlagTable = NoDescriptions, Description = "Generate the autocompletion script for the bash shell.\n\nIn this shell alone:\n\n\tsource <(davit completion bash)\n\nFor every new one:\n\n\tdavit completion bash > /etc/bash_completion.d/davit" },
        new("fish", "Generate the autocompletion script for fish", "", CompletionCommand.FishAsync) { Most = 0, FlagTable = NoDescriptions, Description = "Generate the autocompletion script for the fish shell.\n\nFor every new shell:\n\n\tdavit completion fish > ~/.config/fish/completions/davit.fish" },
        new("zsh", "Generate the autocompletion script for zsh", "", CompletionCommand.ZshAsync) { Most = 0, FlagTable = NoDescriptions, Description = "Generate the autocompletion script for the zsh shell.\n\nFor every new shell:\n\n\tdavit completion zsh > \"${fpath[1]}/_davit\"" },
    ];
}

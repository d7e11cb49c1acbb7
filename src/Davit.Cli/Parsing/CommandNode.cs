namespace Davit.Cli.Parsing;

/// <summary>A command: either it runs, or it holds others.</summary>
internal sealed record CommandNode
{
    private IReadOnlyList<Flag>? _flags;

    /// <summary>A command that runs.</summary>
    internal CommandNode(string name, string summary, string usage, Func<CliContext, Arguments, Task<int>> run) => (Name, Summary, Usage, Run) = (name, summary, usage, run);

    /// <summary>A command that holds others.</summary>
    internal CommandNode(string name, string summary, IReadOnlyList<CommandNode> children) => (Name, Summary, Usage, Children) = (name, summary, "COMMAND", children);

    /// <summary>The word that is typed.</summary>
    internal string Name { get; init; }

    /// <summary>Other words for it.</summary>
    internal IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>One line for lists of commands.</summary>
    internal string Summary { get; init; }

    /// <summary>What its own help says; the summary unless there is more to say.</summary>
    internal string? Description { get; init; }

    /// <summary>What follows the command in its usage line: <c>[OPTIONS] IMAGE [COMMAND] [ARG...]</c>.</summary>
    internal string Usage { get; init; }

    /// <summary>A second usage line, whole, or null.</summary>
    internal string? MoreUsage { get; init; }

    /// <summary>Every spelling of the command without the program's name, as the help lists them; empty when there is one alone.</summary>
    internal string Also { get; init; } = "";

    /// <summary>Its flags as the table that <see cref="Flag.Table"/> reads: only the command that runs pays for reading it.</summary>
    internal string FlagTable { get; init; } = "";

    /// <summary>Its flags.</summary>
    internal IReadOnlyList<Flag> Flags => _flags ??= Flag.Table(FlagTable);

    /// <summary>Fewest arguments.</summary>
    internal int Least { get; init; }

    /// <summary>Most arguments.</summary>
    internal int Most { get; init; } = int.MaxValue;

    /// <summary>False when everything after the first argument belongs to somebody else (run, exec).</summary>
    internal bool Interspersed { get; init; } = true;

    /// <summary>What completes its arguments.</summary>
    internal Completes Completes { get; init; }

    /// <summary>Heading under which the main help lists it.</summary>
    internal string Section { get; init; } = "Commands";

    /// <summary>Understood, not shown.</summary>
    internal bool Hidden { get; init; }

    /// <summary>What it does, or null when it holds others.</summary>
    internal Func<CliContext, Arguments, Task<int>>? Run { get; init; }

    /// <summary>Commands below.</summary>
    internal IReadOnlyList<CommandNode> Children { get; init; } = [];

    /// <summary>The child of a name or alias, or null.</summary>
    internal CommandNode? Child(string word)
    {
        foreach (var child in Children)
        {
            if (child.Name == word || child.Aliases.Contains(word)) return child;
        }

        return null;
    }
}

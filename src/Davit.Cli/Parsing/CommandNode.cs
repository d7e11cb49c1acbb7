namespace Davit.Cli.Parsing;

/// <summary>A command: either it runs, or it holds others.</summary>
internal sealed record CommandNode
{
    /// <summary>The word that is typed.</summary>
    internal required string Name { get; init; }

    /// <summary>Other words for it.</summary>
    internal IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>One line for lists of commands.</summary>
    internal required string Summary { get; init; }

    /// <summary>What follows the command in its usage line: <c>[OPTIONS] IMAGE [COMMAND] [ARG...]</c>.</summary>
    internal string Usage { get; init; } = "";

    /// <summary>Its flags.</summary>
    internal IReadOnlyList<Flag> Flags { get; init; } = [];

    /// <summary>Fewest arguments.</summary>
    internal int Least { get; init; }

    /// <summary>Most arguments.</summary>
    internal int Most { get; init; } = int.MaxValue;

    /// <summary>False when everything after the first argument belongs to somebody else (run, exec).</summary>
    internal bool Interspersed { get; init; } = true;

    /// <summary>Exit code of a wrong call.</summary>
    internal int UsageExitCode { get; init; } = 1;

    /// <summary>What completes its arguments: containers, images, networks, volumes; empty for files.</summary>
    internal string Completes { get; init; } = "";

    /// <summary>Heading under which the main help lists it; null hides it.</summary>
    internal string? Section { get; init; }

    /// <summary>What it does, or null when it holds others.</summary>
    internal Func<CliContext, Arguments, Task<int>>? Run { get; init; }

    /// <summary>Commands below.</summary>
    internal IReadOnlyList<CommandNode> Children { get; init; } = [];

    /// <summary>The child of a name or alias, or null.</summary>
    internal CommandNode? Child(string word) => Children.FirstOrDefault(c => c.Name == word || c.Aliases.Contains(word));
}

namespace Davit.Cli.Parsing;

/// <summary>A command was called wrongly: the message, the usage line and where to read more are printed.</summary>
/// <param name="arguments">What was read of the call.</param>
/// <param name="message">What is wrong, in docker's words.</param>
internal sealed class UsageException(Arguments arguments, string message) : Exception(message)
{
    /// <summary>What was read of the call.</summary>
    internal Arguments Arguments { get; } = arguments;

    /// <summary>What was probably meant, or null.</summary>
    internal string? Suggestion { get; init; }

    /// <summary>Index of the word that is wrong among all words of the call, or -1: a caret is drawn under it.</summary>
    internal int Word { get; init; } = -1;

    /// <summary>Exit code: 125 for a wrong flag, 1 for a wrong number of arguments.</summary>
    internal int ExitCode { get; init; } = 125;
}

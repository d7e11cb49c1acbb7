namespace Davit.Cli.Parsing;

/// <summary>A command was called wrongly: the message, the usage line and where to read more are printed.</summary>
internal sealed class UsageException(Arguments? arguments, string message, string? suggestion = null) : Exception(message)
{
    internal Arguments? Arguments { get; } = arguments;

    /// <summary>What was probably meant, or null.</summary>
    internal string? Suggestion { get; } = suggestion;
}

namespace Davit.Runtime.CommandLine;

/// <summary>A command as the command line knows it: what it takes, and what its help says.</summary>
/// <param name="Name">Its word; empty for the program itself.</param>
/// <param name="Usage">Arguments, for the help.</param>
/// <param name="Summary">What it does.</param>
/// <param name="Least">Fewest arguments after the options.</param>
/// <param name="Most">Most of them.</param>
/// <param name="Options">Options.</param>
internal sealed record CommandEntry(string Name, string Usage, string Summary, int Least, int Most, params IReadOnlyList<CommandOption> Options)
{
    /// <summary>The help, laid out as runc's.</summary>
    internal string Help()
    {
        var shown = Options.Where(o => o.Text.Length > 0).ToArray();
        var names = shown.Select(o => string.Join(", ", o.Names.Select(n => (n.Length == 1 ? "-" : "--") + n + (o.HasValue ? " value" : "")))).ToArray();
        var width = names.Length == 0 ? 0 : names.Max(n => n.Length);
        var options = string.Concat(shown.Select((o, i) => $"   {names[i].PadRight(width)}  {o.Text}\n"));
        return $"NAME:\n   davit-oci {Name} - {Summary}\n\nUSAGE:\n   davit-oci {Name} {(Options.Count > 0 ? "[command options] " : "")}{Usage}\n{(options.Length > 0 ? "\nOPTIONS:\n" + options : "")}";
    }
}

/// <summary>An option of a command.</summary>
/// <param name="Key">Long name, and short names after commas.</param>
/// <param name="HasValue">Whether a value follows.</param>
/// <param name="Text">For the help; empty keeps it out of there.</param>
internal sealed record CommandOption(string Key, bool HasValue, string Text)
{
    /// <summary>Names without dashes, the first of which is the key of the values.</summary>
    internal IReadOnlyList<string> Names { get; } = Key.Split(',');
}

/// <summary>A command line that no command takes: the help follows the message.</summary>
/// <param name="message">What is wrong, in runc's words.</param>
/// <param name="entry">The command.</param>
/// <param name="detail">Repeat the message after "Incorrect Usage".</param>
internal sealed class WrongUseException(string message, CommandEntry entry, bool detail) : Exception(message)
{
    /// <summary>What is printed before the help.</summary>
    internal string Headline => detail ? $"Incorrect Usage: {Message}" : "Incorrect Usage.";

    internal CommandEntry Entry { get; } = entry;
}

using Davit.Cli.Help;
using Davit.Cli.Parsing;
using Davit.Cli.Tree;
using Davit.Primitives;

namespace Davit.Cli;

/// <summary>Errors as the user reads them: what is wrong, why, and what to do next.</summary>
internal static class ErrorText
{
    /// <summary>A wrong call: the message, the word that is wrong with a caret, the usage line.</summary>
    /// <returns>The exit code.</returns>
    internal static int Write(TextWriter error, UsageException e, IReadOnlyList<string> words)
    {
        var path = e.Arguments.Path;
        error.WriteLine(e.ExitCode == 1 ? "davit: " + e.Message : e.Message);
        if (e.Word >= 0) WriteCaret(error, e, words);
        error.WriteLine();
        error.WriteLine(e.Arguments.Command == CommandTree.Root ? "Usage:  davit [OPTIONS] COMMAND [ARG...]" : HelpWriter.UsageLine(e.Arguments.Command, path));
        error.WriteLine();
        error.WriteLine($"{(e.Message.Contains("requires at least", StringComparison.Ordinal) ? "See" : "Run")} '{path} --help' for more information");
        return e.ExitCode;
    }

    /// <summary>An error of the engine or of a command.</summary>
    /// <returns>The exit code.</returns>
    internal static int Write(TextWriter error, DavitException e, bool withTrace)
    {
        error.WriteLine(e.Message);
        if (e.Hint is { Length: > 0 } hint) error.WriteLine("Hint: " + hint);
        if (e.Data["Help"] is string help) error.WriteLine($"\nRun '{help} --help' for more information");
        if (withTrace) error.WriteLine(e.ToString());
        return e.Data["ExitCode"] is int code ? code : 1;
    }

    /// <summary>A word that is no command.</summary>
    /// <returns>The exit code.</returns>
    internal static int UnknownCommand(TextWriter error, CommandNode node, string path, string word)
    {
        error.WriteLine($"davit: unknown command: {path} {word}");
        if (Suggestions.Nearest(word, node.Children.Where(c => !c.Hidden).Select(c => c.Name)) is { } nearest) error.WriteLine($"\nDid you mean this?\n\t{path} {nearest}");
        if (node != CommandTree.Root) error.WriteLine($"\nUsage:  {path}");
        error.WriteLine($"\nRun '{path} --help' for more information");
        return 1;
    }

    private static void WriteCaret(TextWriter error, UsageException e, IReadOnlyList<string> words)
    {
        const int longest = 100;
        var before = "davit " + string.Concat(words.Take(e.Word).Select(w => Quoted(w) + " "));
        var word = Quoted(words[e.Word]);
        var after = string.Concat(words.Skip(e.Word + 1).Select(w => " " + Quoted(w)));

        // a call too long for a line shows the words around the wrong one alone
        if (before.Length > longest / 2) before = "… " + before[^(longest / 2)..];
        if (word.Length > longest) word = word[..longest] + "…";
        if (after.Length > longest / 2) after = after[..(longest / 2)] + " …";
        error.WriteLine();
        error.WriteLine($"  {before}{word}{after}".Replace('\n', ' '));
        error.WriteLine($"  {new string(' ', before.Length)}{new string('^', Math.Max(1, word.Length))}{(e.Suggestion is { } meant ? $" did you mean {meant}?" : "")}");
    }

    private static string Quoted(string word) => word.Length > 0 && word.All(c => char.IsLetterOrDigit(c) || "-_=/.:,@+%{}".Contains(c, StringComparison.Ordinal)) ? word : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
